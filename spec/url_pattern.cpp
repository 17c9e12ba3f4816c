// spec/url_pattern.cpp - Cutting a URL with holes into its parts.
#include "spec/url_pattern.h"

#include <algorithm>
#include <cctype>
#include <charconv>

#include <fmt/format.h>

#include "protocols/http/url.h"
#include "spec/check.h"

namespace bigfoot {

std::size_t hole_end(std::string_view text, std::size_t start) {
  // A regex may hold braces itself: {{/a{2}/}} ends at its last slash.
  const std::size_t inside = text.find_first_not_of(' ', start + 2);
  const std::size_t colon = text.find_first_of(":}/", start + 2);
  const bool regex = inside != text.npos &&
                     (text[inside] == '/' || (colon != text.npos && text[colon] == ':' && text.substr(colon + 1, 1) == "/"));
  const std::size_t end = text.find(regex ? "/}}" : "}}", inside == text.npos ? start + 2 : inside + 1);
  if (end == text.npos) return text.npos;
  return end + (regex ? 3 : 2);
}

namespace {

/// Applies `normalise` to `text` with its holes out of the way.
std::string normalised(std::string_view text, std::string (*normalise)(std::string_view)) {
  std::string mark = "hole";
  while (text.find(mark) != text.npos) mark += "x";
  std::string plain;
  std::vector<std::string> holes;
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t end = text.substr(i, 2) == "{{" ? hole_end(text, i) : text.npos;
    if (end == text.npos) {
      plain += text[i++];
      continue;
    }
    plain += fmt::format("{}{}.", mark, holes.size());
    holes.emplace_back(text.substr(i, end - i));
    i = end;
  }
  std::string out = normalise(plain);
  for (std::size_t i = 0; i < holes.size(); ++i) {
    const std::string name = fmt::format("{}{}.", mark, i);
    if (const std::size_t at = out.find(name); at != out.npos) out.replace(at, name.size(), holes[i]);
  }
  return out;
}

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

/// What parse_url says of the URL with plain letters for its holes and wildcards, and without its port.
bool well_formed(const Node& node, std::size_t offset, std::string_view scheme, std::string host, std::string_view rest,
                 Diagnostics& problems) {
  std::ranges::replace(host, '*', 'x');
  if (host.find(':') != host.npos) host = "[" + host + "]";
  const auto url = parse_url(fmt::format("{}://{}{}", scheme, host, rest));
  if (url) return true;
  const std::size_t front = scheme.size() + 3 + host.size();
  const std::size_t inside = url.error().at < front ? scheme.size() + 3 : url.error().at - front + (node.text()->size() - offset - rest.size());
  refuse_part(problems, node, offset + inside, "x", fmt::format("bad URL: {}", url.error().what));
  return false;
}

}  // namespace

std::string masked_holes(std::string_view text) {
  std::string out(text);
  for (std::size_t i = out.find("{{"); i != out.npos; i = out.find("{{", i)) {
    const std::size_t end = hole_end(text, i);
    if (end == text.npos) break;
    std::fill(out.begin() + static_cast<std::ptrdiff_t>(i), out.begin() + static_cast<std::ptrdiff_t>(end), 'x');
    i = end;
  }
  return out;
}

bool has_hole(std::string_view text) { return text.find("{{") != text.npos; }

std::optional<HostPort> split_host_port(std::string_view text) {
  const std::string masked = masked_holes(text);
  HostPort parts;
  std::size_t colon = masked.find(':');
  if (masked.starts_with('[')) {
    const std::size_t close = masked.find(']');
    if (close == masked.npos) return std::nullopt;
    parts.host = lower(text.substr(1, close - 1));
    if (close + 1 < masked.size() && masked[close + 1] != ':') return std::nullopt;
    colon = close + 1 < masked.size() ? close + 1 : masked.npos;
  } else {
    if (colon != masked.npos && masked.find(':', colon + 1) != masked.npos) return std::nullopt;  // IPv6 needs brackets
    parts.host = normalised(text.substr(0, colon), [](std::string_view t) { return lower(t); });
  }
  if (colon != masked.npos) {
    parts.port = text.substr(colon + 1);
    parts.port_offset = colon + 1;
    if (parts.port.empty()) return std::nullopt;
  }
  if (parts.host.empty()) return std::nullopt;
  return parts;
}

std::optional<PortPattern> compile_port(std::string_view text, const Node& node, std::size_t offset, Diagnostics& problems) {
  if (text == "*") return PortPattern{any_pattern(), std::nullopt};
  if (has_hole(text)) return PortPattern{compile_text_pattern(text, place_in(node, offset), problems), std::nullopt};
  unsigned number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || number == 0 || number > 65535) {
    refuse_part(problems, node, offset, text, fmt::format("'{}' is no port", text), "a number from 1 to 65535, or *");
    return std::nullopt;
  }
  return PortPattern{literal_pattern(number), number};
}

std::optional<UrlPattern> compile_url(const Node& node, std::size_t offset, std::span<const std::string_view> schemes,
                                      Diagnostics& problems) {
  const std::string_view text = std::string_view(*node.text()).substr(offset);
  UrlPattern url;
  if (text == "*") {
    url.host = url.port = url.path = url.query = any_pattern();
    url.has_query = true;
    url.query_at = node.at;
    return url;
  }
  const std::string masked = masked_holes(text);
  const std::size_t colon = masked.find("://");
  url.scheme = lower(text.substr(0, colon));
  if (colon == masked.npos || std::ranges::find(schemes, std::string_view(url.scheme)) == schemes.end()) {
    refuse_part(problems, node, offset, text, fmt::format("'{}' is no {} URL", text, listed({schemes.begin(), schemes.end()}, "or")),
                fmt::format("write {}://{}, or * for any", schemes.front(), colon == masked.npos ? text : text.substr(colon + 3)));
    return std::nullopt;
  }
  const std::size_t authority = colon + 3;
  const std::size_t rest = std::min(masked.find_first_of("/?#", authority), masked.size());
  const auto parts = split_host_port(text.substr(authority, rest - authority));
  if (!parts) {
    refuse_part(problems, node, offset + authority, text.substr(authority, rest - authority),
                fmt::format("'{}' is no host, with or without a port", text.substr(authority, rest - authority)),
                "api.example.com, api.example.com:8080, [::1]:8080, *.example.com");
    return std::nullopt;
  }
  if (!well_formed(node, offset, url.scheme, masked_holes(parts->host), masked.substr(rest), problems)) return std::nullopt;
  url.host = compile_wildcard_pattern(parts->host, Wildcards::host, place_in(node, offset + authority), problems);
  if (parts->port.empty()) {
    url.port_number = default_port(url.scheme);
    url.port = literal_pattern(*url.port_number);
  } else {
    const auto port = compile_port(parts->port, node, offset + authority + parts->port_offset, problems);
    if (!port) return std::nullopt;
    url.port = port->pattern;
    url.port_number = port->number;
  }
  const std::size_t hash = std::min(masked.find('#', rest), masked.size());
  const std::size_t mark = std::min(masked.find('?', rest), hash);
  std::string path = normalised(text.substr(rest, mark - rest), normalized_path);
  if (path.empty()) path = "/";
  url.path = compile_wildcard_pattern(path, Wildcards::url_path, place_in(node, offset + rest), problems);
  url.has_query = mark < hash;
  const std::string_view query = mark < hash ? text.substr(mark + 1, hash - mark - 1) : std::string_view();
  const std::size_t query_offset = offset + std::min(mark + 1, text.size());
  url.query = compile_query_pattern(part_of(node, query_offset, query == "*" ? "*" : normalised(query, normalized_query)), problems);
  url.query_at = node.at;
  return url;
}

}  // namespace bigfoot
