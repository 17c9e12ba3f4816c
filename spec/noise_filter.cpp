// spec/noise_filter.cpp - Which headers are noise.
#include "spec/noise_filter.h"

#include <algorithm>

#include "spec/ledger.h"
#include "spec/values.h"

namespace bigfoot {

NoiseFilter::NoiseFilter(const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    if (name.find('*') == name.npos) {
      names_.insert(name);
    } else {
      globs_.push_back(name);
    }
  }
}

bool NoiseFilter::is_noise(std::string_view name) const {
  return names_.contains(name) || std::ranges::any_of(globs_, [&](const std::string& glob) { return fits_glob(glob, name); });
}

bool fits_glob(std::string_view glob, std::string_view text) {
  // The last star is the only one that ever has to try again.
  std::size_t g = 0, t = 0, star = glob.npos, retry = 0;
  while (t < text.size()) {
    if (g < glob.size() && glob[g] == '*') {
      star = g++;
      retry = t;
    } else if (g < glob.size() && glob[g] == text[t]) {
      ++g, ++t;
    } else if (star != glob.npos) {
      g = star + 1;
      t = ++retry;
    } else {
      return false;
    }
  }
  return glob.find_first_not_of('*', g) == glob.npos;
}

bool is_noise_header(const Spec& spec, std::string_view name) {
  const std::string lower = lower_case(name);
  return std::ranges::any_of(spec.noise_headers, [&](const std::string& glob) { return fits_glob(glob, lower); });
}

}  // namespace bigfoot
