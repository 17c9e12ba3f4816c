// protocols/postgres/codecs_numeric.cpp - numeric: decimal digits, four to a group on the wire.
// Source: src/backend/utils/adt/numeric.c, numeric_recv and numeric_send.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <vector>

#include "protocols/postgres/codecs.h"

namespace bigfoot {
namespace {

constexpr int kGroup = 4;  // DEC_DIGITS
constexpr int kMostScale = 16383, kMostDigits = 131072;  // NUMERIC_DSCALE_MAX; "Numeric Types": digits before the point
constexpr std::uint16_t kPositive = 0, kNegative = 0x4000, kNaN = 0xC000, kInfinity = 0xD000, kMinusInfinity = 0xF000;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::string header(std::size_t groups, int weight, std::uint16_t sign, int scale) {
  return to_network(static_cast<std::int16_t>(groups)) + to_network(static_cast<std::int16_t>(weight)) + to_network(sign) +
         to_network(static_cast<std::int16_t>(scale));
}

PostgresForm special(std::string_view word) {
  std::string lower(word);
  std::ranges::transform(lower, lower.begin(), [](char c) { return static_cast<char>(c | 0x20); });
  if (lower == "nan") return header(0, 0, kNaN, 0);
  if (lower == "infinity" || lower == "inf") return header(0, 0, kInfinity, 0);
  if (lower == "-infinity" || lower == "-inf") return header(0, 0, kMinusInfinity, 0);
  return {};
}

/// Digits as written, without the point, and how many of them stand before it.
struct Decimal {
  bool negative = false;
  std::string digits;
  int before_point = 0;
};

std::optional<Decimal> read_decimal(std::string_view text) {
  Decimal out;
  if (text.starts_with('-') || text.starts_with('+')) {
    out.negative = text.front() == '-';
    text.remove_prefix(1);
  }
  std::size_t i = 0;
  for (; i < text.size() && is_digit(text[i]); ++i) out.digits += text[i];
  out.before_point = static_cast<int>(i);
  if (i < text.size() && text[i] == '.')
    for (++i; i < text.size() && is_digit(text[i]); ++i) out.digits += text[i];
  if (out.digits.empty()) return {};
  if (i < text.size() && (text[i] == 'e' || text[i] == 'E')) {
    std::string_view exponent = text.substr(i + 1);
    if (exponent.starts_with('+') && !exponent.starts_with("+-")) exponent.remove_prefix(1);
    int power = 0;
    const auto [end, error] = std::from_chars(exponent.data(), exponent.data() + exponent.size(), power);
    if (error != std::errc{} || end != exponent.data() + exponent.size() || power > kMostScale || power < -kMostScale) return {};
    out.before_point += power;
    i = text.size();
  }
  return i == text.size() && out.before_point <= kMostDigits ? std::optional(out) : std::nullopt;
}

}  // namespace

PostgresForm numeric_to_binary(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  if (auto form = special(text)) return form;
  auto decimal = read_decimal(text);
  if (!decimal) return {};
  std::string& digits = decimal->digits;
  int& before = decimal->before_point;
  if (before > static_cast<int>(digits.size())) digits.append(static_cast<std::size_t>(before) - digits.size(), '0');
  if (before < 0) {
    digits.insert(0, static_cast<std::size_t>(-before), '0');
    before = 0;
  }
  const int scale = static_cast<int>(digits.size()) - before;
  if (scale > kMostScale) return {};
  // Groups are counted from the point: fill both ends up.
  const int left = (kGroup - before % kGroup) % kGroup;
  digits.insert(0, static_cast<std::size_t>(left), '0');
  digits.append((kGroup - digits.size() % kGroup) % kGroup, '0');
  std::vector<std::int16_t> groups;
  for (std::size_t i = 0; i < digits.size(); i += kGroup) {
    std::int16_t group = 0;
    for (std::size_t j = 0; j < kGroup; ++j) group = static_cast<std::int16_t>(group * 10 + (digits[i + j] - '0'));
    groups.push_back(group);
  }
  int weight = (before + left) / kGroup - 1;
  while (!groups.empty() && groups.back() == 0) groups.pop_back();
  const auto first = std::ranges::find_if(groups, [](std::int16_t group) { return group != 0; });
  weight -= static_cast<int>(first - groups.begin());
  groups.erase(groups.begin(), first);
  if (groups.empty()) return header(0, 0, kPositive, scale);
  std::string out = header(groups.size(), weight, decimal->negative ? kNegative : kPositive, scale);
  for (const std::int16_t group : groups) out += to_network(group);
  return out;
}

PostgresForm numeric_to_text(std::string_view binary) {
  if (binary.size() < 8) return {};
  const int count = from_network<std::int16_t>(binary);
  const int weight = from_network<std::int16_t>(binary.substr(2));
  const auto sign = from_network<std::uint16_t>(binary.substr(4));
  const int scale = from_network<std::int16_t>(binary.substr(6));
  if (sign == kNaN) return "NaN";
  if (sign == kInfinity) return "Infinity";
  if (sign == kMinusInfinity) return "-Infinity";
  if ((sign != kPositive && sign != kNegative) || count < 0 || scale < 0 || scale > kMostScale) return {};
  if (binary.size() != 8 + static_cast<std::size_t>(count) * 2) return {};
  const auto group = [&](int index) -> int { return index >= 0 && index < count ? from_network<std::int16_t>(binary.substr(8 + static_cast<std::size_t>(index) * 2)) : 0; };
  for (int i = 0; i < count; ++i)
    if (group(i) < 0 || group(i) > 9999) return {};
  std::string whole;
  for (int i = 0; i <= weight; ++i) whole += fmt::format("{:04}", group(i));
  whole.erase(0, std::min(whole.find_first_not_of('0'), whole.size()));
  if (whole.empty()) whole = "0";
  std::string fraction;
  for (int i = weight + 1; static_cast<int>(fraction.size()) < scale; ++i) fraction += fmt::format("{:04}", group(i));
  fraction.resize(static_cast<std::size_t>(scale));
  return (sign == kNegative ? "-" : "") + whole + (scale > 0 ? "." + fraction : "");
}

}  // namespace bigfoot
