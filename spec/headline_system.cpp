// spec/headline_system.cpp - Named mocks, SQLite. Source: spec-format.md 4.11.
#include <fmt/format.h>

#include "spec/check.h"
#include "spec/entry_draft.h"

namespace bigfoot {
namespace {

void check_arguments(EntryDraft& draft, std::string_view key) {
  const Node* node = draft.field(key);
  if (!node) return;
  if (const std::string* text = node->text(); text && *text != "*")
    refuse(draft.problems, *node, fmt::format("'{}' is an array, or \"*\"", key));
  draft.set(key, compile_pattern(*node, draft.problems), node->at);
}

}  // namespace

void load_named(EntryDraft& draft) {
  const std::string& text = *draft.headline.text();
  draft.entry.headline = fmt::format("{} {}", draft.protocol.name, text);
  if (draft.protocol.name == "mock") {
    if (text != "*" && text.empty()) refuse(draft.problems, draft.headline, "a named mock needs a name", "mock = \"PaymentService.charge\"");
    check_arguments(draft, "args");
    if (const Node* kwargs = draft.field("kwargs")) draft.set("kwargs", compile_pattern(*kwargs, draft.problems), kwargs->at);
  }
  const std::string_view identity = draft.protocol.name == "mock" ? "name" : "path";
  draft.set(identity, compile_text_pattern(text, place_in(draft.headline, 0), draft.problems), draft.headline.at);
}

}  // namespace bigfoot
