// spec/guard.cpp - Where a connection goes and what is executed, compared with entries and with the guard's rules.
// Source: spec-format.md, rule 10, section 9 (decisions 5 and 9).
#include <fmt/format.h>

#include <algorithm>

#include "spec/command_text.h"
#include "spec/spec.h"
#include "spec/values.h"

namespace bigfoot {
namespace {

bool fits_text(const Pattern& pattern, const std::string& text) {
  return pattern.match(text, "", {}, {}, nullptr);
}

bool fits_host(const Pattern& pattern, const Destination& to) {
  if (pattern.is_any() || fits_text(pattern, lower_case(to.host)) || fits_text(pattern, lower_case(to.address))) return true;
  // /etc/hosts names it without a lookup that anybody could see.
  return is_loopback(to.address) && pattern.literal() && *pattern.literal() == "localhost";
}

const GuardRule* first_fitting(const std::vector<GuardRule>& rules, const Destination& to) {
  const auto found = std::ranges::find_if(rules, [&](const GuardRule& rule) { return rule.endpoint.fits(to); });
  return found == rules.end() ? nullptr : &*found;
}

/// A rule names a path, or a bare name; a name has no slash, so that neither fits the other.
const GuardRule* first_of_exec(const std::vector<GuardRule>& rules, std::string_view path, std::string_view program) {
  const auto found = std::ranges::find_if(rules, [&](const GuardRule& rule) {
    if (rule.protocol != "exec") return false;
    const PatternPtr& wanted = rule.endpoint.path;
    return !wanted || fits_text(*wanted, std::string(path)) || fits_text(*wanted, std::string(program));
  });
  return found == rules.end() ? nullptr : &*found;
}

}  // namespace

std::string Destination::url() const {
  if (transport == Transport::unix_stream || transport == Transport::unix_datagram) return "unix://" + path;
  const std::string_view scheme = transport == Transport::tcp ? "tcp" : "udp";
  const std::string& name = host.empty() ? address : host;
  return name.find(':') == name.npos ? fmt::format("{}://{}:{}", scheme, name, port)
                                     : fmt::format("{}://[{}]:{}", scheme, name, port);
}

bool EndpointPattern::fits(const Destination& to) const {
  switch (to.transport) {
    case Transport::tcp:
      if (!tcp) return false;
      break;
    case Transport::udp:
      if (!udp) return false;
      break;
    case Transport::unix_stream:
    case Transport::unix_datagram: return unix_path && (!path || fits_text(*path, to.path));
  }
  return (!port || *port == to.port) && (!host || fits_host(*host, to));
}

GuardLevel Guard::level(std::string_view protocol) const {
  const auto found = levels.find(protocol);
  return found == levels.end() ? default_level : found->second;
}

const GuardRule* Guard::allowing_exec(std::string_view path, std::string_view program) const { return first_of_exec(allow, path, program); }
const GuardRule* Guard::denying_exec(std::string_view path, std::string_view program) const { return first_of_exec(deny, path, program); }

bool Spec::exec_is_watched() const {
  const auto own = guard.levels.find("exec");
  if (own != guard.levels.end() && own->second != GuardLevel::off) return true;
  return std::ranges::any_of(entries, [](const Entry& entry) { return is_command(*entry.protocol); });
}

GuardLevel Spec::exec_level() const { return exec_is_watched() ? guard.level("exec") : GuardLevel::off; }

bool Spec::exec_is_held() const {
  return exec_is_watched() || std::ranges::any_of(guard.deny, [](const GuardRule& rule) { return rule.protocol == "exec"; }) ||
         std::ranges::any_of(entries, [](const Entry& entry) { return entry.protocol->name == "which"; });
}

bool Spec::exec_compares(std::string_view field) const {
  return std::ranges::any_of(entries, [&](const Entry& entry) {
    return is_command(*entry.protocol) && std::ranges::find(entry.asserted, field, &FieldPattern::name) != entry.asserted.end();
  });
}

const GuardRule* Guard::allowing(const Destination& to) const { return first_fitting(allow, to); }
const GuardRule* Guard::denying(const Destination& to) const { return first_fitting(deny, to); }

bool Guard::tls_opaque(const Destination& to) const {
  const auto rule = std::ranges::find_if(tls, [&](const TlsRule& each) { return each.endpoint.fits(to); });
  return rule != tls.end() && rule->opaque;
}

}  // namespace bigfoot
