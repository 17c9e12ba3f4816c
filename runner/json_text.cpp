// runner/json_text.cpp - See json_text.h.
#include "runner/json_text.h"

#include <array>
#include <charconv>
#include <cmath>
#include <cstring>

#include "protocols/body.h"

namespace bigfoot {
namespace {

enum : char { kPlain = 0, kEscape = 1, kHigh = 2 };

constexpr std::array<char, 256> make_classes() {
  std::array<char, 256> classes{};
  for (int c = 0; c < 0x20; ++c) classes[c] = kEscape;
  for (int c = 0x80; c < 0x100; ++c) classes[c] = kHigh;
  classes['"'] = classes['\\'] = kEscape;
  return classes;
}
constexpr auto kClasses = make_classes();

constexpr std::uint64_t every_byte(unsigned char byte) { return 0x0101010101010101ull * byte; }
constexpr std::uint64_t zero_bytes(std::uint64_t word) {
  return (word - every_byte(0x01)) & ~word & every_byte(0x80);
}

/// How many leading bytes of `text` need no escape and are ASCII; eight at a time.
std::size_t plain_prefix(std::string_view text) {
  std::size_t at = 0;
  for (; at + 8 <= text.size(); at += 8) {
    std::uint64_t word;
    std::memcpy(&word, text.data() + at, 8);
    const std::uint64_t control = (word - every_byte(0x20)) & ~word & every_byte(0x80);
    const std::uint64_t special = control | (word & every_byte(0x80)) | zero_bytes(word ^ every_byte('"')) |
                                  zero_bytes(word ^ every_byte('\\'));
    if (special != 0) break;
  }
  while (at < text.size() && kClasses[static_cast<unsigned char>(text[at])] == kPlain) ++at;
  return at;
}

void append_escape(std::string& out, unsigned char c) {
  switch (c) {
    case '"': out += "\\\""; return;
    case '\\': out += "\\\\"; return;
    case '\n': out += "\\n"; return;
    case '\r': out += "\\r"; return;
    case '\t': out += "\\t"; return;
    default: break;
  }
  constexpr char kHex[] = "0123456789abcdef";
  out += "\\u00";
  out += kHex[c >> 4];
  out += kHex[c & 15];
}

/// Appends `text`, which is UTF-8, without the quotes.
void append_escaped(std::string& out, std::string_view text) {
  while (!text.empty()) {
    std::size_t run = 0;
    while (run < text.size() && kClasses[static_cast<unsigned char>(text[run])] != kEscape) ++run;
    out.append(text.substr(0, run));
    if (run == text.size()) return;
    append_escape(out, static_cast<unsigned char>(text[run]));
    text.remove_prefix(run + 1);
  }
}

/// The length of the well-formed sequence at the start of `text`, 0 where there is none. Source: RFC 3629, section 4.
std::size_t sequence_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return 1;
  const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  return lead >= 0xC2 && text.size() >= length && is_utf8(text.substr(0, length)) ? length : 0;
}

std::string replaced(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::size_t length = sequence_length(text);
    if (length == 0) {
      out += "\xEF\xBF\xBD";
      text.remove_prefix(1);
    } else {
      out.append(text.substr(0, length));
      text.remove_prefix(length);
    }
  }
  return out;
}

template <class T>
void append_chars(std::string& out, T number) {
  char digits[32];
  const auto end = std::to_chars(digits, digits + sizeof digits, number);
  out.append(digits, end.ptr);
}

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
  out += '"';
  const std::size_t plain = plain_prefix(text);
  out.append(text.substr(0, plain));
  text.remove_prefix(plain);
  if (!text.empty()) {
    if (is_utf8(text)) {
      append_escaped(out, text);
    } else {
      append_escaped(out, replaced(text));
    }
  }
  out += '"';
}

void append_json(std::string& out, const Value& value) {
  switch (value.type()) {
    case Value::value_t::string: {
      const auto& text = value.get_ref<const std::string&>();
      if (plain_prefix(text) == text.size() || is_utf8(text)) {
        append_json_string(out, text);
      } else {
        out += "{\"base64\":\"";
        out += to_base64(text);
        out += "\",\"size\":";
        append_chars(out, text.size());
        out += '}';
      }
      return;
    }
    case Value::value_t::object: {
      out += '{';
      bool first = true;
      for (const auto& [key, member] : value.get_ref<const Value::object_t&>()) {
        if (!first) out += ',';
        first = false;
        append_json_string(out, key);
        out += ':';
        append_json(out, member);
      }
      out += '}';
      return;
    }
    case Value::value_t::array: {
      out += '[';
      bool first = true;
      for (const Value& element : value) {
        if (!first) out += ',';
        first = false;
        append_json(out, element);
      }
      out += ']';
      return;
    }
    case Value::value_t::number_integer: append_chars(out, value.get<std::int64_t>()); return;
    case Value::value_t::number_unsigned: append_chars(out, value.get<std::uint64_t>()); return;
    case Value::value_t::boolean: out += value.get<bool>() ? "true" : "false"; return;
    case Value::value_t::number_float: out += value.dump(); return;
    default: out += "null"; return;
  }
}

void append_json_ms(std::string& out, double ms) {
  std::int64_t thousandths = std::llround(ms * 1000);
  if (thousandths < 0) {
    out += '-';
    thousandths = -thousandths;
  }
  append_chars(out, thousandths / 1000);
  const int rest = static_cast<int>(thousandths % 1000);
  const char decimals[] = {'.', static_cast<char>('0' + rest / 100), static_cast<char>('0' + rest / 10 % 10),
                           static_cast<char>('0' + rest % 10)};
  out.append(decimals, sizeof decimals);
}

void append_json_number(std::string& out, std::int64_t number) { append_chars(out, number); }
void append_json_number(std::string& out, std::uint64_t number) { append_chars(out, number); }

double rounded_ms(double ms) { return static_cast<double>(std::llround(ms * 1000)) / 1000; }

std::string readable(std::string text) {
  return is_utf8(text) ? text : replaced(text);
}

Value readable(Value value) {
  if (value.is_string() && !is_utf8(value.get_ref<const std::string&>())) {
    const auto& bytes = value.get_ref<const std::string&>();
    return Value{{"base64", to_base64(bytes)}, {"size", bytes.size()}};
  }
  if (value.is_array()) {
    for (Value& element : value) element = readable(std::move(element));
  } else if (value.is_object()) {
    Value out = Value::object();
    for (auto& [key, member] : value.get_ref<Value::object_t&>()) out[readable(std::string(key))] = readable(std::move(member));
    return out;
  }
  return value;
}

}  // namespace bigfoot
