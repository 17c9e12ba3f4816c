// protocols/postgres/ranges.cpp - see ranges.h.
#include "protocols/postgres/ranges.h"

#include <algorithm>

#include "protocols/postgres/codecs.h"

namespace bigfoot {
namespace {

// src/include/utils/rangetypes.h: RANGE_EMPTY and so on.
constexpr unsigned kEmpty = 1, kLowerInclusive = 2, kUpperInclusive = 4, kNoLower = 8, kNoUpper = 16;

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

/// One bound, quotes undone, up to `end`, which is taken too; nothing where there is no such end.
std::optional<std::string> take_bound(std::string_view& rest, std::string_view ends, char& end) {
  std::string bound;
  bool quoted = false;
  for (std::size_t i = 0; i < rest.size(); ++i) {
    const char c = rest[i];
    if (c == '"') {
      quoted = !quoted;
    } else if (c == '\\') {
      if (++i == rest.size()) return {};
      bound += rest[i];
    } else if (!quoted && ends.contains(c)) {
      end = c;
      rest.remove_prefix(i + 1);
      return bound;
    } else {
      bound += c;
    }
  }
  return {};
}

bool append_bound(const std::string& bound, RangeBound to_binary, std::string& out) {
  const auto binary = to_binary(bound);
  if (!binary) return false;
  out += to_network(static_cast<std::int32_t>(binary->size())) + *binary;
  return true;
}

std::optional<std::string> bound_text(std::string_view& rest, RangeBound to_text) {
  if (rest.size() < 4) return {};
  const auto size = from_network<std::uint32_t>(rest);
  rest.remove_prefix(4);
  if (size > rest.size()) return {};
  auto text = to_text(rest.substr(0, size));
  rest.remove_prefix(size);
  if (text && std::ranges::any_of(*text, [](char c) { return c == ' ' || c == ','; })) text = "\"" + *text + "\"";
  return text;
}

}  // namespace

std::optional<std::string> range_binary(std::string_view text, RangeBound bound_to_binary) {
  std::string_view rest = trimmed(text);
  if (rest == "empty") return std::string(1, static_cast<char>(kEmpty));
  if (!rest.starts_with('[') && !rest.starts_with('(')) return {};
  unsigned flags = rest.front() == '[' ? kLowerInclusive : 0;
  rest.remove_prefix(1);
  char end = 0;
  const auto lower = take_bound(rest, ",", end);
  if (!lower) return {};
  const auto upper = take_bound(rest, ")]", end);
  if (!upper || !rest.empty()) return {};
  if (end == ']') flags |= kUpperInclusive;
  if (lower->empty()) flags = (flags & ~kLowerInclusive) | kNoLower;
  if (upper->empty()) flags = (flags & ~kUpperInclusive) | kNoUpper;
  std::string out(1, static_cast<char>(flags));
  if (!lower->empty() && !append_bound(*lower, bound_to_binary, out)) return {};
  if (!upper->empty() && !append_bound(*upper, bound_to_binary, out)) return {};
  return out;
}

std::optional<std::string> range_text(std::string_view binary, RangeBound bound_to_text) {
  if (binary.empty()) return {};
  const auto flags = static_cast<unsigned char>(binary.front());
  binary.remove_prefix(1);
  if (flags & kEmpty) return binary.empty() ? std::optional<std::string>("empty") : std::nullopt;
  std::string out = flags & kLowerInclusive ? "[" : "(";
  if (!(flags & kNoLower)) {
    const auto lower = bound_text(binary, bound_to_text);
    if (!lower) return {};
    out += *lower;
  }
  out += ',';
  if (!(flags & kNoUpper)) {
    const auto upper = bound_text(binary, bound_to_text);
    if (!upper) return {};
    out += *upper;
  }
  if (!binary.empty()) return {};
  return out + (flags & kUpperInclusive ? "]" : ")");
}

}  // namespace bigfoot
