// spec/pattern_json.cpp - Patterns over JSON: exact or subset, from a spec's tables or from JSON text.
// Source: spec-format.md, rule 7 and section 10 ("Values"); RFC 8259.
#include <fmt/format.h>

#include <algorithm>

#include "spec/check.h"
#include "spec/pattern_parts.h"
#include "spec/values.h"

namespace bigfoot {
namespace {

bool is_any_text(const Value& value) { return value.is_string() && value.get_ref<const std::string&>() == "*"; }

}  // namespace

bool opens_table(const std::string& key, const Node& value) {
  return key == "*" && value.text() && *value.text() == "*";
}

PatternPtr json_pattern(const Node& node, bool subset, Diagnostics& problems) {
  if (const auto* text = node.text()) return text_pattern(*text, text_at(node), Reading::json, problems);
  if (const auto* flag = std::get_if<bool>(&node.value)) return scalar_pattern(*flag, Reading::json);
  if (const auto* number = node.integer()) return scalar_pattern(*number, Reading::json);
  if (const auto* number = std::get_if<double>(&node.value)) return scalar_pattern(*number, Reading::json);
  if (const auto* date = std::get_if<Node::Date>(&node.value)) return scalar_pattern(date->text, Reading::json);
  bool good = true;
  if (const auto* array = node.array()) {
    std::vector<PatternPtr> items;
    for (const Node& item : *array) {
      items.push_back(json_pattern(item, subset, problems));
      good = good && items.back();
    }
    return good ? array_pattern(std::move(items), subset) : nullptr;
  }
  PatternMembers members;
  bool open = subset;
  for (const auto& [key, value] : *node.table()) {
    if (opens_table(key, value)) {
      open = true;
      continue;
    }
    members.emplace_back(key, json_pattern(value, subset, problems));
    good = good && members.back().second;
  }
  return good ? object_pattern(std::move(members), open) : nullptr;
}

PatternPtr json_pattern(const Value& json, const TextAt& at, bool subset, Diagnostics& problems) {
  if (json.is_string()) return text_pattern(json.get_ref<const std::string&>(), at, Reading::json, problems);
  if (!json.is_structured()) return scalar_pattern(json, Reading::json);
  bool good = true;
  if (json.is_array()) {
    std::vector<PatternPtr> items;
    for (const Value& item : json) {
      items.push_back(json_pattern(item, at, subset, problems));
      good = good && items.back();
    }
    return good ? array_pattern(std::move(items), subset) : nullptr;
  }
  PatternMembers members;
  bool open = subset;
  for (const auto& [key, value] : json.items()) {
    if (key == "*" && is_any_text(value)) {
      open = true;
      continue;
    }
    members.emplace_back(key, json_pattern(value, at, subset, problems));
    good = good && members.back().second;
  }
  return good ? object_pattern(std::move(members), open) : nullptr;
}

PatternPtr compile_members_pattern(const Node& node, Diagnostics& problems) {
  if (node.text() && *node.text() == "*") return any_pattern();
  if (node.is_table() && !node.table()->empty()) return json_pattern(node, true, problems);
  refuse(problems, node, node.is_table() ? "fields = { } names nothing to compare" : "fields is a table of members, or \"*\"",
         "fields = { order_id = 5 }: members that are not named are not compared");
  return nullptr;
}

std::optional<Value> json_of_text(std::string_view text, const TextAt& at, Diagnostics& problems) {
  try {
    return Value::parse(text);
  } catch (const Value::parse_error& error) {
    const std::size_t offset = std::min(error.byte > 0 ? error.byte - 1 : 0, text.size());
    const auto line = std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(offset), '\n') + 1;
    const auto before = offset == 0 ? text.npos : text.rfind('\n', offset - 1);
    const std::size_t column = offset - (before == text.npos ? 0 : before + 1) + 1;
    add_problem(problems, at, offset, 1, fmt::format("not JSON: line {}, column {} of the text", line, column),
                "write a table, { json = { amount = 5000 } }, or JSON text, { json = '{\"amount\": 5000}' }");
    return std::nullopt;
  } catch (const Value::exception&) {
    add_problem(problems, at, 0, at.length, "not JSON: a number in it is too large", "write it as a string, or a hole: {{number}}");
    return std::nullopt;
  }
}

}  // namespace bigfoot
