// runner/report_values.cpp - See report_values.h.
#include "runner/report_values.h"

#include <fmt/format.h>

#include <algorithm>

#include "protocols/body.h"
#include "runner/json_text.h"

namespace bigfoot {
namespace {

constexpr std::size_t kShort = 48;    // both values of a row then fit a terminal's 140 columns with their path
constexpr std::size_t kWindow = 160;  // of a long value: this much around the first difference

bool continues_character(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

std::string value_text(const std::optional<Value>& value, std::string_view absent) {
  if (!value) return std::string(absent);
  if (const auto bytes = stored_bytes(*value); bytes && !is_text(*bytes)) return fmt::format("hex {}", to_hex(*bytes));
  std::string text;
  append_json(text, *value);
  return one_line(text);
}

}  // namespace

std::optional<std::string> stored_bytes(const Value& value) {
  if (const auto* text = value.get_ptr<const std::string*>()) return *text;
  if (!value.is_object() || value.empty()) return std::nullopt;
  const auto base64 = value.find("base64"), hex = value.find("hex");
  const bool only = value.size() == 1 || (value.size() == 2 && value.contains("size"));
  if (only && base64 != value.end() && base64->is_string()) return from_base64(base64->get_ref<const std::string&>());
  if (only && hex != value.end() && hex->is_string()) return from_hex(hex->get_ref<const std::string&>());
  return std::nullopt;
}

std::string part_around(std::string_view text, std::size_t from) {
  if (text.size() <= kWindow) return std::string(text);
  from = std::min(from, text.size() - 1);
  std::size_t begin = from > kWindow / 3 ? from - kWindow / 3 : 0;
  while (begin > 0 && continues_character(text[begin])) --begin;
  std::size_t end = std::min(text.size(), begin + kWindow);
  while (end < text.size() && continues_character(text[end])) ++end;
  return fmt::format("{}{}{}", begin > 0 ? "…" : "", text.substr(begin, end - begin), end < text.size() ? "…" : "");
}

FieldText field_text(const Difference& difference, std::string_view unsaid) {
  const std::string_view absent = absent_word(difference.path);
  FieldText text{value_text(difference.expected, unsaid.empty() ? absent : unsaid), value_text(difference.actual, absent), one_line(difference.note)};
  text.is_long = columns(text.expected) > kShort || columns(text.actual) > kShort;
  if (text.expected.size() <= kWindow && text.actual.size() <= kWindow) return text;
  const auto [at, unused] = std::ranges::mismatch(text.expected, text.actual);
  const auto from = static_cast<std::size_t>(at - text.expected.begin());
  text.expected = part_around(text.expected, from);
  text.actual = part_around(text.actual, from);
  return text;
}

std::string one_line(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '\n') {
      out += "\\n";
    } else if (c == '\r') {
      out += "\\r";
    } else if (c == '\t') {
      out += "\\t";
    } else if (byte < 0x20 || byte == 0x7F) {
      out += fmt::format("\\x{:02x}", byte);
    } else {
      out += c;
    }
  }
  return out;
}

std::string command_words(const std::vector<std::string>& argv, std::size_t limit) {
  if (argv.empty()) return "";
  std::string out = one_line(readable(argv[0].substr(argv[0].rfind('/') + 1)));
  for (std::size_t i = 1; i < argv.size(); ++i) {
    const std::string word = one_line(readable(argv[i]));
    if (columns(out) + 1 + columns(word) > limit) return out + " …";
    out += ' ';
    out += word;
  }
  return out;
}

std::string grouped(std::uint64_t number) {
  std::string out = std::to_string(number);
  for (std::size_t at = out.size(); at > 3;) out.insert(at -= 3, ",");
  return out;
}

std::size_t columns(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(text, [](char c) { return !continues_character(c); }));
}

}  // namespace bigfoot
