// spec/values.h - Comparing and naming values: numbers as numbers, objects without key order, text as a spec writes it.
// Source: spec-format.md, section 10 ("Values").
#pragma once

#include <string>
#include <string_view>

#include "protocols/value.h"

namespace bigfoot {

/// 5000 equals 5000.0, "5" is no 5, key order does not count. Integers compare exactly, also against doubles.
bool same_value(const Value& one, const Value& other);

/// A string as it is, anything else as JSON.
std::string text_of(const Value& value);

/// JSON text; bytes that are no UTF-8 become U+FFFD.
std::string json_text(const Value& value, int indent = -1);

/// `text` as pattern text that fits exactly it: "*" becomes "{{lit:*}}", "{{" becomes "{{lit:{{}}".
std::string spoken_text(std::string_view text);
/// The same for all strings of a value, and null as "{{null}}": what a spec must say to mean this literal.
Value spoken(const Value& value);

/// True where nothing was sent: absent, null, "", [] or {}.
bool is_empty_value(const Value& value);

/// How many leaves `value` has, at least 1: an empty object is one.
std::size_t leaves(const Value& value);

std::string lower_case(std::string_view text);

/// An address that only this machine has: 127.0.0.1, ::1.
bool is_loopback(std::string_view address);

}  // namespace bigfoot
