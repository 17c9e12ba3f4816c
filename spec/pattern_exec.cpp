// spec/pattern_exec.cpp - What an exec entry says of a child: its program under any name, the variables it names.
// Source: spec-format.md, sections 3 and 10 ("exec identity").
#include <fmt/format.h>

#include <algorithm>

#include "spec/check.h"
#include "spec/pattern_parts.h"
#include "spec/suggest.h"
#include "spec/values.h"

namespace bigfoot {
namespace {

/// The program under any of its names: argv[0], the path that was used, the bare name. The call gives them as an array.
class ProgramPattern : public Pattern {
 public:
  explicit ProgramPattern(PatternPtr inner) : inner_(std::move(inner)) {}

  bool match(const Value& actual, std::string_view path, const Captures& known, const Surroundings& around,
             MatchReport* report) const override {
    if (!actual.is_array()) return inner_->match(actual, path, known, around, report);
    for (const Value& name : actual) {
      MatchReport own;
      if (report) own.bound = report->bound;
      if (!inner_->match(name, path, known, around, &own)) continue;
      if (report) report->bound = std::move(own.bound);
      return agrees(report);
    }
    if (actual.empty()) return differs(report, path, shown(), std::nullopt);
    return inner_->match(actual.front(), path, known, around, report);
  }
  Value shown() const override { return inner_->shown(); }
  bool is_any() const override { return inner_->is_any(); }
  const Value* literal() const override { return inner_->literal(); }
  Value accepting(const Value& actual, const Captures& known, const Surroundings& around) const override {
    MatchReport report;
    if (match(actual, "", known, around, &report)) return spoken_shown();
    return spoken_word(actual.is_array() && !actual.empty() ? actual.front() : actual);
  }
  void collect_names(std::vector<NameUse>& uses) const override { inner_->collect_names(uses); }

 private:
  Value spoken_shown() const { return inner_->literal() ? spoken(*inner_->literal()) : inner_->shown(); }

  PatternPtr inner_;
};

/// Only the variables that the entry names are compared.
class EnvPattern : public Pattern {
 public:
  explicit EnvPattern(PatternMembers members) : members_(std::move(members)), table_(object_pattern(members_, true)) {}

  bool match(const Value& actual, std::string_view path, const Captures& known, const Surroundings& around,
             MatchReport* report) const override {
    return table_->match(actual.is_object() ? actual : Value::object(), path, known, around, report);
  }
  Value shown() const override {
    Value out = table_->shown();
    out.erase("*");  // others go without saying here
    return out;
  }
  Value accepting(const Value& actual, const Captures& known, const Surroundings& around) const override {
    Value out = Value::object();
    for (const auto& [name, pattern] : members_) {
      const auto found = actual.is_object() ? actual.find(name) : actual.end();
      const bool there = actual.is_object() && found != actual.end();
      out[name] = there ? pattern->is_absent() ? spoken_word(*found) : pattern->accepting(*found, known, around)
                        : Value("{{absent}}");
      if (there && out[name] == spoken(*found)) out[name] = spoken_word(*found);
    }
    return out;
  }
  void collect_names(std::vector<NameUse>& uses) const override { table_->collect_names(uses); }

 private:
  PatternMembers members_;
  PatternPtr table_;
};

}  // namespace

PatternPtr program_pattern(PatternPtr name) { return name ? std::make_shared<ProgramPattern>(std::move(name)) : nullptr; }

PatternPtr compile_argv_pattern(const Node& node, Diagnostics& problems) {
  std::vector<PatternPtr> words;
  for (const Node& word : *node.array()) {
    PatternPtr pattern = compile_pattern(word, problems);
    words.push_back(words.empty() ? program_pattern(std::move(pattern)) : std::move(pattern));
  }
  if (std::ranges::find(words, nullptr) != words.end()) return nullptr;
  return words_pattern(std::move(words), false);
}

PatternPtr compile_env_pattern(const Node& node, Diagnostics& problems) {
  constexpr std::string_view kExample = "env = { LANG = \"C\", HOME = \"{{absent}}\" }: variables that are not named are not compared";
  if (node.text() && *node.text() == "*") return any_pattern();
  if (!is_kind(node, kText | kTable)) return nullptr;  // check_keys has reported it
  PatternMembers members;
  bool good = true;
  for (const auto& [name, value] : node.is_table() ? *node.table() : Node::Table{}) {
    if (opens_table(name, value)) continue;
    if (name.empty() || name.find('=') != name.npos) refuse_key(problems, value, name, fmt::format("'{}' is no name of a variable", name));
    if (value.is_array()) refuse(problems, value, fmt::format("a variable's value is a string, not {}", kind_of(value)));
    members.emplace_back(name, value.is_array() ? nullptr : compile_pattern(value, problems));
    good = good && members.back().second;
  }
  if (!good) return nullptr;
  if (!members.empty()) return std::make_shared<EnvPattern>(std::move(members));
  refuse(problems, node, node.is_table() ? "env = { } names nothing to compare" : "env is a table of variables, or \"*\"", std::string(kExample));
  return nullptr;
}

}  // namespace bigfoot
