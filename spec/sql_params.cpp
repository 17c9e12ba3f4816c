// spec/sql_params.cpp - see sql_params.h.
#include "spec/sql_params.h"

#include <re2/re2.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

#include "spec/pattern_parts.h"
#include "spec/values.h"

namespace bigfoot {
namespace {

/// One value, written another way: nothing where `actual` is no such writing.
using Rewriting = std::optional<Value> (*)(const Value& actual);

const std::string* text_in(const Value& value) { return value.is_string() ? &value.get_ref<const std::string&>() : nullptr; }

/// "Boolean Type": the texts that drivers send for it.
std::optional<Value> as_boolean(const Value& actual) {
  const std::string text = lower_case(text_of(actual));
  for (const std::string_view yes : {"t", "true", "1", "on", "yes"})
    if (text == yes) return true;
  for (const std::string_view no : {"f", "false", "0", "off", "no"})
    if (text == no) return false;
  return std::nullopt;
}

std::optional<Value> as_number(const Value& actual) {
  const std::string* text = text_in(actual);
  if (!text) return std::nullopt;
  Value number = Value::parse(*text, nullptr, false);
  if (!number.is_number()) return std::nullopt;
  return number;
}

std::optional<Value> as_json(const Value& actual) {
  const std::string* text = text_in(actual);
  if (!text) return std::nullopt;
  Value json = Value::parse(*text, nullptr, false);
  if (json.is_discarded()) return std::nullopt;
  return json;
}

/// Operators look at text: { regex }, { contains }.
std::optional<Value> as_text(const Value& actual) {
  if (actual.is_string() || actual.is_null()) return std::nullopt;
  return Value(json_text(actual));
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char letter = static_cast<char>(c | 0x20);
  return letter >= 'a' && letter <= 'f' ? letter - 'a' + 10 : -1;
}

/// A bytea as postgres_value() has it, { hex }, and as it stands in SQL, "bytea Hex Format": \x00ff.
std::optional<Value> as_bytes(const Value& actual) {
  std::string_view hex;
  if (actual.is_object() && actual.size() == 1 && actual.contains("hex") && actual["hex"].is_string()) hex = actual["hex"].get_ref<const std::string&>();
  else if (const std::string* text = text_in(actual); text && text->starts_with("\\x")) hex = std::string_view(*text).substr(2);
  else return as_text(actual);
  if (hex.size() % 2 != 0) return std::nullopt;
  std::string bytes;
  for (std::size_t i = 0; i < hex.size(); i += 2) {
    const int high = hex_digit(hex[i]), low = hex_digit(hex[i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    bytes += static_cast<char>(high * 16 + low);
  }
  return Value(std::move(bytes));
}

/// "Array Input and Output Syntax": {a,"b c",NULL,{1,2}}. `at` is behind what was read.
std::optional<Value> array_at(std::string_view text, std::size_t& at, int depth) {
  constexpr int kMostDimensions = 6;  // c.h: MAXDIM
  if (at >= text.size() || text[at] != '{' || depth > kMostDimensions) return std::nullopt;
  Value out = Value::array();
  ++at;
  if (at < text.size() && text[at] == '}') return ++at, out;
  while (at < text.size()) {
    if (text[at] == '{') {
      auto inner = array_at(text, at, depth + 1);
      if (!inner) return std::nullopt;
      out.push_back(std::move(*inner));
    } else {
      const bool quoted = text[at] == '"';
      if (quoted) ++at;
      std::string item;
      while (at < text.size() && (quoted ? text[at] != '"' : text[at] != ',' && text[at] != '}')) {
        if (text[at] == '\\' && at + 1 < text.size()) ++at;
        item += text[at++];
      }
      if (quoted) ++at;
      if (!quoted && lower_case(item) == "null") out.push_back(nullptr);
      else out.push_back(std::move(item));
    }
    if (at >= text.size()) return std::nullopt;
    const char next = text[at++];
    if (next == '}') return out;
    if (next != ',') return std::nullopt;
  }
  return std::nullopt;
}

std::optional<Value> as_array(const Value& actual) {
  const std::string* text = text_in(actual);
  std::size_t at = 0;
  auto out = text ? array_at(*text, at, 1) : std::nullopt;
  if (!out || at != text->size()) return std::nullopt;
  return out;
}

/// A point in time as its text has it: "2026-01-02T03:04:05.5Z", "2026-01-02 03:04:05+01", "2026-01-02".
struct Moment {
  std::chrono::sys_time<std::chrono::microseconds> local;
  std::optional<std::chrono::minutes> offset;  ///< from UTC; none: the text has no zone
};

std::optional<Moment> moment_of(const std::string& text) {
  static const RE2 kMoment(R"((\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,6})\d*)?)?)?\s*(Z|z|[+-]\d\d(?::?\d\d)?)?)");
  int year = 0;
  unsigned month = 0, day = 0;
  std::string hours, minutes, seconds, fraction, zone;
  if (!RE2::FullMatch(text, kMoment, &year, &month, &day, &hours, &minutes, &seconds, &fraction, &zone)) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(month), std::chrono::day(day)};
  if (!date.ok()) return std::nullopt;
  const auto number = [](std::string_view digits) {
    int value = 0;
    for (const char c : digits) value = value * 10 + (c - '0');
    return value;
  };
  fraction.resize(6, '0');
  Moment out;
  out.local = std::chrono::sys_days(date) + std::chrono::hours(number(hours)) + std::chrono::minutes(number(minutes)) +
              std::chrono::seconds(number(seconds)) + std::chrono::microseconds(number(fraction));
  if (zone.empty()) return out;
  out.offset = std::chrono::minutes(0);
  if (zone == "Z" || zone == "z") return out;
  std::string digits;
  std::ranges::copy_if(zone, std::back_inserter(digits), [](char c) { return c >= '0' && c <= '9'; });
  out.offset = std::chrono::hours(number(std::string_view(digits).substr(0, 2))) + std::chrono::minutes(number(std::string_view(digits).substr(2)));
  if (zone.front() == '-') out.offset = -*out.offset;
  return out;
}

/// The same instant; of times without a zone the same time on the wall.
bool same_moment(const Moment& one, const Moment& other) {
  if (one.offset && other.offset) return one.local - *one.offset == other.local - *other.offset;
  return one.local == other.local;
}

/// A parameter: what its own pattern says, of any writing of the value.
class ParamPattern : public Pattern {
 public:
  ParamPattern(PatternPtr inner, Rewriting rewritten) : inner_(std::move(inner)), rewritten_(rewritten) {
    const Value* literal = inner_->literal();
    if (const std::string* text = literal ? text_in(*literal) : nullptr) moment_ = moment_of(*text);
  }

  bool match(const Value& actual, std::string_view path, const Captures& known, const Surroundings& around, MatchReport* report) const override {
    if (inner_->match(actual, path, known, around, nullptr)) return inner_->match(actual, path, known, around, report);
    if (is_moment(actual)) return agrees(report);
    const auto other = rewritten_ ? rewritten_(actual) : std::nullopt;
    return inner_->match(other ? *other : actual, path, known, around, report);
  }
  Value shown() const override { return inner_->shown(); }
  bool is_any() const override { return inner_->is_any(); }
  bool is_absent() const override { return inner_->is_absent(); }
  const Value* literal() const override { return inner_->literal(); }
  Value accepting(const Value& actual, const Captures& known, const Surroundings& around) const override {
    if (match(actual, "", known, around, nullptr)) return inner_->shown();
    const auto other = rewritten_ ? rewritten_(actual) : std::nullopt;
    return inner_->accepting(other ? *other : actual, known, around);
  }
  void collect_names(std::vector<NameUse>& uses) const override { inner_->collect_names(uses); }

 private:
  bool is_moment(const Value& actual) const {
    const std::string* text = moment_ ? text_in(actual) : nullptr;
    const auto other = text ? moment_of(*text) : std::nullopt;
    return other && same_moment(*moment_, *other);
  }

  PatternPtr inner_;
  Rewriting rewritten_;
  std::optional<Moment> moment_;
};

PatternPtr param_pattern(const Node& node, Diagnostics& problems) {
  const auto made = [](PatternPtr inner, Rewriting rewritten) -> PatternPtr {
    return inner ? std::make_shared<ParamPattern>(std::move(inner), rewritten) : nullptr;
  };
  if (const Node::Array* items = node.array()) {
    std::vector<PatternPtr> inner;
    for (const Node& item : *items) inner.push_back(param_pattern(item, problems));
    if (std::ranges::find(inner, nullptr) != inner.end()) return nullptr;
    return made(array_pattern(std::move(inner), false), as_array);
  }
  if (node.is_table()) {
    const auto names = operator_names();
    const bool is_operator = node.table()->size() == 1 && std::ranges::find(names, std::string_view(node.table()->front().first)) != names.end();
    return is_operator ? made(compile_pattern(node, problems), as_bytes) : made(json_pattern(node, false, problems), as_json);
  }
  if (std::holds_alternative<bool>(node.value)) return made(compile_pattern(node, problems), as_boolean);
  if (node.integer() || std::holds_alternative<double>(node.value)) return made(compile_pattern(node, problems), as_number);
  return made(compile_pattern(node, problems), nullptr);
}

struct HoleSqlType {
  std::string_view hole, type;
};
// Of the types that rule 6 knows; the others are text.
constexpr HoleSqlType kHoleTypes[] = {{"int", "int8"},  {"number", "float8"},       {"bool", "bool"}, {"uuid", "uuid"},
                                      {"date", "date"}, {"iso8601", "timestamptz"}, {"ip", "inet"},   {"port", "int4"}};

std::string type_of_text(const Node& node) {
  Diagnostics ignored;  // compile_sql_params() has told it
  const auto parts = parse_holes(*node.text(), text_at(node), ignored);
  if (!parts || parts->size() != 1 || !parts->front().type) return "text";
  const auto row = std::ranges::find(kHoleTypes, parts->front().type->name, &HoleSqlType::hole);
  return row == std::end(kHoleTypes) ? "text" : std::string(row->type);
}

/// PostgreSQL's own choice for a constant, "Numeric Constants": integer, or bigint where it does not fit.
std::string type_of_param(const Node& node) {
  if (std::holds_alternative<bool>(node.value)) return "bool";
  if (std::holds_alternative<double>(node.value)) return "float8";
  if (const std::int64_t* number = node.integer()) {
    const bool fits = *number >= std::numeric_limits<std::int32_t>::min() && *number <= std::numeric_limits<std::int32_t>::max();
    return fits ? "int4" : "int8";
  }
  if (const auto* date = std::get_if<Node::Date>(&node.value)) {
    if (date->text.find('-') != 4) return "time";
    if (date->text.size() == 10) return "date";
    const bool has_zone = date->text.find_first_of("Zz+-", 11) != date->text.npos;
    return has_zone ? "timestamptz" : "timestamp";
  }
  if (const Node::Array* items = node.array()) {
    const Node* first = items->empty() ? nullptr : &items->front();
    while (first && first->is_array()) first = first->array()->empty() ? nullptr : &first->array()->front();
    return (first ? type_of_param(*first) : "text") + "[]";
  }
  if (node.is_table()) {
    const auto names = operator_names();
    const std::string& key = node.table()->empty() ? "" : node.table()->front().first;
    const bool is_operator = node.table()->size() == 1 && std::ranges::find(names, std::string_view(key)) != names.end();
    if (!is_operator || key.starts_with("json")) return "jsonb";
    return key == "hex" || key == "base64" || key == "file" || key == "sha256" ? "bytea" : "text";
  }
  return node.text() ? type_of_text(node) : "text";
}

}  // namespace

PatternPtr compile_sql_params(const Node& params, Diagnostics& problems) {
  if (const Node::Array* items = params.array()) {
    std::vector<PatternPtr> patterns;
    for (const Node& item : *items) patterns.push_back(param_pattern(item, problems));
    return std::ranges::find(patterns, nullptr) == patterns.end() ? array_pattern(std::move(patterns), false) : nullptr;
  }
  return params.text() && *params.text() == "*" ? any_pattern() : nullptr;  // check_sql_step() tells the others
}

Value types_of_sql_params(const Node& params) {
  Value types = Value::array();
  if (const Node::Array* items = params.array())
    for (const Node& item : *items) types.push_back(type_of_param(item));
  return types;
}

}  // namespace bigfoot
