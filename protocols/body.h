// protocols/body.h - A body for people: how timelines, reports and suggestions show bytes.
#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "protocols/value.h"

namespace bigfoot {

bool is_utf8(std::string_view bytes);
/// UTF-8 that a person can read: no control characters but tab and line ends. What is no text is shown in hex.
bool is_text(std::string_view bytes);
std::string to_base64(std::string_view bytes);
std::optional<std::string> from_base64(std::string_view text);  ///< padding optional, URL alphabet accepted
std::optional<std::string> from_hex(std::string_view text);     ///< blanks allowed
std::string to_hex(std::string_view bytes);                     ///< "ca fe 00"

/// JSON that a program has sent: whatever it is, nothing is thrown. The error says what is wrong: "not JSON: wrong at byte 12",
/// also of what is nested so deep, or holds numbers so large, that it cannot be held.
std::expected<Value, std::string> read_json(std::string_view text);

/// {"json": ...} where the content type says JSON, or none is given and it parses as an object or array; {"form": {...}} where it
/// says so (a repeated name is an array); {"text": "..."} for other UTF-8; else {"base64": "...", "size": N}. Never an error.
Value body_view(std::string_view bytes, std::string_view content_type);
/// The same, cut at `limit` bytes, then with "size" and "sha256" of the whole beside a text or base64 part.
Value body_view(std::string_view bytes, std::string_view content_type, std::size_t limit);

}  // namespace bigfoot
