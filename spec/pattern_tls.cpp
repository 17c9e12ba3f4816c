// spec/pattern_tls.cpp - What an https entry may say of its connection: tls = { version, alpn, sni } and the certificate
// of the client. Only what is named is compared. Source: RFC 8446; RFC 7301 (ALPN); RFC 6066, 3 (server_name); RFC 4514.
#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "spec/check.h"
#include "spec/pattern_parts.h"

namespace bigfoot {
namespace {

constexpr std::array<std::string_view, 4> kVersions = {"TLSv1.3", "TLSv1.2", "TLSv1.1", "TLSv1"};  // SSL_get_version(3)

/// A table that is there or not; where it is, the members that are named count.
class GivenPattern : public Pattern {
 public:
  /// `missing`: the note where nothing is there.
  GivenPattern(Value shown, PatternMembers members, std::string_view missing)
      : shown_(std::move(shown)), members_(object_pattern(std::move(members), true)), missing_(missing) {}

  bool match(const Value& actual, std::string_view path, const Captures& known, const Surroundings& around,
             MatchReport* report) const override {
    if (!actual.is_object()) return differs(report, path, shown_, std::nullopt, std::string(missing_));
    return members_->match(actual, path, known, around, report);
  }
  Value shown() const override { return shown_; }
  Value accepting(const Value& actual, const Captures& known, const Surroundings& around) const override {
    if (!actual.is_object()) return "*";
    if (!shown_.is_object()) return shown_;
    Value out = members_->accepting(actual, known, around);
    out.erase("*");  // others go without saying here
    return out;
  }
  void collect_names(std::vector<NameUse>& uses) const override { members_->collect_names(uses); }

 private:
  Value shown_;
  PatternPtr members_;
  std::string_view missing_;
};

using CompileMember = PatternPtr (*)(std::string_view key, const Node& node, Diagnostics& problems);

PatternPtr compile_given(const Node& table, std::string_view name, CompileMember compile, std::string_view missing, Diagnostics& problems) {
  const Keys keys = part_keys(name);
  check_keys(table, keys, name, problems);
  PatternMembers members;
  Value shown = Value::object();
  for (const auto& [key, node] : *table.table()) {
    if (opens_table(key, node)) continue;
    const auto known = std::ranges::find(keys, std::string_view(key), &KeyInfo::name);
    if (known == keys.end() || !is_kind(node, known->kinds)) return nullptr;
    PatternPtr pattern = compile(key, node, problems);
    if (!pattern) return nullptr;
    shown[key] = pattern->shown();
    members.emplace_back(key, std::move(pattern));
  }
  return std::make_shared<GivenPattern>(std::move(shown), std::move(members), missing);
}

PatternPtr compile_tls_member(std::string_view key, const Node& node, Diagnostics& problems) {
  const std::string* text = node.text();
  if (key == "sni" && text) return compile_wildcard_pattern(*text, Wildcards::host, place_in(node, 0), problems);
  const bool literal = text && *text != "*" && text->find("{{") == text->npos;
  if (key == "version" && literal && std::ranges::find(kVersions, *text) == kVersions.end()) {
    refuse(problems, node, fmt::format("'{}' is no version of TLS", *text),
           did_you_mean(*text, {kVersions.begin(), kVersions.end()}, "\"TLSv1.3\", \"TLSv1.2\", or \"*\" for any"));
    return nullptr;
  }
  return compile_pattern(node, problems);
}

PatternPtr compile_cert_member(std::string_view key, const Node& node, Diagnostics& problems) {
  PatternPtr pattern = compile_pattern(node, problems);
  if (key != "san" || !pattern || !node.is_string() || pattern->is_any()) return pattern;
  return array_pattern({std::move(pattern)}, false);  // the only name
}

}  // namespace

PatternPtr compile_tls_pattern(const Node& node, Diagnostics& problems) {
  constexpr std::string_view kExample = "tls = { version = \"TLSv1.3\", alpn = \"http/1.1\", sni = \"api.example.com\" }, or \"*\"";
  if (node.text() && *node.text() == "*") return any_pattern();
  if (node.table() && !node.table()->empty()) return compile_given(node, "tls", compile_tls_member, "the connection has no TLS", problems);
  if (!is_kind(node, kText | kTable)) return nullptr;  // check_keys has reported it
  refuse(problems, node, node.is_table() ? "tls = { } names nothing to compare" : "tls is a table of what the handshake must be", std::string(kExample));
  return nullptr;
}

PatternPtr compile_client_cert_pattern(const Node& node, Diagnostics& problems) {
  constexpr std::string_view kMissing = "the client gave no certificate";
  if (node.text() && *node.text() == "*") return any_pattern();
  if (node.text() && *node.text() == "required") return std::make_shared<GivenPattern>("required", PatternMembers(), kMissing);
  if (node.table() && !node.table()->empty()) return compile_given(node, "client_cert", compile_cert_member, kMissing, problems);
  if (!is_kind(node, kText | kTable)) return nullptr;
  refuse(problems, node, node.is_table() ? "client_cert = { } names nothing to compare" : fmt::format("client_cert is \"required\" or a table, not '{}'", *node.text()),
         "client_cert = \"required\" for any certificate, or { subject = \"CN=svc\", san = [\"DNS:svc.internal\"] }");
  return nullptr;
}

}  // namespace bigfoot
