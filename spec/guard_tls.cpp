// spec/guard_tls.cpp - guard.tls: which hosts keep their TLS to themselves. Source: spec-format.md, rule 10.
#include <algorithm>

#include <fmt/format.h>

#include "spec/check.h"
#include "spec/settings.h"
#include "spec/toml_text.h"
#include "spec/url_pattern.h"
#include "spec/values.h"

namespace bigfoot {
namespace {

const std::vector<std::string_view> kWords = {"opaque", "terminate"};
constexpr std::string_view kExample = "tls = { \"pinned.example.com\" = \"opaque\", \"*.example.com:443\" = \"terminate\" }";

bool is_opaque(std::string_view word) { return word == kWords.front(); }

bool check_word(const Node& node, std::string_view where, Diagnostics& problems) {
  const std::string* word = node.text();
  if (word && std::ranges::find(kWords, *word) != kWords.end()) return true;
  refuse(problems, node, fmt::format("{} is \"opaque\" or \"terminate\", not {}", where, word ? fmt::format("'{}'", *word) : std::string(kind_of(node))),
         word ? did_you_mean(*word, kWords, std::string(kExample)) : std::string(kExample));
  return false;
}

/// What `a.b.c = "opaque"` meant: without quotes its dots make tables.
std::string unquoted_host(std::string host, const Node* node) {
  for (; node->table() && node->table()->size() == 1; node = &node->table()->front().second) host += "." + node->table()->front().first;
  return host;
}

std::optional<TlsRule> load_rule(const std::string& host, const Node& node, Diagnostics& problems) {
  if (node.is_table()) {
    refuse_key(problems, node, host, "a host with dots is written in quotes", fmt::format("\"{}\" = \"opaque\"", unquoted_host(host, &node)));
    return std::nullopt;
  }
  Node key;  // a key with dots has quotes, as a string has
  key.at = node.key_at.line > 0 ? node.key_at : node.at;
  key.length = static_cast<unsigned>(toml_key(host).size());
  key.value = host;
  const std::size_t scheme = host.find("://");
  const std::size_t start = scheme == host.npos ? 0 : scheme + 3;
  const auto parts = split_host_port(host);
  if (scheme != host.npos || host.find('/') != host.npos || !parts) {
    const std::string name = host.substr(start, host.find('/', start) - start);
    refuse(problems, key, fmt::format("'{}' in guard.tls is no host, with or without a port", host),
           split_host_port(name) && name != host ? fmt::format("did you mean \"{}\"?", name) : std::string(kExample));
    return std::nullopt;
  }
  if (!check_word(node, fmt::format("guard.tls of \"{}\"", host), problems)) return std::nullopt;
  TlsRule rule{host, key.at, {}, is_opaque(*node.text())};
  rule.endpoint.tcp = rule.endpoint.tls = true;
  if (!parts->port.empty()) {
    const auto port = compile_port(parts->port, key, parts->port_offset, problems);
    if (!port) return std::nullopt;
    rule.endpoint.port = port->number;
  }
  if (parts->host != "*") rule.endpoint.host = compile_wildcard_pattern(parts->host, Wildcards::host, key.at, problems);
  return rule;
}

/// The more exact a rule, the lower.
unsigned width(const TlsRule& rule) {
  const bool name = rule.endpoint.host && rule.endpoint.host->literal();
  return (name ? 0 : rule.endpoint.host ? 2 : 4) + (rule.endpoint.port ? 0 : 1);
}

/// The rule that hides every call of an entry; for a glob of hosts, only where no rule lets some of them be seen.
const TlsRule* hidden_by(const Entry& entry, const Guard& guard) {
  const EndpointPattern& to = entry.endpoint;
  const bool name = to.host && to.host->literal();
  if (!name && std::ranges::any_of(guard.tls, [](const TlsRule& rule) { return !rule.opaque; })) return nullptr;
  const Destination sample{Transport::tcp, to.host ? text_of(to.host->shown()) : "*", "", to.port.value_or(0), ""};
  const auto rule = std::ranges::find_if(guard.tls, [&](const TlsRule& each) { return each.endpoint.fits(sample); });
  return rule == guard.tls.end() || !rule->opaque ? nullptr : &*rule;
}

}  // namespace

void load_guard_tls(const Node& node, Guard& guard, SetBy& set_by, Diagnostics& problems) {
  if (node.text()) {
    if (check_word(node, "guard.tls", problems) && first_to_set(node, "guard.tls", *node.text(), set_by, problems))
      guard.tls.push_back({"*", node.at, {.tcp = true, .tls = true}, is_opaque(*node.text())});
  } else if (node.table()) {
    for (const auto& [host, word] : *node.table()) {
      auto rule = load_rule(host, word, problems);
      const std::string name = host == "*" ? "guard.tls" : fmt::format("guard.tls of {}", host);
      if (rule && first_to_set(word, name, *word.text(), set_by, problems)) guard.tls.push_back(std::move(*rule));
    }
  }
  std::ranges::stable_sort(guard.tls, {}, width);
}

void check_calls_are_seen(const Spec& spec, Diagnostics& problems) {
  for (const Entry& entry : spec.entries) {
    const bool only_connects = !entry.replies.empty() && std::ranges::all_of(entry.replies, [](const Reply& reply) { return reply.errno_code != 0; });
    if (!entry.endpoint.tls || only_connects) continue;
    const TlsRule* rule = hidden_by(entry, spec.guard);
    if (!rule) continue;
    const EndpointPattern& to = entry.endpoint;
    const std::string host = to.host ? text_of(to.host->shown()) : "*";
    const std::string address = fmt::format("{}:{}", host.find(':') == host.npos ? host : "[" + host + "]", to.port ? std::to_string(*to.port) : "*");
    Diagnostic problem;
    problem.at = entry.identity.front().at;
    problem.length = static_cast<unsigned>(entry.headline.size()) + 2;
    problem.what = fmt::format("TLS to {} is opaque by guard.tls: the calls inside it cannot be seen", address);
    const bool spare = rule->host == "*" && host != "*";
    problem.hint = fmt::format("socket = \"tcp://{}\" expects the connection; or {} at {}:{}", address,
                               spare ? fmt::format("say tls = {{ \"*\" = \"opaque\", {} = \"terminate\" }}", toml_string(host))
                                     : fmt::format("take {} out of guard.tls", toml_string(rule->host)),
                               rule->at.file, rule->at.line);
    problems.add(std::move(problem));
  }
}

}  // namespace bigfoot
