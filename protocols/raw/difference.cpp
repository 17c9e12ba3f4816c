// protocols/raw/difference.cpp - See difference.h.
#include "protocols/raw/difference.h"

#include <fmt/format.h>

#include <algorithm>

#include "protocols/body.h"

namespace bigfoot {
namespace {

/// Up to `limit` bytes from `at`, without cutting a UTF-8 sequence in two at the end.
std::string_view part_of(std::string_view bytes, std::size_t at, std::size_t limit) {
  std::string_view part = bytes.substr(at, limit);
  const auto continues = [&](std::size_t i) {
    return i < bytes.size() && (static_cast<unsigned char>(bytes[i]) & 0xC0) == 0x80;
  };
  std::size_t end = at + part.size();
  while (end > at && end < bytes.size() && continues(end)) --end;
  return end > at ? bytes.substr(at, end - at) : part;
}

/// The start of the UTF-8 character that `at` lies in, so that a difference in its middle still shows as a
/// letter.
std::size_t character_start(std::string_view bytes, std::size_t at) {
  std::size_t start = at;
  for (int step = 0; step < 3 && start > 0 && start < bytes.size(); ++step) {
    if ((static_cast<unsigned char>(bytes[start]) & 0xC0) != 0x80) return start;
    --start;
  }
  return start < bytes.size() && (static_cast<unsigned char>(bytes[start]) & 0xC0) == 0xC0 ? start : at;
}

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    switch (c) {
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      default:
        out += c;
    }
  }
  return out += '"';
}

}  // namespace

std::optional<BytesDifference> compare_bytes(std::string_view expected, std::string_view actual,
                                             std::size_t context) {
  const auto [left, right] = std::ranges::mismatch(expected, actual);
  if (left == expected.end() && right == actual.end()) return std::nullopt;
  BytesDifference found{.at = static_cast<std::size_t>(left - expected.begin())};
  const std::size_t from = std::min(character_start(expected, found.at), character_start(actual, found.at));
  const std::string_view wanted = part_of(expected, from, context), got = part_of(actual, from, context);
  found.hex = !is_text(wanted) || !is_text(got);
  const auto shown = [&](std::string_view whole, std::string_view text) {
    if (found.at >= whole.size()) return std::string();
    return found.hex ? to_hex(whole.substr(found.at, context)) : quoted(text);
  };
  found.expected_shown = shown(expected, wanted);
  found.actual_shown = shown(actual, got);
  return found;
}

std::string shown_bytes(std::string_view bytes, std::size_t limit) {
  const std::string_view part = part_of(bytes, 0, limit);
  const std::string shown = is_text(part) ? quoted(part) : "hex " + to_hex(bytes.substr(0, limit));
  return bytes.size() > limit ? shown + " …" : shown;
}

std::string first_difference(std::string_view expected, std::string_view actual) {
  const auto found = compare_bytes(expected, actual);
  if (!found) return "";
  const auto part = [](const std::string& shown) { return shown.empty() ? "the end" : shown; };
  return fmt::format("differs at byte {}: expected {}, got {}", found->at, part(found->expected_shown),
                     part(found->actual_shown));
}

}  // namespace bigfoot
