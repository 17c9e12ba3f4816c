// spec/guard_rules.cpp - Patterns of [guard] allow and deny. One that could match nothing is an error, never silently wide.
// Source: spec-format.md, rule 10 and section 9, decision 5.
#include <algorithm>
#include <iterator>

#include <fmt/format.h>

#include "protocols/http/url.h"
#include "spec/check.h"
#include "spec/file_path.h"
#include "spec/settings.h"
#include "spec/url_pattern.h"

namespace bigfoot {
namespace {

enum class Form { server, unix_path, name, path };
struct RuleKind {
  std::string_view scheme;
  std::string_view protocol;  ///< GuardRule::protocol
  Form form;
  unsigned port;              ///< where the rule gives none; 0: it must
  std::string_view example;
};
constexpr RuleKind kKinds[] = {
    {"http", "http", Form::server, 80, "http://localhost:*"},
    {"https", "https", Form::server, 443, "https://*.example.com"},
    {"ws", "websocket", Form::server, 80, "ws://localhost:8080"},
    {"wss", "websocket", Form::server, 443, "wss://feed.example.com"},
    {"postgres", "postgres", Form::server, 5432, "postgres://localhost"},
    {"redis", "redis", Form::server, 6379, "redis://localhost"},
    {"smtp", "smtp", Form::server, 25, "smtp://localhost:1025"},
    {"tcp", "tcp", Form::server, 0, "tcp://localhost:5432"},
    {"udp", "udp", Form::server, 0, "udp://127.0.0.1:8125"},
    {"unix", "unix", Form::unix_path, 0, "unix:/run/dbus/*"},
    {"dns", "dns", Form::name, 0, "dns:*.example.com"},
    {"exec", "exec", Form::path, 0, "exec:/usr/bin/locale"},
    {"file", "file", Form::path, 0, "file:/etc/ssl/**"},
};

std::optional<GuardRule> server_rule(const Node& node, const RuleKind& kind, std::size_t offset, Diagnostics& problems) {
  GuardRule rule{*node.text(), node.at, {}, std::string(kind.protocol)};
  const std::string text = node.text()->substr(offset);
  const std::string masked = masked_holes(text);
  const std::size_t slash = std::min(masked.find('/'), masked.size());
  if (const std::string_view path = std::string_view(text).substr(slash); path.size() > 1 && path != "/*" && path != "/**") {
    not_here(problems, node, fmt::format("'{}': a rule is asked when the connection is made, before its path is known", rule.text),
             fmt::format("name the host and port only: \"{}\"", node.text()->substr(0, offset + slash)));
    return std::nullopt;
  }
  const auto parts = split_host_port(text.substr(0, slash));
  if (!parts || (parts->port.empty() && kind.port == 0)) {
    refuse(problems, node, fmt::format("'{}' matches nothing: '{}' is no host{}", rule.text, text, kind.port == 0 ? " with a port" : ""), fmt::format("as in \"{}\"", kind.example));
    return std::nullopt;
  }
  rule.endpoint.tcp = kind.scheme != "udp";
  rule.endpoint.udp = kind.scheme == "udp";
  rule.endpoint.tls = kind.scheme == "https" || kind.scheme == "wss";
  rule.endpoint.port = kind.port;
  if (!parts->port.empty()) {
    const auto port = compile_port(parts->port, node, offset + parts->port_offset, problems);
    if (!port) return std::nullopt;
    rule.endpoint.port = port->number;
  }
  if (parts->host != "*") rule.endpoint.host = compile_wildcard_pattern(parts->host, Wildcards::host, place_in(node, offset), problems);
  return rule;
}

std::optional<GuardRule> path_rule(const Node& node, const RuleKind& kind, std::string path, Diagnostics& problems) {
  GuardRule rule{*node.text(), node.at, {}, std::string(kind.protocol)};
  if (path.starts_with("//")) path.erase(0, 2);  // unix:///run/x says the same as unix:/run/x
  const bool bare_name = kind.scheme == "exec" && !path.empty() && path.find('/') == path.npos;
  const bool abstract = kind.scheme == "unix" && path.starts_with('@');
  if (!path.starts_with('/') && !bare_name && !abstract && path != "*") {
    refuse(problems, node, fmt::format("'{}' matches nothing: '{}' is no absolute path", rule.text, path), fmt::format("as in \"{}\"", kind.example));
    return std::nullopt;
  }
  if (kind.scheme == "file") path = normal_file_path(path);
  rule.endpoint.unix_path = kind.scheme == "unix";
  if (path != "*") rule.endpoint.path = compile_wildcard_pattern(path, Wildcards::file_path, node.at, problems);
  return rule;
}

}  // namespace

std::optional<GuardRule> load_guard_rule(const Node& node, Diagnostics& problems) {
  const std::string* text = node.text();
  if (!text) {
    refuse(problems, node, fmt::format("a guard pattern is a string, not {}", kind_of(node)), "\"http://localhost:*\"");
    return std::nullopt;
  }
  const std::size_t colon = text->find(':');
  const std::string_view scheme = std::string_view(*text).substr(0, colon);
  const auto kind = std::ranges::find(kKinds, scheme, &RuleKind::scheme);
  if (colon == text->npos || kind == std::end(kKinds)) {
    std::vector<std::string_view> schemes;
    for (const RuleKind& known : kKinds) schemes.push_back(known.scheme);
    const std::string_view nearest = colon == text->npos ? std::string_view() : nearest_word(scheme, schemes);
    refuse(problems, node, fmt::format("'{}' matches nothing: it starts with no known protocol", *text),
           nearest.empty() ? fmt::format("one of {}; as in \"tcp://{}:80\"", fmt::join(schemes, ", "), colon == text->npos ? *text : "localhost")
                           : fmt::format("did you mean '{}{}'?", nearest, text->substr(colon)));
    return std::nullopt;
  }
  const std::string rest = text->substr(colon + 1);
  if (kind->form == Form::server) {
    if (rest.starts_with("//")) return server_rule(node, *kind, colon + 3, problems);
    refuse(problems, node, fmt::format("'{}' matches nothing: it has no // behind '{}:'", *text, scheme), fmt::format("did you mean '{}://{}'?", scheme, rest));
    return std::nullopt;
  }
  if (kind->form != Form::name) return path_rule(node, *kind, rest, problems);
  GuardRule rule{*text, node.at, {}, std::string(kind->protocol)};
  if (rest.empty() || rest.find('/') != rest.npos) {
    refuse(problems, node, fmt::format("'{}' matches nothing: '{}' is no host name", *text, rest), fmt::format("as in \"{}\"", kind->example));
    return std::nullopt;
  }
  if (rest != "*") rule.endpoint.host = compile_wildcard_pattern(rest, Wildcards::host, place_in(node, colon + 1), problems);
  return rule;
}

}  // namespace bigfoot
