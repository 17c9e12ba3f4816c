// spec/alignment.h - Two lists, item beside item, with the fewest items changed, put in or left out.
// Source: Wagner and Fischer, "The String-to-String Correction Problem", 1974.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <vector>

namespace bigfoot {

/// Indices of two items that belong together; none on the side that has no such item.
struct AlignedPair {
  std::optional<std::size_t> expected, actual;
  bool differs = false;  ///< both are there, and are not the same
};

/// Lists that are too long for it are compared place by place.
std::vector<AlignedPair> aligned(std::size_t expected, std::size_t actual, const std::function<bool(std::size_t, std::size_t)>& differs);

}  // namespace bigfoot
