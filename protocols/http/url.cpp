// protocols/http/url.cpp - See url.h. Source: RFC 3986, sections 3, 5.2.4 and 6.2.
#include "protocols/http/url.h"

#include <algorithm>
#include <charconv>

namespace bigfoot {
namespace {

constexpr bool is_alpha(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_unreserved(char c) {  // RFC 3986, 2.3
  return is_alpha(c) || is_digit(c) || c == '-' || c == '.' || c == '_' || c == '~';
}
constexpr char to_lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), to_lower);
  return out;
}

constexpr int hex_value(char c) {
  if (is_digit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// The byte that "%XX" at `at` stands for, or -1.
int escaped_byte(std::string_view text, std::size_t at) {
  if (text[at] != '%' || at + 2 >= text.size()) return -1;
  const int high = hex_value(text[at + 1]), low = hex_value(text[at + 2]);
  return high < 0 || low < 0 ? -1 : high * 16 + low;
}

void append_escaped(std::string& out, unsigned char byte) {
  constexpr char kDigits[] = "0123456789ABCDEF";
  out += '%';
  out += kDigits[byte >> 4];
  out += kDigits[byte & 15];
}

/// Nothing in it that normalising would change: nearly every path on the wire.
bool is_plain(std::string_view text) {
  return std::ranges::none_of(
      text, [](char c) { return c == '%' || c == '.' || static_cast<unsigned char>(c) >= 0x80; });
}

/// RFC 3986, 6.2.2.1 and 6.2.2.2. Bytes over 127, which no URL may hold, are written as clients do that
/// escape them.
std::string normalized_escapes(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const int byte = escaped_byte(text, i);
    if (byte >= 0) {
      i += 2;
      if (is_unreserved(static_cast<char>(byte))) {
        out += static_cast<char>(byte);
      } else {
        append_escaped(out, static_cast<unsigned char>(byte));
      }
    } else if (static_cast<unsigned char>(text[i]) >= 0x80) {
      append_escaped(out, static_cast<unsigned char>(text[i]));
    } else {
      out += text[i];
    }
  }
  return out;
}

/// RFC 3986, 5.2.4, for a path that starts with "/".
std::string without_dot_segments(std::string_view path) {
  std::string out;
  std::size_t at = 0;
  while (at < path.size()) {
    const std::size_t end = std::min(path.find('/', at + 1), path.size());
    const std::string_view segment = path.substr(at, end - at);  // with its leading slash
    const bool last = end == path.size();
    if (segment == "/." || segment == "/..") {
      if (segment == "/..") out.erase(out.empty() ? 0 : std::min(out.rfind('/'), out.size()));
      if (last) out += '/';
    } else {
      out += segment;
    }
    at = end;
  }
  return out;
}

std::unexpected<ProtocolError> wrong(std::size_t at, std::string what) {
  return std::unexpected(ProtocolError{at, std::move(what)});
}

/// "host", "host:port", "[::1]:port" into `url`; `at` is where it starts in the whole text.
std::expected<void, ProtocolError> read_authority(std::string_view authority, std::size_t at, Url& url) {
  if (const auto user_end = authority.rfind('@'); user_end != std::string_view::npos) {
    authority.remove_prefix(user_end + 1);  // user:password@ is no part of what a URL names
    at += user_end + 1;
  }
  std::string_view port;
  std::size_t port_at = 0;
  if (authority.starts_with('[')) {
    const auto close = authority.find(']');
    if (close == std::string_view::npos) return wrong(at, "'[' without ']'");
    url.host = lower(authority.substr(1, close - 1));
    const std::string_view rest = authority.substr(close + 1);
    if (!rest.empty() && rest.front() != ':')
      return wrong(at + close + 1, "expected ':' and a port after ']'");
    if (!rest.empty()) port = rest.substr(1);
    port_at = at + close + 2;
  } else {
    const auto colon = authority.find(':');
    const std::string_view host = authority.substr(0, colon);
    if (const auto bad = host.find_first_of(" \t\\<>\"^`|/?#"); bad != std::string_view::npos)
      return wrong(at + bad, "a character that no host name holds");
    url.host = lower(percent_decoded(host));
    if (colon != std::string_view::npos) port = authority.substr(colon + 1);
    port_at = at + std::min(colon, authority.size()) + 1;
  }
  if (url.host.empty()) return wrong(at, "no host");
  if (port.empty()) return {};  // RFC 3986, 6.2.3: "host:" is "host"
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), url.port);
  if (error != std::errc{} || end != port.data() + port.size() || url.port > 65535)
    return wrong(port_at, "the port is no number from 0 to 65535");
  return {};
}

}  // namespace

unsigned default_port(std::string_view scheme) {
  if (scheme == "http" || scheme == "ws") return 80;
  if (scheme == "https" || scheme == "wss") return 443;
  return 0;
}

std::expected<Url, ProtocolError> parse_url(std::string_view text) {
  const auto colon = text.find(':');
  if (colon == std::string_view::npos || colon == 0 || !text.substr(colon).starts_with("://"))
    return wrong(0, "no absolute URL: expected 'scheme://host'");
  const std::string_view scheme = text.substr(0, colon);
  const auto bad = std::ranges::find_if_not(
      scheme, [](char c) { return is_alpha(c) || is_digit(c) || c == '+' || c == '-' || c == '.'; });
  if (bad != scheme.end() || !is_alpha(scheme.front()))
    return wrong(static_cast<std::size_t>(bad == scheme.end() ? 0 : bad - scheme.begin()),
                 "a character that no scheme holds");
  Url url{.scheme = lower(scheme)};
  const std::size_t authority_at = colon + 3;
  std::string_view rest = text.substr(authority_at);
  rest = rest.substr(0, rest.find('#'));
  const std::size_t authority_size = std::min(rest.find_first_of("/?"), rest.size());
  if (const auto read = read_authority(rest.substr(0, authority_size), authority_at, url); !read)
    return std::unexpected(read.error());
  if (url.port == 0) url.port = default_port(url.scheme);
  rest.remove_prefix(authority_size);
  const std::size_t question = rest.find('?');
  url.path = normalized_path(rest.substr(0, question));
  if (question != std::string_view::npos) url.query = normalized_query(rest.substr(question + 1));
  return url;
}

std::expected<Url, ProtocolError> parse_authority(std::string_view text) {
  Url url;
  if (const auto read = read_authority(text, 0, url); !read) return std::unexpected(read.error());
  return url;
}

std::string normalized_path(std::string_view path) {
  if (path.empty()) return "/";
  if (is_plain(path)) return path.front() == '/' ? std::string(path) : "/" + std::string(path);
  std::string escaped = normalized_escapes(path);
  if (escaped.front() != '/') escaped.insert(0, 1, '/');
  return without_dot_segments(escaped);
}

std::string normalized_query(std::string_view query) {
  return is_plain(query) ? std::string(query) : normalized_escapes(query);
}

std::string to_text(const Url& url) {
  std::string out = url.scheme + "://";
  const bool brackets = url.host.find(':') != std::string::npos;
  out += brackets ? "[" + url.host + "]" : url.host;
  if (url.port != 0 && url.port != default_port(url.scheme)) out += ":" + std::to_string(url.port);
  out += url.path;
  if (!url.query.empty()) out += "?" + url.query;
  return out;
}

std::string percent_decoded(std::string_view text, bool plus_is_space) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (const int byte = escaped_byte(text, i); byte >= 0) {
      out += static_cast<char>(byte);
      i += 2;
    } else {
      out += plus_is_space && text[i] == '+' ? ' ' : text[i];
    }
  }
  return out;
}

std::vector<std::pair<std::string, std::string>> parse_form(std::string_view text) {
  std::vector<std::pair<std::string, std::string>> out;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('&'), text.size());
    const std::string_view pair = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (pair.empty()) continue;
    const auto equals = pair.find('=');
    out.emplace_back(percent_decoded(pair.substr(0, equals), true),
                     equals == std::string_view::npos ? "" : percent_decoded(pair.substr(equals + 1), true));
  }
  return out;
}

}  // namespace bigfoot
