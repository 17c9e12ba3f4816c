// spec/headline_system.cpp - Files, named mocks, SQLite. Source: spec-format.md 4.7, 4.11.
#include <algorithm>

#include <fmt/format.h>

#include "spec/check.h"
#include "spec/url_pattern.h"

namespace bigfoot {
namespace {

const std::vector<std::string_view> kOperations = {"read", "write", "append", "rename", "delete", "stat", "list"};

void check_arguments(EntryDraft& draft, std::string_view key) {
  const Node* node = draft.field(key);
  if (!node) return;
  if (const std::string* text = node->text(); text && *text != "*")
    refuse(draft.problems, *node, fmt::format("'{}' is an array, or \"*\"", key));
  draft.set(key, compile_pattern(*node, draft.problems), node->at);
}

}  // namespace

void load_file(EntryDraft& draft) {
  const std::string& text = *draft.headline.text();
  draft.entry.headline = "file " + text;
  draft.set_from("content", compile_body_pattern);
  if (text == "*") return draft.set("operation", any_pattern(), draft.headline.at);
  const std::size_t blank = masked_holes(text).find(' ');
  const std::string operation = text.substr(0, blank);
  if (operation != "*" && std::ranges::find(kOperations, std::string_view(operation)) == kOperations.end()) {
    refuse_part(draft.problems, draft.headline, 0, operation, fmt::format("'{}' is no operation on files", operation),
                did_you_mean(operation, kOperations, fmt::format("{} and a path", listed(kOperations, "or"))));
    return;
  }
  const std::string path = blank == text.npos ? "" : text.substr(blank + 1);
  const bool absolute = path.starts_with('/') || path == "*" || has_hole(path.substr(0, 2));
  if (!absolute) {
    refuse(draft.problems, draft.headline, fmt::format("'{}' needs an absolute path", text), fmt::format("file = \"{} /etc/myapp/config.yaml\"", operation));
    return;
  }
  if (operation == "rename" && path.find(" -> ") == path.npos)
    refuse(draft.problems, draft.headline, "rename needs two paths", "file = \"rename /tmp/a -> /tmp/b\"");
  draft.set("operation", operation == "*" ? any_pattern() : literal_pattern(operation), draft.headline.at);
  draft.set("path", compile_wildcard_pattern(path, Wildcards::file_path, place_in(draft.headline, blank + 1), draft.problems), draft.headline.at);
}

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
