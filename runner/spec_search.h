// runner/spec_search.h - Which spec is meant where none is named. Source: spec-format.md, section 9 (decision 10).
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace bigfoot {

/// The name that a spec has by default.
inline constexpr std::string_view kUsualSpec = "bigfoot.toml";

/// `named`, or else the nearest bigfoot.toml from the working directory upwards; empty where there is none.
std::vector<std::string> find_specs(const std::vector<std::string>& named);

}  // namespace bigfoot
