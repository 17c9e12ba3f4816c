// runner/redactor_rules.h - The rules of `[settings] redact`, read. Source: spec-format.md 4.10.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/value.h"

namespace bigfoot {

/// "$..password", "$.card.number", "$.items[*].secret", "$['a b'][0]": where in a JSON document.
class SecretPath {
 public:
  static std::expected<SecretPath, std::string> parse(std::string_view text);

  /// What is left to match below the root; step() goes one name or index down.
  using State = std::uint64_t;
  State start() const { return 1; }
  State step(State state, std::string_view name) const;
  bool complete(State state) const { return (state >> segments_.size() & 1) != 0; }

 private:
  struct Segment {
    std::string name;      // of a member, or the digits of an index
    bool any = false;      // * or [*]
    bool at_any_depth = false;  // the segment came after ".."
  };
  std::vector<Segment> segments_;
};

struct RedactRule {
  enum class Kind { header, json, form, query, env, text } kind;
  std::string argument;  ///< "authorization", "$..password", "STRIPE_KEY", the regular expression
};

/// "header:authorization" read, or what is wrong with it: "redact rule 'jsn:$..x': unknown kind 'jsn', did you mean 'json'?"
std::expected<RedactRule, std::string> parse_redact_rule(std::string_view rule);

}  // namespace bigfoot
