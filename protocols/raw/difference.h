// protocols/raw/difference.h - Where two byte strings part, in words for people.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace bigfoot {

struct BytesDifference {
  std::size_t at =
      0;  ///< offset of the first byte that differs; the shorter one's size where one begins the other
  std::string expected_shown;  ///< from `at` on, at most `context` bytes: quoted text, or hex; "" where the
                               ///< string has ended
  std::string actual_shown;
  bool hex = false;  ///< the parts are shown in hex, since one of them is no plain text
};

/// None where both are equal.
std::optional<BytesDifference> compare_bytes(std::string_view expected, std::string_view actual,
                                             std::size_t context = 16);

/// `differs at byte 12: expected "a", got "b"`, or `... got the end`; "" where both are equal.
std::string first_difference(std::string_view expected, std::string_view actual);

/// The first `limit` bytes for a report: quoted text, or "hex 00 00 05"; with an ellipsis where there are more.
std::string shown_bytes(std::string_view bytes, std::size_t limit = 48);

}  // namespace bigfoot
