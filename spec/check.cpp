// spec/check.cpp - Tables of a spec against the key tables.
#include "spec/check.h"

#include <algorithm>

#include <fmt/format.h>

namespace bigfoot {
namespace {

void add(Diagnostics& problems, Severity severity, const Place& at, unsigned length, std::string what, std::string hint) {
  Diagnostic problem;
  problem.severity = severity;
  problem.at = at;
  problem.length = length;
  problem.what = std::move(what);
  problem.hint = std::move(hint);
  problems.add(std::move(problem));
}

bool starts_character(char byte) { return (static_cast<unsigned char>(byte) & 0xC0) != 0x80; }

std::vector<std::string_view> split(std::string_view values) {
  std::vector<std::string_view> all;
  for (std::size_t from = 0; from <= values.size();) {
    const std::size_t end = std::min(values.find('|', from), values.size());
    all.push_back(values.substr(from, end - from));
    from = end + 1;
  }
  return all;
}

void check_value(const Node& node, const KeyInfo& key, std::string_view where, Diagnostics& problems) {
  if (!is_kind(node, key.kinds)) {
    refuse(problems, node, fmt::format("'{}' in {} must be {}, not {}", key.name, where, kind_names(key.kinds), kind_of(node)),
           fmt::format("{}: {}", key.name, key.help));
    return;
  }
  const std::string* text = node.text();
  if (key.values.empty() || !text) return;
  const std::vector<std::string_view> allowed = split(key.values);
  if (std::ranges::find(allowed, *text) != allowed.end()) return;
  const std::string_view nearest = nearest_word(*text, allowed);
  refuse(problems, node, fmt::format("'{}' is no value of '{}' in {}", *text, key.name, where),
         (nearest.empty() ? "" : fmt::format("did you mean '{}'? ", nearest)) + "it is one of: " + fmt::format("{}", fmt::join(allowed, ", ")));
}

}  // namespace

void refuse(Diagnostics& problems, const Node& node, std::string what, std::string hint) {
  add(problems, Severity::error, node.at, node.length, std::move(what), std::move(hint));
}

void refuse_key(Diagnostics& problems, const Node& node, std::string_view key, std::string what, std::string hint) {
  const Place& at = node.key_at.line > 0 ? node.key_at : node.at;
  add(problems, Severity::error, at, static_cast<unsigned>(std::max<std::size_t>(1, key.size())), std::move(what), std::move(hint));
}

void refuse_part(Diagnostics& problems, const Node& node, std::size_t offset, std::string_view part, std::string what, std::string hint) {
  const Place at = place_in(node, offset);
  const bool seen = at.column != node.at.column;
  const auto width = static_cast<unsigned>(std::ranges::count_if(part, starts_character));
  add(problems, Severity::error, at, seen ? std::max(1u, width) : node.length, std::move(what), std::move(hint));
}

void not_here(Diagnostics& problems, const Node& node, std::string what, std::string hint) {
  add(problems, Severity::not_here, node.at, node.length, std::move(what), std::move(hint));
}

void warn(Diagnostics& problems, const Node& node, std::string what, std::string hint) {
  add(problems, Severity::warning, node.at, node.length, std::move(what), std::move(hint));
}

bool is_kind(const Node& node, unsigned kinds) {
  constexpr unsigned kOf[] = {kBoolean, kInteger, kNumber, kText, kDate, kArray, kTable};  // Node::value's order
  const unsigned kind = kOf[node.value.index()];
  return (kinds & kind) != 0 || (kind == kInteger && (kinds & kNumber) != 0);
}

std::string kind_names(unsigned kinds) {
  constexpr std::pair<unsigned, std::string_view> kNames[] = {
      {kText, "a string"}, {kInteger, "a whole number"}, {kNumber, "a number"}, {kBoolean, "true or false"},
      {kDate, "a date"},   {kArray, "an array"},         {kTable, "a table"}};
  std::vector<std::string_view> names;
  for (const auto& [kind, name] : kNames)
    if (kinds & kind) names.push_back(name);
  return listed(names, "or");
}

void check_keys(const Node& table, Keys keys, std::string_view where, Diagnostics& problems, Elsewhere elsewhere,
                std::string_view protocol) {
  if (!table.table()) return;
  std::vector<std::string_view> names;
  for (const KeyInfo& key : keys) names.push_back(key.name);
  for (const auto& [name, node] : *table.table()) {
    const auto known = std::ranges::find(keys, std::string_view(name), &KeyInfo::name);
    if (known != keys.end()) {
      check_value(node, *known, where, problems);
      continue;
    }
    std::string hint = elsewhere ? elsewhere(name, protocol) : "";
    if (hint.empty()) hint = did_you_mean(name, names, "known here: " + fmt::format("{}", fmt::join(names, ", ")));
    refuse_key(problems, node, name, fmt::format("unknown key '{}' in {}", name, where), std::move(hint));
  }
}

Place place_in(const Node& node, std::size_t offset) {
  const std::string* text = node.text();
  if (!text || static_cast<std::size_t>(std::ranges::count_if(*text, starts_character)) + 2 != node.length) return node.at;
  Place at = node.at;
  at.column += 1 + static_cast<unsigned>(std::ranges::count_if(std::string_view(*text).substr(0, offset), starts_character));
  return at;
}

const std::string* text_of(const Node& table, std::string_view key) {
  const Node* node = table.find(key);
  return node ? node->text() : nullptr;
}

std::optional<bool> flag_of(const Node& table, std::string_view key) {
  const Node* node = table.find(key);
  const bool* flag = node ? std::get_if<bool>(&node->value) : nullptr;
  return flag ? std::optional(*flag) : std::nullopt;
}

std::string did_you_mean(std::string_view word, const std::vector<std::string_view>& candidates, std::string otherwise) {
  const std::string_view nearest = nearest_word(word, candidates);
  return nearest.empty() ? std::move(otherwise) : fmt::format("did you mean '{}'?", nearest);
}

std::string listed(const std::vector<std::string_view>& words, std::string_view last) {
  std::string out;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) out += i + 1 == words.size() ? fmt::format(" {} ", last) : ", ";
    out += words[i];
  }
  return out;
}

}  // namespace bigfoot
