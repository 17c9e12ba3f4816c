// protocols/http/multipart.cpp - See multipart.h.
#include "protocols/http/multipart.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <optional>

namespace bigfoot {
namespace {

constexpr std::size_t kLongestBoundary = 70;  // RFC 2046, 5.1.1

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

/// RFC 7578, 4.2: names are quoted; browsers write %22 for a quote, others \".
std::optional<std::string> parameter_of(std::string_view header, std::string_view name) {
  for (std::size_t at = header.find(';'); at != header.npos; at = header.find(';', at)) {
    std::string_view rest = trimmed(header.substr(++at));
    const std::size_t equals = rest.find('=');
    if (equals == rest.npos) return std::nullopt;
    const bool is_it = lower(trimmed(rest.substr(0, equals))) == name;
    rest = trimmed(rest.substr(equals + 1));
    if (!rest.starts_with('"')) {
      if (is_it) return std::string(trimmed(rest.substr(0, rest.find(';'))));
      continue;
    }
    std::string value;
    std::size_t i = 1;
    for (; i < rest.size() && rest[i] != '"'; ++i) {
      if (rest[i] == '\\' && i + 1 < rest.size() && (rest[i + 1] == '"' || rest[i + 1] == '\\')) ++i;
      value += rest[i];
    }
    if (is_it) return value;
    at = static_cast<std::size_t>(rest.data() - header.data()) + std::min(i + 1, rest.size());
  }
  return std::nullopt;
}

std::optional<std::string> disposition(const MultipartPart& part, std::string_view name) {
  const auto header = std::ranges::find(part.headers, "content-disposition", &std::pair<std::string, std::string>::first);
  return header == part.headers.end() ? std::nullopt : parameter_of(header->second, name);
}

/// Headers up to the blank line; where the body begins, or none where a line is no header.
std::optional<std::size_t> read_headers(std::string_view text, MultipartPart& part) {
  std::size_t at = 0;
  for (;;) {
    const std::size_t end = text.find("\r\n", at);
    if (end == text.npos) return std::nullopt;
    const std::string_view line = text.substr(at, end - at);
    at = end + 2;
    if (line.empty()) return at;
    const std::size_t colon = line.find(':');
    if (colon == line.npos) return std::nullopt;
    part.headers.emplace_back(lower(trimmed(line.substr(0, colon))), trimmed(line.substr(colon + 1)));
  }
}

}  // namespace

std::string MultipartPart::parameter(std::string_view name) const { return disposition(*this, name).value_or(""); }
bool MultipartPart::has_parameter(std::string_view name) const { return disposition(*this, name).has_value(); }

std::expected<std::vector<MultipartPart>, std::string> parse_multipart(std::string_view body) {
  const auto wrong = [](std::string_view what, std::size_t at) { return std::unexpected(fmt::format("{} (byte {})", what, at)); };
  if (body.empty()) return std::unexpected("it is empty");
  if (!body.starts_with("--")) return wrong("no boundary begins it", 0);
  const std::size_t first = body.find("\r\n");
  if (first == body.npos || first > kLongestBoundary + 4) return wrong("no boundary begins it", 0);
  std::string_view boundary = trimmed(body.substr(0, first));
  std::vector<MultipartPart> parts;
  if (boundary.ends_with("--") && boundary.size() > 4) return parts;  // no part at all
  const std::string next = "\r\n" + std::string(boundary);
  std::size_t at = first + 2;
  for (;;) {
    MultipartPart part;
    const std::optional<std::size_t> begin = read_headers(body.substr(at), part);
    if (!begin) return wrong("a part's headers do not end in a blank line", at);
    // An empty part may end right where its headers do.
    const std::size_t content = at + *begin;
    const std::size_t end = body.find(next, content >= 2 ? content - 2 : content);
    if (end == body.npos) return wrong("the last part is not closed by its boundary", content);
    part.body = end < content ? std::string() : std::string(body.substr(content, end - content));
    parts.push_back(std::move(part));
    const std::string_view after = body.substr(end + next.size());
    if (after.starts_with("--")) return parts;
    const std::size_t line = after.find("\r\n");
    if (line == after.npos) return wrong("a boundary is not followed by a line's end", end);
    at = end + next.size() + line + 2;
  }
}

}  // namespace bigfoot
