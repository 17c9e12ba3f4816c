// spec/headline_socket.cpp - tcp://host:port, udp://host:port, unix:///path, unix://@name. Source: spec-format.md 4.5; unix(7).
#include <array>

#include <fmt/format.h>

#include "spec/check.h"
#include "spec/socket_address.h"
#include "spec/url_pattern.h"

namespace bigfoot {
namespace {

constexpr std::size_t kMaxUnixPath = 107;  // unix(7): sun_path has 108 bytes, the last for the terminating null

void load_unix(EntryDraft& draft, std::size_t start) {
  const std::string path = draft.headline.text()->substr(start);
  if (!path.starts_with('/') && !path.starts_with('@') && path != "*") {
    refuse_part(draft.problems, draft.headline, start, path, fmt::format("'{}' is no path of a socket", path),
                fmt::format("unix:///{} (three slashes), or unix://@name for an abstract one", path));
    return;
  }
  if (!has_hole(path) && path.size() > kMaxUnixPath) {
    refuse_part(draft.problems, draft.headline, start, path, fmt::format("a socket's path has at most {} bytes; this one has {}", kMaxUnixPath, path.size()));
    return;
  }
  EndpointPattern& endpoint = draft.entry.endpoint;
  endpoint.unix_path = true;
  const PatternPtr address = path == "*" ? any_pattern() : compile_wildcard_pattern(path, Wildcards::file_path, place_in(draft.headline, start), draft.problems);
  if (address && !address->is_any()) endpoint.path = address;
  // Streams and datagrams have one headline: the program's own socket says which it is.
  draft.set("scheme", compile_text_pattern("{{/^unix(-dgram)?$/}}", draft.headline.at, draft.problems), draft.headline.at);
  draft.set("address", address, draft.headline.at);
}

void load_internet(EntryDraft& draft, std::string_view scheme, std::size_t start) {
  const auto address = compile_socket_address(draft.headline, scheme, start, draft.problems);
  if (!address) return;
  draft.entry.endpoint = address->endpoint;
  draft.set("scheme", literal_pattern(std::string(scheme)), draft.headline.at);
  draft.set("address", address->any ? any_pattern() : compile_wildcard_pattern(address->shown, Wildcards::host, place_in(draft.headline, start), draft.problems),
            draft.headline.at);
}

}  // namespace

std::optional<SocketAddress> compile_socket_address(const Node& node, std::string_view scheme, std::size_t start, Diagnostics& problems) {
  const std::string text = node.text()->substr(start);
  const auto parts = split_host_port(text);
  if (!parts || parts->port.empty()) {
    refuse_part(problems, node, start, text, fmt::format("'{}' is no host and port", text),
                fmt::format("{0}://api.example.com:80, {0}://[::1]:80; * stands for any host or port", scheme));
    return std::nullopt;
  }
  if (parts->host.find('/') != std::string::npos || parts->port.find('/') != std::string::npos) {
    refuse_part(problems, node, start, text, fmt::format("'{}' has a path: a raw socket has a host and a port only", text));
    return std::nullopt;
  }
  const auto port = compile_port(parts->port, node, start + parts->port_offset, problems);
  const PatternPtr host = parts->host == "*" ? any_pattern() : compile_wildcard_pattern(parts->host, Wildcards::host, place_in(node, start), problems);
  if (!port || !host) return std::nullopt;
  SocketAddress out;
  (scheme == "tcp" ? out.endpoint.tcp : out.endpoint.udp) = true;
  if (!host->is_any()) out.endpoint.host = host;
  out.endpoint.port = port->number;
  out.any = host->is_any() && !port->number;
  const std::string shown_host = parts->host.find(':') == std::string::npos ? parts->host : "[" + parts->host + "]";
  out.shown = shown_host + ":" + (parts->port == "*" ? "{{port}}" : parts->port);
  return out;
}

void load_socket(EntryDraft& draft) {
  const std::string& text = *draft.headline.text();
  draft.entry.headline = text;
  if (text == "*") {
    draft.set("scheme", any_pattern(), draft.headline.at);
    draft.set("address", any_pattern(), draft.headline.at);
    draft.entry.endpoint.tcp = draft.entry.endpoint.udp = draft.entry.endpoint.unix_path = true;
    return;
  }
  const std::size_t colon = text.find("://");
  const std::string_view scheme = std::string_view(text).substr(0, colon);
  if (colon != text.npos && scheme == "unix") return load_unix(draft, colon + 3);
  if (colon != text.npos && (scheme == "tcp" || scheme == "udp")) return load_internet(draft, scheme, colon + 3);
  refuse(draft.problems, draft.headline, fmt::format("'{}' is no address of a socket", text),
         "tcp://host:port, udp://host:port, unix:///path or unix://@name");
}

}  // namespace bigfoot
