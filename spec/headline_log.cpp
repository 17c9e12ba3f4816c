// spec/headline_log.cpp - Records of log channels: log = "app", level, logger, message. Source: spec-format.md, 4.10.
#include <algorithm>

#include <fmt/format.h>

#include "spec/check.h"
#include "spec/command_text.h"
#include "spec/entry_draft.h"
#include "spec/log_parts.h"
#include "spec/log_text.h"

namespace bigfoot {
namespace {

/// `level = "warn"` means what lines mean by it.
PatternPtr compile_level(const Node& node, Diagnostics& problems) {
  PatternPtr pattern = compile_pattern(node, problems);
  const Value* literal = pattern ? pattern->literal() : nullptr;
  if (!literal || !node.text() || node.text()->empty()) return pattern;
  const std::string& word = *node.text();
  if (log_level(word) == LogLevel::none)
    warn(problems, node, fmt::format("'{}' is no level of the usual ones", word), did_you_mean(level_text(word), level_names(), "levels are read as DEBUG, INFO, WARNING, ERROR or CRITICAL"));
  return literal_pattern(level_text(word));
}

std::string said(const EntryDraft& draft, std::string_view key) {
  const Node* node = draft.field(key);
  return node && node->text() && *node->text() != "*" ? *node->text() : "";
}

}  // namespace

void load_log(EntryDraft& draft) {
  const std::string& text = *draft.headline.text();
  draft.set("channel", compile_text_pattern(text, place_in(draft.headline, 0), draft.problems), draft.headline.at);
  draft.set_from("level", compile_level);
  draft.set_from("logger", compile_pattern);
  draft.set_from("message", compile_pattern);
  draft.set_from("fields", compile_members_pattern);
  const std::string level = said(draft, "level");
  draft.entry.headline = "log " + record_title(text, log_level(level) == LogLevel::none ? level : level_text(level), said(draft, "logger"), said(draft, "message"));
}

}  // namespace bigfoot
