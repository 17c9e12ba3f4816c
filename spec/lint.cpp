// spec/lint.cpp - Warnings on a loaded spec.
#include "spec/lint.h"

#include <algorithm>
#include <cctype>
#include <map>
#include <set>

#include <fmt/format.h>

namespace bigfoot {
namespace {

void warn_at(const Place& at, unsigned length, std::string what, std::string hint, Diagnostics& problems) {
  Diagnostic problem;
  problem.severity = Severity::warning;
  problem.at = at;
  problem.length = length;
  problem.what = std::move(what);
  problem.hint = std::move(hint);
  problems.add(std::move(problem));
}

/// Everything an entry asks of a call, as text: two entries with the same text take the same calls.
std::string demands(const Entry& entry) {
  std::string text(entry.protocol->name);
  for (const auto* fields : {&entry.identity, &entry.asserted})
    for (const FieldPattern& field : *fields)
      text += fmt::format("\n{} {}", field.name, field.pattern ? field.pattern->shown().dump(-1, ' ', false, Value::error_handler_t::replace) : "-");
  for (const Step& step : entry.steps) text += "\n" + step.shown;
  for (const Turn& turn : entry.turns) text += "\n" + turn.shown;
  return text;
}

/// An entry without an upper limit takes every call that fits it: one like it further down never gets a turn.
void check_shadowed(const Spec& spec, Diagnostics& problems) {
  std::map<std::pair<std::size_t, std::string>, const Entry*> endless;
  for (const Entry& entry : spec.entries) {
    std::pair key(entry.test, demands(entry));
    if (const auto above = endless.find(key); above != endless.end()) {
      const Place& at = above->second->at;
      warn_at(entry.at, 1, "this entry never gets a turn", fmt::format("the entry at {}:{} asks for the same and has no upper limit", at.file, at.line), problems);
    } else if (entry.times.max == Count::kNoLimit) {
      endless.emplace(std::move(key), &entry);
    }
  }
}

std::string literal_of(const Entry& entry, std::string_view field) {
  const auto found = std::ranges::find(entry.identity, field, &FieldPattern::name);
  const Value* literal = found == entry.identity.end() || !found->pattern ? nullptr : found->pattern->literal();
  return literal && literal->is_string() ? literal->get<std::string>() : "";
}

/// Whether a call of this entry surely has the fields that it may leave out: what is empty on the wire needs no line.
bool carries_content(const Entry& entry) {
  if (entry.protocol->name == "log") return true;
  const std::string what = literal_of(entry, entry.protocol->name == "file" ? "operation" : "method");
  return what == "POST" || what == "PUT" || what == "PATCH" || what == "write" || what == "append" || what == "create" || what == "chmod" || what == "truncate";
}

void check_mentioned(const Entry& entry, Diagnostics& problems) {
  if (!entry.replies.empty() && entry.replies.front().errno_code != 0) return;  // the connect fails: there is no request
  if (!carries_content(entry)) return;
  for (const FieldPattern& field : entry.asserted) {
    if (field.pattern) continue;
    warn_at(field.at, 1, fmt::format("field not asserted: {}", field.name),
            fmt::format("a call that has {0} will be reported as unasserted; {0} = \"*\" waives it", field.name), problems);
  }
}

/// A name that is used above the entry that binds it: in the expected order it would still be unknown. Entries that say
/// `after`, and specs whose order is relaxed, may still be right.
void check_bound_in_time(const Spec& spec, Diagnostics& problems) {
  if (spec.settings.order != Order::strict) return;
  std::set<std::string, std::less<>> bound;
  for (const Entry& entry : spec.entries) {
    const std::vector<NameUse> uses = names_of(entry);
    for (const NameUse& use : uses)
      if (use.binds) bound.insert(use.name);
    if (!entry.after.empty() || !entry.any_order.empty()) continue;
    for (const NameUse& use : uses) {
      if (bound.contains(use.name)) continue;
      warn_at(use.at, use.length, fmt::format("'{{{{{}}}}}' is used before an entry binds it", use.name),
              "entries are expected in the order of the file: move the entry that binds it up", problems);
    }
  }
}

struct CredentialShape {
  std::string_view start;
  std::size_t length;  ///< letters and digits behind it that make it one
  std::string_view name;
};
constexpr CredentialShape kCredentials[] = {  // as their issuers document them
    {"sk_live_", 16, "a Stripe key"},      {"rk_live_", 16, "a Stripe key"},     {"AKIA", 16, "an AWS access key"},
    {"ASIA", 16, "an AWS access key"},     {"ghp_", 36, "a GitHub token"},       {"gho_", 36, "a GitHub token"},
    {"ghu_", 36, "a GitHub token"},        {"ghs_", 36, "a GitHub token"},       {"ghr_", 36, "a GitHub token"},
    {"github_pat_", 22, "a GitHub token"}, {"xoxb-", 10, "a Slack token"},       {"xoxp-", 10, "a Slack token"},
    {"xoxa-", 10, "a Slack token"},        {"AIza", 35, "a Google API key"},     {"glpat-", 20, "a GitLab token"},
};

bool is_token_letter(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '-'; }

void check_credentials(const Node& node, Diagnostics& problems) {
  const std::string& text = *node.text();
  if (text.find("-----BEGIN ") != text.npos && text.find("PRIVATE KEY-----") != text.npos) {
    warn_at(node.at, node.length, "this looks like a private key in clear", "write {{env.NAME}} and set the variable", problems);
    return;
  }
  for (const CredentialShape& shape : kCredentials)
    for (std::size_t at = text.find(shape.start); at != text.npos; at = text.find(shape.start, at + 1)) {
      if (at > 0 && is_token_letter(text[at - 1])) continue;
      std::size_t end = at + shape.start.size();
      while (end < text.size() && is_token_letter(text[end])) ++end;
      if (end - at - shape.start.size() < shape.length) continue;
      warn_at(node.at, node.length, fmt::format("this looks like {} in clear", shape.name), "write {{env.NAME}} and set the variable", problems);
      return;
    }
}

}  // namespace

void lint_texts(const Node& node, Diagnostics& problems) {
  if (node.text()) check_credentials(node, problems);
  if (node.array())
    for (const Node& item : *node.array()) lint_texts(item, problems);
  if (node.table())
    for (const auto& [name, item] : *node.table()) lint_texts(item, problems);
}

void lint(const Spec& spec, Diagnostics& problems) {
  check_shadowed(spec, problems);
  check_bound_in_time(spec, problems);
  for (const Entry& entry : spec.entries) check_mentioned(entry, problems);
}

}  // namespace bigfoot
