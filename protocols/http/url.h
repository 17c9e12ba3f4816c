// protocols/http/url.h - URLs as values, normalised so that two ways to write one resource compare equal.
// Source: RFC 3986, sections 3 and 6.2; WHATWG URL, "application/x-www-form-urlencoded".
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "protocols/protocol.h"

namespace bigfoot {

struct Url {
  std::string scheme;  ///< lower case
  std::string host;    ///< lower case, IPv6 without brackets
  unsigned port = 0;   ///< given, or the scheme's default (http 80, https 443, ws 80, wss 443), else 0
  std::string path;    ///< normalised, at least "/"
  std::string query;   ///< normalised, without '?'; "" for none
};

/// An absolute URL. A fragment is dropped. `at` of the error is the byte in `text`.
std::expected<Url, ProtocolError> parse_url(std::string_view text);
/// "host", "host:port", "[::1]:port", as a Host header has it: fills host and port, which is 0 where none is given.
std::expected<Url, ProtocolError> parse_authority(std::string_view text);
/// Dot segments removed, percent-encoding of unreserved characters undone, hex digits in upper case. RFC 3986, 6.2.2.
std::string normalized_path(std::string_view path);
std::string normalized_query(std::string_view query);
unsigned default_port(std::string_view scheme);
/// "http://api.example.com/a?b" : the default port is left out, IPv6 gets its brackets.
std::string to_text(const Url& url);
std::string percent_decoded(std::string_view text, bool plus_is_space = false);
/// Names and values decoded, in order.
std::vector<std::pair<std::string, std::string>> parse_form(std::string_view text);

}  // namespace bigfoot
