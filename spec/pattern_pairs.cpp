// spec/pattern_pairs.cpp - Patterns over names that may repeat: headers, form fields, query parameters.
// Source: spec-format.md, rule 5 and section 10 ("Values"); RFC 9110, 5.2 and 5.3 (repeated fields).
#include <fmt/format.h>

#include <algorithm>

#include "protocols/http/url.h"
#include "spec/pattern_parts.h"
#include "spec/pattern_views.h"
#include "spec/values.h"

namespace bigfoot {
namespace {

struct Pairs {
  PatternMembers members;
  bool open = false;
};

/// A value of a name: a text pattern, or an array of them where the name repeats.
PatternPtr compile_values(const Node& node, Diagnostics& problems) {
  if (!node.is_table() || !node.table()->empty()) return compile_pattern(node, problems);
  add_problem(problems, node, "a value is a text or an operator", "write \"...\", or { contains = \"...\" }");
  return nullptr;
}

std::optional<Pairs> compile_pairs(const Node& table, bool lower, Diagnostics& problems) {
  Pairs out;
  bool good = true;
  for (const auto& [key, value] : *table.table()) {
    if (opens_table(key, value)) {
      out.open = true;
      continue;
    }
    const std::string name = lower ? lower_case(key) : key;
    if (std::ranges::find(out.members, name, &PatternMembers::value_type::first) != out.members.end()) {
      problems.add({Severity::error, value.key_at, static_cast<unsigned>(key.size()),
                    fmt::format("header '{}' is given twice", name), "a repeated header is one key with an array", ""});
      good = false;
      continue;
    }
    out.members.emplace_back(name, compile_values(value, problems));
    good = good && out.members.back().second;
  }
  if (!good) return std::nullopt;
  return out;
}

/// Fits the values of one name: where the spec says one text, several values are joined as RFC 9110, 5.3 allows.
class HeadersPattern : public Pattern {
 public:
  explicit HeadersPattern(Pairs pairs) : pairs_(std::move(pairs)) {}

  bool match(const Value& actual, std::string_view path, const Captures& known, const Surroundings& around,
             MatchReport* report) const override {
    bool good = true;
    for (const auto& [name, pattern] : pairs_.members) {
      const Value value = values_of(actual, name);
      const std::string at = report ? member_path(path, name) : "";
      bool fits;
      if (value.is_null()) {
        fits = pattern->is_absent() ? agrees(report) : differs(report, at, pattern->shown(), std::nullopt);
      } else {
        fits = pattern->is_absent() ? differs(report, at, pattern->shown(), value)
                                    : fits_values(*pattern, value, at, known, around, report);
      }
      if (!fits && !report) return false;
      good = good && fits;
    }
    return (pairs_.open || no_others(actual, path, around, report)) && good;
  }

  Value shown() const override {
    Value out = Value::object();
    for (const auto& [name, pattern] : pairs_.members) out[name] = pattern->shown();
    if (pairs_.open) out["*"] = "*";
    return out;
  }

  Value accepting(const Value& actual, const Captures& known, const Surroundings& around) const override {
    Value out = Value::object();
    for (const auto& [name, pattern] : pairs_.members) {
      const Value value = values_of(actual, name);
      if (!value.is_null()) {
        out[name] = pattern->accepting(value, known, around);
      } else if (pattern->is_absent()) {
        out[name] = "{{absent}}";
      }
    }
    for (const Value& pair : actual) {
      const std::string& name = pair.at(0).get_ref<const std::string&>();
      if (!pairs_.open && !out.contains(name) && !is_noise(name, around)) out[name] = spoken(values_of(actual, name));
    }
    if (pairs_.open) out["*"] = "*";
    return out;
  }
  void collect_names(std::vector<NameUse>& uses) const override {
    for (const auto& [name, pattern] : pairs_.members) pattern->collect_names(uses);
  }

 private:
  /// Null, one string, or an array.
  static Value values_of(const Value& headers, std::string_view name) {
    Value out;
    for (const Value& pair : headers) {
      if (pair.at(0).get_ref<const std::string&>() != name) continue;
      if (out.is_null()) {
        out = pair.at(1);
      } else {
        if (!out.is_array()) out = Value::array({out});
        out.push_back(pair.at(1));
      }
    }
    return out;
  }
  static bool fits_values(const Pattern& pattern, const Value& value, std::string_view at, const Captures& known,
                          const Surroundings& around, MatchReport* report) {
    if (pattern.shown().is_array() && !value.is_array()) {
      return pattern.match(Value::array({value}), at, known, around, report);
    }
    if (value.is_array() && !pattern.match(value, at, known, around, nullptr)) {
      std::string joined;
      for (const Value& one : value) joined += (joined.empty() ? "" : ", ") + text_of(one);
      if (pattern.match(joined, at, known, around, nullptr)) return pattern.match(joined, at, known, around, report);
    }
    return pattern.match(value, at, known, around, report);
  }
  static bool is_noise(std::string_view name, const Surroundings& around) {
    return around.is_noise_header && around.is_noise_header(name);
  }
  bool is_named(std::string_view name) const {
    return std::ranges::find(pairs_.members, name, &PatternMembers::value_type::first) != pairs_.members.end();
  }
  bool no_others(const Value& actual, std::string_view path, const Surroundings& around, MatchReport* report) const {
    bool good = true;
    std::vector<std::string_view> told;
    for (const Value& pair : actual) {
      const std::string& name = pair.at(0).get_ref<const std::string&>();
      if (is_named(name) || is_noise(name, around)) continue;
      good = false;
      if (!report) return false;
      if (std::ranges::find(told, name) != told.end()) continue;
      told.push_back(name);
      differs(report, member_path(path, name), std::nullopt, values_of(actual, name));
    }
    return good && (!pairs_.members.empty() || agrees(report));
  }

  Pairs pairs_;
};

/// The query as a table: decoded, in any order.
class QueryPattern : public Pattern {
 public:
  explicit QueryPattern(PatternPtr pairs) : pairs_(std::move(pairs)) {}
  bool match(const Value& actual, std::string_view path, const Captures& known, const Surroundings& around,
             MatchReport* report) const override {
    return pairs_->match(decoded(actual), path, known, around, report);
  }
  Value shown() const override { return pairs_->shown(); }
  Value accepting(const Value& actual, const Captures& known, const Surroundings& around) const override {
    return pairs_->accepting(decoded(actual), known, around);
  }
  void collect_names(std::vector<NameUse>& uses) const override { pairs_->collect_names(uses); }

 private:
  static Value decoded(const Value& query) { return grouped(parse_form(text_of(query))); }
  PatternPtr pairs_;
};

}  // namespace

Value grouped(const std::vector<std::pair<std::string, std::string>>& pairs) {
  Value out = Value::object();
  for (const auto& [name, value] : pairs) {
    auto found = out.find(name);
    if (found == out.end()) {
      out[name] = value;
    } else {
      if (!found->is_array()) *found = Value::array({*found});
      found->push_back(value);
    }
  }
  return out;
}

PatternPtr compile_pairs_pattern(const Node& table, Diagnostics& problems) {
  auto pairs = compile_pairs(table, false, problems);
  return pairs ? object_pattern(std::move(pairs->members), pairs->open) : nullptr;
}

PatternPtr compile_headers_pattern(const Node& node, Diagnostics& problems) {
  if (node.text() && *node.text() == "*") return any_pattern();
  if (!node.is_table()) {
    add_problem(problems, node, "headers are a table of names, or \"*\"",
                "headers = { content-type = \"application/json\", \"*\" = \"*\" }");
    return nullptr;
  }
  auto pairs = compile_pairs(node, true, problems);
  return pairs ? std::make_shared<HeadersPattern>(std::move(*pairs)) : nullptr;
}

PatternPtr compile_headers_with_cookies(const Node* headers, const Node& cookies, Diagnostics& problems) {
  Pairs pairs;
  if (headers && headers->text() && *headers->text() == "*") {
    pairs.open = true;
  } else if (headers) {
    if (!headers->is_table()) return compile_headers_pattern(*headers, problems);
    auto own = compile_pairs(*headers, true, problems);
    if (!own) return nullptr;
    pairs = std::move(*own);
  }
  if (std::ranges::find(pairs.members, "cookie", &PatternMembers::value_type::first) != pairs.members.end()) {
    add_problem(problems, cookies, "the header 'cookie' is asserted beside 'cookies'", "keep one of the two");
    return nullptr;
  }
  PatternPtr pattern = cookies.text() && *cookies.text() == "*" ? any_pattern() : compile_cookies(cookies, problems, compile_pattern);
  if (!pattern) return nullptr;
  pairs.members.emplace_back("cookie", std::move(pattern));
  return std::make_shared<HeadersPattern>(std::move(pairs));
}

PatternPtr compile_query_pattern(const Node& node, Diagnostics& problems) {
  if (node.is_table()) {
    if (auto result = compile_operator(node, problems, compile_pattern); result.is_operator && result.pattern) {
      return result.pattern;  // { regex = "..." }: over the text
    } else if (result.is_operator) {
      return nullptr;
    }
    auto pairs = compile_pairs_pattern(node, problems);
    return pairs ? std::make_shared<QueryPattern>(std::move(pairs)) : nullptr;
  }
  const auto* text = node.text();
  if (!text) {
    add_problem(problems, node, "a query is a table of names, a text, or \"*\"", "query = { page = \"2\" }");
    return nullptr;
  }
  if (*text == "*") return any_pattern();
  if (text->find("{{") == text->npos) return literal_pattern(normalized_query(*text));
  return compile_pattern(node, problems);
}

}  // namespace bigfoot
