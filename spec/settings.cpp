// spec/settings.cpp - What holds for a whole run. Source: spec-format.md 4.10, sections 1 and 9.
#include "spec/settings.h"

#include <algorithm>
#include <array>
#include <iterator>

#include <fmt/format.h>

#include "spec/check.h"
#include "spec/scalars.h"

namespace bigfoot {
namespace {

struct RedactKind {
  std::string_view name, form;
};
constexpr RedactKind kRedactKinds[] = {{"header", "header:authorization"}, {"json", "json:$..password"}, {"form", "form:card"},
                                       {"query", "query:token"},           {"env", "env:STRIPE_KEY"},     {"text", "text:/[0-9]{16}/"}};

void check_redact_rule(const Node& node, Diagnostics& problems) {
  const std::string* rule = node.text();
  if (!rule) return refuse(problems, node, fmt::format("a redact rule is a string, not {}", kind_of(node)), "\"header:authorization\"");
  const std::size_t colon = rule->find(':');
  const std::string_view kind = std::string_view(*rule).substr(0, colon);
  std::vector<std::string_view> kinds;
  for (const RedactKind& known : kRedactKinds) kinds.push_back(known.name);
  const auto known = std::ranges::find(kRedactKinds, kind, &RedactKind::name);
  if (colon == rule->npos || known == std::end(kRedactKinds))
    return refuse(problems, node, fmt::format("redact rule '{}': unknown kind '{}'", *rule, kind), did_you_mean(kind, kinds, fmt::format("a kind, a colon, and what: {}", listed(kinds, "or"))));
  const std::string_view what = std::string_view(*rule).substr(colon + 1);
  const bool fits = kind == "json" ? what.starts_with("$") && what.size() > 1
                    : kind == "text" ? what.size() > 2 && what.starts_with('/') && what.ends_with('/')
                                     : !what.empty();
  if (!fits) refuse(problems, node, fmt::format("redact rule '{}' names nothing", *rule), fmt::format("as in \"{}\"", known->form));
}

GuardLevel level_named(std::string_view name) {
  return name == "warn" ? GuardLevel::warn : name == "off" ? GuardLevel::off : GuardLevel::error;
}

void load_rules(const Node* list, std::vector<GuardRule>& rules, Diagnostics& problems) {
  if (!list || !list->array()) return;
  for (const Node& node : *list->array()) {
    if (auto rule = load_guard_rule(node, problems)) rules.push_back(std::move(*rule));
  }
}

}  // namespace

bool first_to_set(const Node& node, std::string_view key, std::string_view value, SetBy& set_by, Diagnostics& problems) {
  const std::string name = fmt::format("{} = {}", key, value);
  for (const auto& [other, at] : set_by) {
    if (!other.starts_with(fmt::format("{} = ", key)) || other == name) continue;
    refuse(problems, node, fmt::format("{} here, but {} in {}:{}", name, other, at.file, at.line), "one value holds for the whole run");
    return false;
  }
  set_by.emplace(name, node.at);
  return true;
}

Order order_named(std::string_view name) {
  return name == "per-target" ? Order::per_target : name == "any" ? Order::any : Order::strict;
}

void load_settings(const Node& table, Spec& spec, SetBy& set_by, Diagnostics& problems) {
  check_keys(table, settings_keys().keys, settings_keys().name, problems);
  Settings& settings = spec.settings;
  const auto single = [&](std::string_view key) -> const std::string* {
    const std::string* text = text_of(table, key);
    return text && first_to_set(*table.find(key), key, *text, set_by, problems) ? text : nullptr;
  };
  if (const std::string* order = single("order")) settings.order = order_named(*order);
  if (const std::string* timeout = single("timeout"); timeout) {
    const auto time = read_duration(*table.find("timeout"), "timeout", problems);
    if (time) settings.timeout = std::chrono::ceil<std::chrono::milliseconds>(*time);
  }
  if (const std::string* dns = single("dns")) settings.dns_strict = *dns == "strict";
  if (const std::string* ambient = single("ambient")) settings.ambient_asserted = *ambient == "assert";
  if (const Node* limit = table.find("body_limit"); limit && limit->integer()) {
    if (*limit->integer() < 0) refuse(problems, *limit, "body_limit counts bytes", "0 keeps none of a body");
    else if (first_to_set(*limit, "body_limit", std::to_string(*limit->integer()), set_by, problems)) settings.body_limit = static_cast<std::size_t>(*limit->integer());
  }
  if (const Node* redact = table.find("redact"); redact && redact->array())
    for (const Node& rule : *redact->array()) {
      check_redact_rule(rule, problems);
      if (rule.text()) settings.redact.push_back(*rule.text());
    }
}

void load_noise(const Node& table, Spec& spec, SetBy& set_by, Diagnostics& problems) {
  check_keys(table, noise_keys().keys, noise_keys().name, problems);
  if (const auto builtin = flag_of(table, "builtin"); builtin && first_to_set(*table.find("builtin"), "builtin", *builtin ? "true" : "false", set_by, problems) && !*builtin)
    std::erase_if(spec.noise_headers, [](const std::string& name) { return std::ranges::find(builtin_noise_headers(), std::string_view(name)) != builtin_noise_headers().end(); });
  const Node* headers = table.find("headers");
  if (!headers || !headers->array()) return;
  for (const Node& header : *headers->array()) {
    if (!header.text() || header.text()->empty()) {
      refuse(problems, header, "a noise header is a name, * as wildcard", "\"x-request-id\", \"x-b3-*\"");
      continue;
    }
    std::string name = *header.text();
    std::ranges::transform(name, name.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    spec.noise_headers.push_back(std::move(name));
  }
}

void load_guard(const Node& table, Spec& spec, SetBy& set_by, Diagnostics& problems) {
  check_keys(table, guard_keys().keys, guard_keys().name, problems);
  for (const auto& [key, node] : *table.table()) {
    const std::string* level = node.text();
    if (key == "tls") load_guard_tls(node, spec.guard, set_by, problems);
    if (!level || key == "tls" || !first_to_set(node, "guard." + key, *level, set_by, problems)) continue;
    if (key == "default") spec.guard.default_level = level_named(*level);
    else if (*level != "auto") spec.guard.levels[key] = level_named(*level);
  }
  load_rules(table.find("allow"), spec.guard.allow, problems);
  load_rules(table.find("deny"), spec.guard.deny, problems);
  if (const Node* file = table.find("file"); file && file->is_table()) load_guard_file(*file, spec.guard, problems);
}

}  // namespace bigfoot
