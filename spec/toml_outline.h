// spec/toml_outline.h - What can be seen of a TOML text without parsing it: where keys stand, how deep it nests.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace bigfoot {

struct TextRange {
  std::size_t offset = 0;
  std::size_t size = 0;
};

/// Just behind the string that starts at `at`; what is left open ends with its line (or with the text).
std::size_t string_end(std::string_view text, std::size_t at);

/// The key to the left of the '=' before the value at `value`.
TextRange key_before(std::string_view text, std::size_t value);
/// The part `key` of a dotted key or a [table.header] that stands at `where`; all of `where` if it is not to be seen.
TextRange key_within(std::string_view text, TextRange where, std::string_view key);
/// True where only blanks stand between the start of the line and `offset`.
bool opens_line(std::string_view text, std::size_t offset);

/// The first place where brackets, braces or dotted keys nest deeper than `limit`.
std::optional<std::size_t> too_deep(std::string_view text, unsigned limit);

/// The likely reason of a syntax error at or behind `offset`, with the cure; "" where none is recognised.
std::string cure_of_syntax_error(std::string_view text, std::size_t offset);

}  // namespace bigfoot
