// spec/pattern_host.cpp - "localhost" of an entry, for programs whose connection says only an address: /etc/hosts names it without a
// lookup that anybody could see. Source: RFC 6761, 6.3; spec-format.md, section 10 ("Host names").
#include <algorithm>

#include "spec/pattern_parts.h"
#include "spec/url_pattern.h"
#include "spec/values.h"

namespace bigfoot {
namespace {

constexpr std::string_view kLocalhost = "localhost";

/// "127.0.0.1", "127.0.0.1:6379", "[::1]:6379" with the name instead; as it is where it is no loopback address.
std::string by_name(const std::string& server) {
  const auto parts = split_host_port(server);
  if (parts && is_loopback(parts->host)) return std::string(kLocalhost) + (parts->port.empty() ? "" : ":" + parts->port);
  return is_loopback(server) ? std::string(kLocalhost) : server;  // "::1" without brackets
}

class LocalhostPattern : public Pattern {
 public:
  explicit LocalhostPattern(PatternPtr inner) : inner_(std::move(inner)) {}

  bool match(const Value& actual, std::string_view path, const Captures& known, const Surroundings& around, MatchReport* report) const override {
    if (!actual.is_string()) return inner_->match(actual, path, known, around, report);
    const Value named = by_name(actual.get_ref<const std::string&>());
    const bool fits = inner_->match(named, path, known, around, nullptr);
    return inner_->match(fits ? named : actual, path, known, around, report);
  }
  Value shown() const override { return inner_->shown(); }
  void collect_names(std::vector<NameUse>& uses) const override { inner_->collect_names(uses); }

 private:
  PatternPtr inner_;
};

}  // namespace

PatternPtr server_pattern(PatternPtr server) {
  const Value* literal = server ? server->literal() : nullptr;
  const bool is_local = literal && literal->is_string() && literal->get_ref<const std::string&>().starts_with(kLocalhost);
  return is_local ? std::make_shared<LocalhostPattern>(std::move(server)) : server;
}

}  // namespace bigfoot
