// spec/headline_system.cpp - Named mocks, SQLite. Source: spec-format.md 4.11.
#include <fmt/format.h>

#include "spec/check.h"
#include "spec/entry_draft.h"
#include "spec/pattern_parts.h"

namespace bigfoot {
namespace {

/// Arguments are JSON: holes stand in strings, operators have no meaning.
void load_arguments(EntryDraft& draft, std::string_view key, std::string_view form) {
  const Node* node = draft.field(key);
  if (!node) return;
  const std::string* text = node->text();
  if (text && *text != "*") refuse(draft.problems, *node, fmt::format("'{}' is {}, or \"*\"", key, form));
  draft.set(key, text ? any_pattern() : json_pattern(*node, false, draft.problems), node->at);
}

}  // namespace

void load_named(EntryDraft& draft) {
  const std::string& text = *draft.headline.text();
  draft.entry.headline = fmt::format("{} {}", draft.protocol.name, text);
  if (draft.protocol.name == "mock") {
    if (text != "*" && text.empty()) refuse(draft.problems, draft.headline, "a named mock needs a name", "mock = \"PaymentService.charge\"");
    load_arguments(draft, "args", "an array");
    load_arguments(draft, "kwargs", "a table");
  }
  const std::string_view identity = draft.protocol.name == "mock" ? "name" : "path";
  draft.set(identity, compile_text_pattern(text, place_in(draft.headline, 0), draft.problems), draft.headline.at);
}

}  // namespace bigfoot
