// spec/websocket_terms.cpp - What a websocket entry says of its session beside the handshake's own fields.
// Source: spec-format.md, sections 3 and 4.4; RFC 6455, 1.9 and 11.3.4 (subprotocols); RFC 7692.
#include <algorithm>

#include <fmt/format.h>

#include "spec/check.h"
#include "spec/entry_draft.h"
#include "spec/pattern_parts.h"

namespace bigfoot {
namespace {

/// The subprotocols that are offered have the one that the server is going to agree on.
class OfferedPattern final : public Pattern {
 public:
  explicit OfferedPattern(std::string wanted) : wanted_(std::move(wanted)) {}
  bool match(const Value& actual, std::string_view path, const Captures&, const Surroundings&, MatchReport* report) const override {
    const bool offered = actual.is_array() && std::ranges::find(actual, wanted_) != actual.end();
    return offered ? agrees(report) : differs(report, path, wanted_, actual.empty() ? std::nullopt : std::optional(actual));
  }
  Value shown() const override { return wanted_; }
  Value accepting(const Value& actual, const Captures&, const Surroundings&) const override { return actual; }

 private:
  Value wanted_;
};

PatternPtr compile_subprotocols(const Node& node, Diagnostics& problems) {
  if (node.text() && *node.text() == "*") return any_pattern();
  if (node.is_array()) return compile_pattern(node, problems);
  refuse(problems, node, fmt::format("'subprotocols' is an array, or \"*\", not {}", kind_of(node)), "subprotocols = [\"chat.v2\", \"chat.v1\"]");
  return nullptr;
}

void read_subprotocol(EntryDraft& draft, const Node& node) {
  const std::string* name = node.text();
  if (!name) return;  // check_keys has reported it
  if (name->empty() || name->find_first_of(" \t,;\"") != name->npos)
    return refuse(draft.problems, node, fmt::format("'{}' is no name of a subprotocol", *name), "one word: subprotocol = \"chat.v2\"");
  draft.entry.terms["subprotocol"] = *name;
  const Node* offered = draft.field("subprotocols");
  if (!offered) return draft.set("subprotocols", std::make_shared<OfferedPattern>(*name), node.at);
  const Node::Array* names = offered->array();
  const auto may_be = [&](const Node& one) { return !one.text() || *one.text() == *name || one.text()->find("{{") != std::string::npos || *one.text() == "*"; };
  if (names && std::ranges::none_of(*names, may_be))
    refuse(draft.problems, node, fmt::format("'{}' is none of the subprotocols that the program offers", *name), "the server agrees on one of 'subprotocols'");
}

/// A reply is what the handshake gets instead of a session.
void check_reply(EntryDraft& draft) {
  const Node* reply = draft.table.find("reply");
  if (!reply || !reply->is_table()) return;
  const Node* steps = draft.table.find("steps");
  const bool breaks = reply->find("fault") || reply->find("errno");
  for (const std::string_view key : {"headers", "text", "json"})
    if (const Node* node = reply->find(key); node && !reply->find("status"))
      return refuse_key(draft.problems, *node, key, fmt::format("'{}' in a reply without a status", key), "reply = { status = 403 } refuses the handshake; a session has 'steps'");
  if (steps && (breaks || reply->find("status")))
    refuse_key(draft.problems, *steps, "steps", "'steps' and a reply that refuses the handshake stand in one entry", "keep one of the two: after a refusal there is no session");
}

}  // namespace

void read_websocket_terms(EntryDraft& draft) {
  draft.set_from("subprotocols", compile_subprotocols);
  if (const Node* name = draft.field("subprotocol")) read_subprotocol(draft, *name);
  if (const Node* deflate = draft.field("deflate"))
    if (const bool* flag = std::get_if<bool>(&deflate->value)) draft.entry.terms["deflate"] = *flag;
  check_reply(draft);
}

}  // namespace bigfoot
