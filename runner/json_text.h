// runner/json_text.h - JSON written straight into a buffer: the timeline's hot path has no time for a tree.
// Source: RFC 8259. Bytes that are not UTF-8 never break the text.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "protocols/value.h"

namespace bigfoot {

/// Appends `text` as a JSON string; what is not UTF-8 becomes U+FFFD.
void append_json_string(std::string& out, std::string_view text);

/// Appends any value, without blanks. A string that is not UTF-8 becomes {"base64": "...", "size": N}.
void append_json(std::string& out, const Value& value);

/// Appends milliseconds with three decimals: "212.031".
void append_json_ms(std::string& out, double ms);
void append_json_number(std::string& out, std::int64_t number);
void append_json_number(std::string& out, std::uint64_t number);

/// `ms` as it is after a way through a timeline: rounded to three decimals.
double rounded_ms(double ms);

/// `text` with U+FFFD for what is not UTF-8: what a timeline gives back.
std::string readable(std::string text);
/// `value` with {"base64": ...} for strings that are not UTF-8: what a timeline gives back.
Value readable(Value value);

}  // namespace bigfoot
