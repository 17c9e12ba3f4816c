// spec/values.cpp - Comparing values; text as a spec has to write it.
#include "spec/values.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace bigfoot {
namespace {

bool same_number(const Value& one, const Value& other) {
  using Type = Value::value_t;
  if (one.type() == Type::number_float && other.type() == Type::number_float) {
    return one.get<double>() == other.get<double>();
  }
  if (one.type() == Type::number_float) {
    const double value = one.get<double>();
    if (std::trunc(value) != value) return false;
    if (other.type() == Type::number_unsigned) {
      return value >= 0 && value < 0x1p64 && static_cast<std::uint64_t>(value) == other.get<std::uint64_t>();
    }
    return value >= -0x1p63 && value < 0x1p63 && static_cast<std::int64_t>(value) == other.get<std::int64_t>();
  }
  if (other.type() == Type::number_float) return same_number(other, one);
  // The JSON parser calls every number that is not negative unsigned; a spec's integers are signed.
  if (one.type() == other.type()) {
    return one.type() == Type::number_unsigned ? one.get<std::uint64_t>() == other.get<std::uint64_t>()
                                               : one.get<std::int64_t>() == other.get<std::int64_t>();
  }
  const Value& is_signed = one.type() == Type::number_integer ? one : other;
  const Value& is_unsigned = one.type() == Type::number_integer ? other : one;
  const auto value = is_signed.get<std::int64_t>();
  return value >= 0 && static_cast<std::uint64_t>(value) == is_unsigned.get<std::uint64_t>();
}

}  // namespace

bool same_value(const Value& one, const Value& other) {
  if (one.is_number() && other.is_number()) return same_number(one, other);
  if (one.type() != other.type()) return false;
  if (one.is_string()) return one.get_ref<const std::string&>() == other.get_ref<const std::string&>();
  if (one.is_boolean()) return one.get<bool>() == other.get<bool>();
  if (one.is_array()) return std::ranges::equal(one, other, same_value);
  if (one.is_object()) {
    if (one.size() != other.size()) return false;
    for (const auto& [key, value] : one.items()) {
      const auto found = other.find(key);
      if (found == other.end() || !same_value(value, *found)) return false;
    }
  }
  return true;
}

std::string json_text(const Value& value, int indent) {
  return value.dump(indent, ' ', false, Value::error_handler_t::replace);
}

std::string text_of(const Value& value) {
  return value.is_string() ? value.get_ref<const std::string&>() : json_text(value);
}

std::string spoken_text(std::string_view text) {
  if (text == "*") return "{{lit:*}}";
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    if (text.substr(i, 2) == "{{") {
      out += "{{lit:{{}}";
      i += 2;
    } else {
      out += text[i++];
    }
  }
  return out;
}

Value spoken(const Value& value) {
  if (value.is_null()) return "{{null}}";
  if (value.is_string()) return spoken_text(value.get_ref<const std::string&>());
  if (!value.is_structured()) return value;
  Value out = value.is_array() ? Value::array() : Value::object();
  for (const auto& [key, item] : value.items()) {
    if (value.is_array()) {
      out.push_back(spoken(item));
    } else {
      out[key] = spoken(item);
    }
  }
  return out;
}

bool is_empty_value(const Value& value) {
  return value.is_null() || (value.is_structured() && value.empty()) ||
         (value.is_string() && value.get_ref<const std::string&>().empty());
}

std::size_t leaves(const Value& value) {
  if (!value.is_structured() || value.empty()) return 1;
  std::size_t count = 0;
  for (const Value& item : value) count += leaves(item);
  return count;
}

bool is_loopback(std::string_view address) {  // RFC 1122, 3.2.1.3 (g); RFC 4291, 2.5.3
  return address.starts_with("127.") || address == "::1" || address.starts_with("::ffff:127.");
}

std::string lower_case(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

}  // namespace bigfoot
