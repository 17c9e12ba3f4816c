// spec/pattern_compile.cpp - From a spec's value to a pattern: the ways in for text-like fields and for bodies.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "spec/pattern_parts.h"

namespace bigfoot {
namespace {

/// A table that was meant as an operator but is none.
void complain_of_table(const Node& node, Diagnostics& problems) {
  const auto& table = *node.table();
  const auto names = operator_names();
  if (table.size() == 1) {
    const auto& [key, value] = table.front();
    const auto near = nearest_word(key, names);
    problems.add({Severity::error, value.key_at, static_cast<unsigned>(key.size()),
                  fmt::format("unknown operator '{}'", key),
                  near.empty() ? fmt::format("the operators are {}", fmt::join(names, ", "))
                               : fmt::format("did you mean '{}'?", near),
                  ""});
    return;
  }
  const bool many = std::ranges::count_if(table, [&](const auto& row) {
                      return std::ranges::find(names, row.first) != names.end();
                    }) > 1;
  add_problem(problems, node, many ? "a pattern has one operator" : "a table is no pattern here",
              many ? "write them apart, or as { any_of = [...] }" : "did you mean { json = { ... } }?");
}

}  // namespace

PatternPtr compile_pattern(const Node& node, Diagnostics& problems) {
  if (const auto* text = node.text()) return text_pattern(*text, text_at(node), Reading::text, problems);
  if (const auto* flag = std::get_if<bool>(&node.value)) return scalar_pattern(*flag, Reading::text);
  if (const auto* number = node.integer()) return scalar_pattern(*number, Reading::text);
  if (const auto* number = std::get_if<double>(&node.value)) return scalar_pattern(*number, Reading::text);
  if (const auto* date = std::get_if<Node::Date>(&node.value)) return scalar_pattern(date->text, Reading::text);
  if (const auto* array = node.array()) {
    std::vector<PatternPtr> items;
    bool good = true;
    for (const Node& item : *array) {
      items.push_back(compile_pattern(item, problems));
      good = good && items.back();
    }
    return good ? array_pattern(std::move(items), false) : nullptr;
  }
  auto result = compile_operator(node, problems, compile_pattern);
  if (!result.is_operator) complain_of_table(node, problems);
  return std::move(result.pattern);
}

PatternPtr compile_body_pattern(const Node& node, Diagnostics& problems) {
  if (const auto* text = node.text()) return text_pattern(*text, text_at(node), Reading::text, problems);
  if (!node.is_table()) {
    add_problem(problems, node, "a body is text, or an operator", "write \"...\", { json = ... }, { form = ... }, { hex = \"...\" }");
    return nullptr;
  }
  auto result = compile_operator(node, problems, compile_body_pattern);
  if (!result.is_operator) complain_of_table(node, problems);
  return std::move(result.pattern);
}

PrefixMatch match_prefix(const Pattern& step, std::string_view stream, bool ended, const Captures& known,
                         const Surroundings& around, MatchReport* report) {
  using State = PrefixMatch::State;
  MatchReport own;
  PrefixMatch found = step.match_start(stream, known, around, &own);
  if (ended && found.state == State::need_more) {
    own = {};
    const bool whole = step.match(std::string(stream), "send", known, around, &own);
    found = whole ? PrefixMatch{State::yes, stream.size()} : PrefixMatch{};
  }
  if (ended && found.state == State::maybe_more) found.state = State::yes;
  if (report) {
    // What does not fit yet is no difference; what is not taken yet binds nothing.
    if (found.state == State::no) {
      for (Difference& d : own.differences) report->differences.push_back(std::move(d));
      report->differing += own.differing;
    } else if (found.state != State::need_more) {
      report->equal += own.equal;
      for (auto& [name, value] : own.bound) report->bound[name] = std::move(value);
    }
  }
  return found;
}

}  // namespace bigfoot
