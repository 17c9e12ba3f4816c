// spec/toml_text.h - Values as TOML to paste. Source: https://toml.io/en/v1.0.0
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "protocols/value.h"

namespace bigfoot {

/// "text", with every escape that a basic string needs. `text` must be UTF-8.
std::string toml_string(std::string_view text);
std::string toml_key(std::string_view key);
/// One line; an object is an inline table. Null has no TOML: say "{{null}}" before.
std::string toml_value(const Value& value);

/// Lines `key = value`, the equal signs below each other.
std::string toml_lines(const std::vector<std::pair<std::string, std::string>>& rows);

}  // namespace bigfoot
