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
  if (value->is_string() && !is_text(value->get_ref<const std::string&>()))
    return fmt::format("hex {}", to_hex(value->get_ref<const std::string&>()));
  std::string text;
  append_json(text, *value);
  return one_line(text);
}

/// `text` from about `from` on, at most kWindow bytes, cut between characters.
std::string window(std::string_view text, std::size_t from) {
  std::size_t begin = from > kWindow / 3 ? from - kWindow / 3 : 0;
  while (begin > 0 && continues_character(text[begin])) --begin;
  std::size_t end = std::min(text.size(), begin + kWindow);
  while (end < text.size() && continues_character(text[end])) ++end;
  return fmt::format("{}{}{}", begin > 0 ? "…" : "", text.substr(begin, end - begin), end < text.size() ? "…" : "");
}

}  // namespace

FieldText field_text(const Difference& difference, std::string_view unsaid) {
  const std::string_view absent = absent_word(difference.path);
  FieldText text{value_text(difference.expected, unsaid.empty() ? absent : unsaid), value_text(difference.actual, absent), one_line(difference.note)};
  text.is_long = columns(text.expected) > kShort || columns(text.actual) > kShort;
  if (text.expected.size() <= kWindow && text.actual.size() <= kWindow) return text;
  const auto [at, unused] = std::ranges::mismatch(text.expected, text.actual);
  const auto from = static_cast<std::size_t>(at - text.expected.begin());
  text.expected = text.expected.size() > kWindow ? window(text.expected, std::min(from, text.expected.size() - 1)) : text.expected;
  text.actual = text.actual.size() > kWindow ? window(text.actual, std::min(from, text.actual.size() - 1)) : text.actual;
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
