// spec/url_pattern.h - A URL of a headline: parts with holes and wildcards, each compiled on its own.
// Source: RFC 3986, section 3; spec-format.md, section 10 ("Values").
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "spec/entry_draft.h"

namespace bigfoot {

struct UrlPattern {
  std::string scheme;  ///< "" where the whole URL is "*"
  PatternPtr host, port, path, query;
  std::optional<unsigned> port_number;  ///< where it is one number
  bool has_query = false;
  Place query_at;
};

/// Reads the URL that starts at byte `offset` of the string `node`; what is wrong is reported there.
std::optional<UrlPattern> compile_url(const Node& node, std::size_t offset, std::span<const std::string_view> schemes,
                                      Diagnostics& problems);

/// The host and port of "host:port", "[::1]:port", "host"; either may have wildcards or holes.
struct HostPort {
  std::string host;  ///< no brackets, lower case outside holes
  std::string port;  ///< "" for none
  std::size_t port_offset = 0;
};
std::optional<HostPort> split_host_port(std::string_view text);
/// A port: a number, "*" or a hole. Problems are reported at `node`.
struct PortPattern {
  PatternPtr pattern;
  std::optional<unsigned> number;
};
std::optional<PortPattern> compile_port(std::string_view text, const Node& node, std::size_t offset, Diagnostics& problems);

/// Host and port of a server, into fields and endpoint. `fallback`: the protocol's port where none is given; 0: one must be.
bool set_server(EntryDraft& draft, const Node& node, std::size_t offset, std::string_view text, unsigned fallback, std::string_view form);

/// The host of an entry's server, or its host:port: "localhost" also fits the addresses that it stands for.
PatternPtr server_pattern(PatternPtr server);

/// Where the hole ends whose "{{" stands at `start`; npos where it does not.
std::size_t hole_end(std::string_view text, std::size_t start);
/// `text` with every byte of its {{holes}} replaced by 'x': the same length, and safe to look for delimiters in.
std::string masked_holes(std::string_view text);
bool has_hole(std::string_view text);

}  // namespace bigfoot
