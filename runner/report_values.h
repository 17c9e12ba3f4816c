// runner/report_values.h - Values, commands and numbers as the text report writes them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "spec/pattern.h"

namespace bigfoot {

/// One row of "expected ... got ...".
struct FieldText {
  std::string expected, actual, note;
  bool is_long = false;  ///< better on lines of their own
};
/// `unsaid`: what stands for an expected value that is not there, where it is not simply missing.
FieldText field_text(const Difference& difference, std::string_view unsaid = "");

/// The bytes of a text, or of bytes as timelines store them ({"base64": ..., "size": N}) and specs say them ({"hex": ...});
/// none of any other value.
std::optional<std::string> stored_bytes(const Value& value);

/// A long text around the place `from`, with ellipses where it was cut; a short one whole.
std::string part_around(std::string_view text, std::size_t from);

/// Without line breaks and control characters: they are shown as \n and \x1b.
std::string one_line(std::string_view text);

/// "python3 -m pytest": the program without its folder, and as many arguments as fit in `limit` columns.
std::string command_words(const std::vector<std::string>& argv, std::size_t limit);

/// 12345 -> "12,345"
std::string grouped(std::uint64_t number);

/// How many columns UTF-8 text takes, one for each character.
std::size_t columns(std::string_view text);

}  // namespace bigfoot
