// protocols/sniff.cpp - What the first bytes of a client look like: see registry.h.
// Source: RFC 9113, 3.4 (HTTP/2 preface); RFC 8446, 5.1 (records); the IANA method registry; the Redis serialization
// protocol; PostgreSQL documentation, "Message Formats" (StartupMessage, SSLRequest, GSSENCRequest, CancelRequest).
#include <algorithm>

#include "protocols/registry.h"

namespace bigfoot {
namespace {

constexpr std::string_view kHttp2Preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
static_assert(kHttp2Preface.size() == kSniffBytes);

/// Methods that clients send in practice, with the space that ends them: a line of another text protocol
/// ("GET key" of memcached, "HELO name") must not be taken for HTTP, so each is also asked for a target
/// behind it.
constexpr std::string_view kMethods[] = {
    "GET ",    "POST ",     "PUT ",         "DELETE ", "HEAD ",       "OPTIONS ",  "PATCH ", "CONNECT ",
    "TRACE ",  "PROPFIND ", "PROPPATCH ",   "MKCOL ",  "COPY ",       "MOVE ",     "LOCK ",  "UNLOCK ",
    "REPORT ", "SEARCH ",   "SUBSCRIBE ",   "NOTIFY ", "MKCALENDAR ", "PURGE ",    "LINK ",  "UNLINK ",
    "QUERY ",  "LIST ",     "UNSUBSCRIBE ", "BIND ",   "ACL ",        "CHECKOUT ", "MERGE ",
};

constexpr bool is_alphanumeric(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

constexpr std::size_t kLongestMethod = 20;

bool is_method_character(char c) { return is_alphanumeric(c) || c == '-' || c == '_'; }

/// Both agree as far as both reach.
bool agree(std::string_view a, std::string_view b) {
  const std::size_t size = std::min(a.size(), b.size());
  return a.substr(0, size) == b.substr(0, size);
}

Sniffed sniff_tls(std::string_view bytes) {
  constexpr unsigned char kHandshake = 22, kMajor = 3, kClientHello = 1;
  const auto at = [&](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
  if (at(0) != kHandshake) return Sniffed::unknown;
  if (bytes.size() > 1 && at(1) != kMajor) return Sniffed::unknown;
  if (bytes.size() > 2 && at(2) > 4) return Sniffed::unknown;
  if (bytes.size() > 5 && at(5) != kClientHello) return Sniffed::unknown;
  return bytes.size() > 5 ? Sniffed::tls : Sniffed::need_more;
}

/// A command: an array of at least one bulk string, "*2\r\n$3\r\n...".
Sniffed sniff_redis(std::string_view bytes) {
  if (bytes[0] != '*') return Sniffed::unknown;
  constexpr std::size_t kMostDigits = 9;
  std::size_t end = 1;
  while (end < bytes.size() && end <= kMostDigits && bytes[end] >= '0' && bytes[end] <= '9') ++end;
  if (end == bytes.size()) return end <= kMostDigits ? Sniffed::need_more : Sniffed::unknown;
  if (end == 1 || !agree(bytes.substr(end), "\r\n$")) return Sniffed::unknown;
  return bytes.size() >= end + 3 ? Sniffed::redis : Sniffed::need_more;
}

/// The first message has no type: its length, then a version or the number of a request.
Sniffed sniff_postgres(std::string_view bytes) {
  constexpr unsigned kLength = 0, kCode = 4, kWhole = 8;
  constexpr std::uint32_t kMostBytes = 10000, kVersion3 = 3, kCancel = 80877102, kSsl = 80877103, kGss = 80877104;
  constexpr std::string_view kCodes[] = {{"\x00\x03", 2}, "\x04\xd2"};
  if (bytes[0] != 0) return Sniffed::unknown;
  if (bytes.size() < kWhole) {
    const bool short_enough = agree(bytes, std::string_view("\0\0", 2));
    const bool fits = bytes.size() <= kCode || std::ranges::any_of(kCodes, [&](std::string_view code) { return agree(bytes.substr(kCode), code); });
    return short_enough && fits ? Sniffed::need_more : Sniffed::unknown;
  }
  const auto number = [&](std::size_t at) {
    std::uint32_t value = 0;
    for (std::size_t i = at; i < at + 4; ++i) value = value << 8 | static_cast<unsigned char>(bytes[i]);
    return value;
  };
  const std::uint32_t length = number(kLength), code = number(kCode);
  if (length < kWhole || length > kMostBytes) return Sniffed::unknown;
  const bool known = code >> 16 == kVersion3 || code == kCancel || code == kSsl || code == kGss;
  return known ? Sniffed::postgres : Sniffed::unknown;
}

Sniffed sniff_http(std::string_view bytes) {
  Sniffed best = Sniffed::unknown;
  for (const std::string_view method : kMethods) {
    if (!agree(bytes, method)) continue;
    if (bytes.size() <= method.size()) {
      best = Sniffed::need_more;
      continue;
    }
    // A path, a URL, "*" of OPTIONS, host:port of CONNECT: all but CONNECT's tell themselves from a word by
    // one byte.
    const char first = bytes[method.size()];
    const std::string_view target = bytes.substr(method.size());
    if (first == '/' || first == '*') return Sniffed::http;
    if (method == "CONNECT " && (is_alphanumeric(first) || first == '[')) return Sniffed::http;
    for (const std::string_view scheme : {"http://", "https://", "ws://", "wss://", "ftp://"}) {
      if (!agree(target, scheme)) continue;
      if (target.size() >= scheme.size() || bytes.size() >= kSniffBytes) return Sniffed::http;
      best = Sniffed::need_more;
    }
  }
  if (best != Sniffed::unknown) return best;
  // A method of somebody's own: a word, a blank and an absolute path. RFC 9110, 9.1; RFC 9112, 3.
  const std::size_t blank = bytes.find(' ');
  const std::string_view word = bytes.substr(0, blank);
  if (word.empty() || word.size() > kLongestMethod || !std::ranges::all_of(word, is_method_character)) return Sniffed::unknown;
  if (blank == bytes.npos || blank + 1 == bytes.size()) return Sniffed::need_more;
  return bytes[blank + 1] == '/' ? Sniffed::http : Sniffed::unknown;
}

}  // namespace

Sniffed sniff(std::string_view first_bytes) {
  const std::string_view bytes = first_bytes.substr(0, kSniffBytes);
  if (bytes.empty()) return Sniffed::need_more;
  if (agree(bytes, kHttp2Preface)) {
    if (bytes.size() == kHttp2Preface.size()) return Sniffed::http2;
    if (bytes.size() > std::string_view("PR").size())
      return Sniffed::need_more;  // "P" and "PR" begin methods too
  }
  if (const Sniffed tls = sniff_tls(bytes); tls != Sniffed::unknown) return tls;
  if (const Sniffed redis = sniff_redis(bytes); redis != Sniffed::unknown) return redis;
  if (const Sniffed postgres = sniff_postgres(bytes); postgres != Sniffed::unknown) return postgres;
  if (const Sniffed http = sniff_http(bytes); http != Sniffed::unknown) return http;
  return agree(bytes, kHttp2Preface) ? Sniffed::need_more : Sniffed::unknown;
}

}  // namespace bigfoot
