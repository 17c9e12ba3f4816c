// spec/alignment.cpp - The table of costs, filled from its end, and the way through it.
#include "spec/alignment.h"

#include <algorithm>

namespace bigfoot {

std::vector<AlignedPair> aligned(std::size_t expected, std::size_t actual, const std::function<bool(std::size_t, std::size_t)>& differs) {
  constexpr std::size_t kMaxCells = 1 << 16;
  const std::size_t width = actual + 1;
  const bool small = (expected + 1) * width <= kMaxCells;
  std::vector<unsigned> costs(small ? (expected + 1) * width : 0);
  std::vector<bool> changed(costs.size());
  const auto cost = [&](std::size_t i, std::size_t j) -> unsigned& { return costs[i * width + j]; };
  for (std::size_t i = expected + 1; small && i-- > 0;) {
    for (std::size_t j = actual + 1; j-- > 0;) {
      if (i == expected || j == actual) {
        cost(i, j) = static_cast<unsigned>(expected - i + actual - j);
        continue;
      }
      const bool change = differs(i, j);
      changed[i * width + j] = change;
      cost(i, j) = std::min({cost(i + 1, j + 1) + change, cost(i + 1, j) + 1, cost(i, j + 1) + 1});
    }
  }
  std::vector<AlignedPair> out;
  for (std::size_t i = 0, j = 0; i < expected || j < actual;) {
    const bool both = i < expected && j < actual;
    if (both && (!small || cost(i, j) == cost(i + 1, j + 1) + changed[i * width + j])) {
      out.push_back({i, j, small ? changed[i * width + j] : differs(i, j)});
      ++i, ++j;
    } else if (i == expected || (both && cost(i, j) == cost(i, j + 1) + 1)) {
      out.push_back({std::nullopt, j++});
    } else {
      out.push_back({i++, std::nullopt});
    }
  }
  return out;
}

}  // namespace bigfoot
