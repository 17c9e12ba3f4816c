// spec/noise_filter.h - Which headers are noise: exact names in a set, globs one by one.
#pragma once

#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace bigfoot {

class NoiseFilter {
 public:
  /// Lower-case names, `*` at the end or anywhere for any text.
  explicit NoiseFilter(const std::vector<std::string>& names);
  /// `name` in lower case.
  bool is_noise(std::string_view name) const;

 private:
  struct Hash : std::hash<std::string_view> {
    using is_transparent = void;
  };
  std::unordered_set<std::string, Hash, std::equal_to<>> names_;
  std::vector<std::string> globs_;
};

/// `*` stands for any text, also none.
bool fits_glob(std::string_view glob, std::string_view text);

}  // namespace bigfoot
