// spec/pattern_operators.cpp - The one-key tables: { json = ... }, { regex = ... }, { any_of = [...] } and the others.
// Source: spec-format.md, rule 7.
#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <memory>

#include "protocols/body.h"
#include "protocols/http/url.h"
#include "protocols/raw/difference.h"
#include "spec/pattern_parts.h"
#include "spec/pattern_views.h"
#include "spec/regex.h"
#include "spec/values.h"

namespace bigfoot {
namespace {

using State = PrefixMatch::State;
using Inner = PatternPtr (*)(const Node&, Diagnostics&);

/// Where the JSON object or array that starts `bytes` ends, npos while it has not; 0 where none starts.
std::size_t end_of_json(std::string_view bytes) {
  const auto start = bytes.find_first_not_of(" \t\r\n");
  if (start == bytes.npos) return bytes.npos;
  if (bytes[start] != '{' && bytes[start] != '[') return 0;
  std::size_t depth = 0;
  bool quoted = false;
  for (std::size_t i = start; i < bytes.size(); ++i) {
    const char c = bytes[i];
    if (quoted) {
      if (c == '\\') ++i;
      if (c == '"') quoted = false;
    } else if (c == '"') {
      quoted = true;
    } else if (c == '{' || c == '[') {
      ++depth;
    } else if ((c == '}' || c == ']') && --depth == 0) {
      return i + 1;
    }
  }
  return bytes.npos;
}

/// Bytes read as JSON, then compared with the pattern inside.
class JsonPattern : public Pattern {
 public:
  JsonPattern(std::string name, PatternPtr inner) : name_(std::move(name)), inner_(std::move(inner)) {}

  bool match(const Value& actual, std::string_view path, const Captures& known, const Surroundings& around,
             MatchReport* report) const override {
    if (!actual.is_string()) return inner_->match(actual, path, known, around, report);
    const auto json = read_json(actual.get_ref<const std::string&>());
    if (!json) return report && differs(report, path, shown(), actual, json.error());
    return inner_->match(*json, path, known, around, report);
  }
  Value shown() const override { return Value::object({{name_, inner_->shown()}}); }
  Value accepting(const Value& actual, const Captures& known, const Surroundings& around) const override {
    const auto json = actual.is_string() ? read_json(actual.get_ref<const std::string&>()) : actual;
    return json ? Value::object({{name_, inner_->accepting(*json, known, around)}}) : spoken(actual);
  }
  PrefixMatch match_start(std::string_view stream, const Captures& known, const Surroundings& around,
                          MatchReport* report) const override {
    const std::size_t end = end_of_json(stream);
    if (end == stream.npos) return {State::need_more, stream.size()};
    if (end == 0) return Pattern::match_start(stream, known, around, report);  // a number, a string
    if (!match(std::string(stream.substr(0, end)), "send", known, around, report)) return {};
    return {State::yes, end};
  }
  void collect_names(std::vector<NameUse>& uses) const override { inner_->collect_names(uses); }

 private:
  std::string name_;
  PatternPtr inner_;
};

/// application/x-www-form-urlencoded.
class FormPattern : public Pattern {
 public:
  explicit FormPattern(PatternPtr pairs) : pairs_(std::move(pairs)) {}
  bool match(const Value& actual, std::string_view path, const Captures& known, const Surroundings& around,
             MatchReport* report) const override {
    if (!actual.is_string()) return report && differs(report, path, shown(), actual);
    return pairs_->match(grouped(parse_form(actual.get_ref<const std::string&>())), path, known, around, report);
  }
  Value shown() const override { return Value::object({{"form", pairs_->shown()}}); }
  Value accepting(const Value& actual, const Captures& known, const Surroundings& around) const override {
    if (!actual.is_string()) return spoken(actual);
    const Value form = grouped(parse_form(actual.get_ref<const std::string&>()));
    return Value::object({{"form", pairs_->accepting(form, known, around)}});
  }
  void collect_names(std::vector<NameUse>& uses) const override { pairs_->collect_names(uses); }

 private:
  PatternPtr pairs_;
};

class RegexPattern : public Pattern {
 public:
  explicit RegexPattern(const std::string& regex) : regex_(regex, regex_options()) {}
  bool match(const Value& actual, std::string_view path, const Captures&, const Surroundings&,
             MatchReport* report) const override {
    const bool fits = actual.is_string() && RE2::PartialMatch(actual.get_ref<const std::string&>(), regex_);
    return fits ? agrees(report) : report && differs(report, path, shown(), actual);
  }
  Value shown() const override { return Value::object({{"regex", regex_.pattern()}}); }

 private:
  RE2 regex_;
};

class ContainsPattern : public Pattern {
 public:
  ContainsPattern(std::string text, PatternPtr holes) : text_(std::move(text)), holes_(std::move(holes)) {}
  bool match(const Value& actual, std::string_view path, const Captures& known, const Surroundings& around,
             MatchReport* report) const override {
    const bool fits = actual.is_string() && (holes_ ? holes_->match(actual, path, known, around, nullptr)
                                                    : actual.get_ref<const std::string&>().find(text_) != text_.npos);
    if (!fits) return report && differs(report, path, shown(), actual);
    return holes_ ? holes_->match(actual, path, known, around, report) : agrees(report);
  }
  Value shown() const override { return Value::object({{"contains", holes_ ? holes_->shown() : Value(text_)}}); }
  void collect_names(std::vector<NameUse>& uses) const override {
    if (holes_) holes_->collect_names(uses);
  }

 private:
  std::string text_;
  PatternPtr holes_;
};

/// Exactly these bytes, as the spec writes them: { hex }, { base64 }, { file }, { text }.
class BytesPattern : public Pattern {
 public:
  BytesPattern(std::string bytes, Value shown) : bytes_(std::move(bytes)), shown_(std::move(shown)) {}
  bool match(const Value& actual, std::string_view path, const Captures&, const Surroundings&,
             MatchReport* report) const override {
    if (actual == bytes_) return agrees(report);
    if (!report) return false;
    return differs(report, path, shown_, actual,
                   actual.is_string() ? first_difference(text_of(bytes_), text_of(actual)) : "");
  }
  Value shown() const override { return shown_; }
  PrefixMatch match_start(std::string_view stream, const Captures& known, const Surroundings& around,
                          MatchReport* report) const override {
    return literal_pattern(bytes_)->match_start(stream, known, around, report);
  }

 private:
  Value bytes_;
  Value shown_;
};

class NotPattern : public Pattern {
 public:
  explicit NotPattern(PatternPtr inner) : inner_(std::move(inner)) {}
  bool match(const Value& actual, std::string_view path, const Captures& known, const Surroundings& around,
             MatchReport* report) const override {
    if (!inner_->match(actual, path, known, around, nullptr)) return agrees(report);
    return report && differs(report, path, shown(), actual);
  }
  Value shown() const override { return Value::object({{"not", inner_->shown()}}); }
  void collect_names(std::vector<NameUse>& uses) const override { inner_->collect_names(uses); }

 private:
  PatternPtr inner_;
};

class AnyOfPattern : public Pattern {
 public:
  explicit AnyOfPattern(std::vector<PatternPtr> choices) : choices_(std::move(choices)) {}
  bool match(const Value& actual, std::string_view path, const Captures& known, const Surroundings& around,
             MatchReport* report) const override {
    for (const auto& choice : choices_) {
      MatchReport own;
      if (report) own.bound = report->bound;
      if (!choice->match(actual, path, known, around, report ? &own : nullptr)) continue;
      if (report) report->bound = std::move(own.bound);
      return agrees(report);
    }
    return report && differs(report, path, shown(), actual, "none of them fits");
  }
  Value shown() const override {
    Value all = Value::array();
    for (const auto& choice : choices_) all.push_back(choice->shown());
    return Value::object({{"any_of", std::move(all)}});
  }
  PrefixMatch match_start(std::string_view stream, const Captures& known, const Surroundings& around,
                          MatchReport* report) const override {
    PrefixMatch best;
    for (const auto& choice : choices_) {
      MatchReport own;
      const PrefixMatch one = choice->match_start(stream, known, around, report ? &own : nullptr);
      if (one.state <= best.state) continue;
      best = one;
      if (report && one.state >= State::maybe_more) report->bound = std::move(own.bound);
    }
    if (best.state == State::no) differs(report, "send", shown(), std::string(stream), "none of them fits");
    return best;
  }
  void collect_names(std::vector<NameUse>& uses) const override {
    for (const auto& choice : choices_) choice->collect_names(uses);
  }

 private:
  std::vector<PatternPtr> choices_;
};

// The compilers of the table below: the argument of the operator in, a pattern or problems out.

PatternPtr compile_json_as(std::string_view name, const Node& node, Diagnostics& problems) {
  const bool subset = name == "json_subset";
  PatternPtr inner;
  const auto* text = node.text();
  const bool hole = text && text->starts_with("{{") && text->ends_with("}}");  // "{{int}}", not a JSON text
  if (text && !hole && *text != "*") {
    const auto json = json_of_text(*text, text_at(node), problems);
    TextAt whole = text_at(node);
    whole.exact = false;
    if (json) inner = json_pattern(*json, whole, subset, problems);
  } else {
    inner = json_pattern(node, subset, problems);
  }
  return inner ? std::make_shared<JsonPattern>(std::string(name), std::move(inner)) : nullptr;
}
PatternPtr compile_json(const Node& node, Diagnostics& problems, Inner) { return compile_json_as("json", node, problems); }
PatternPtr compile_subset(const Node& node, Diagnostics& problems, Inner) {
  return compile_json_as("json_subset", node, problems);
}

PatternPtr compile_form(const Node& node, Diagnostics& problems, Inner) {
  if (!node.is_table()) {
    add_problem(problems, node, "'form' takes a table of names", "form = { charge = \"ch_123\", reason = \"*\" }");
    return nullptr;
  }
  auto pairs = compile_pairs_pattern(node, problems);
  return pairs ? std::make_shared<FormPattern>(std::move(pairs)) : nullptr;
}

PatternPtr compile_regex(const Node& node, Diagnostics& problems, Inner) {
  const auto* text = node.text();
  if (!text) {
    add_problem(problems, node, "'regex' takes a string", "regex = '^v\\d+$'");
    return nullptr;
  }
  const RE2 tried(*text, regex_options());
  if (!tried.ok()) {
    add_problem(problems, node, fmt::format("bad regex: {}", tried.error()), std::string(kRegexHint));
    return nullptr;
  }
  return std::make_shared<RegexPattern>(*text);
}

PatternPtr compile_contains(const Node& node, Diagnostics& problems, Inner) {
  const auto* text = node.text();
  if (!text) {
    add_problem(problems, node, "'contains' takes a string", "contains = \"declined\"");
    return nullptr;
  }
  const auto parts = parse_holes(*text, text_at(node), problems);
  if (!parts) return nullptr;
  if (parts->size() <= 1 && (parts->empty() || parts->front().kind == HolePart::Kind::literal)) {
    return std::make_shared<ContainsPattern>(parts->empty() ? "" : parts->front().text, nullptr);
  }
  auto holes = contains_pattern(*text, text_at(node), problems);
  return holes ? std::make_shared<ContainsPattern>(*text, std::move(holes)) : nullptr;
}

template <std::size_t N>
struct Name {
  char text[N];
  constexpr Name(const char (&from)[N]) { std::copy_n(from, N, text); }
};
template <Name name>
PatternPtr compile_as_bytes(const Node& node, Diagnostics& problems, Inner) {
  auto result = compile_bytes(name.text, node, problems);
  if (!result.bytes) return nullptr;
  return std::make_shared<BytesPattern>(std::move(*result.bytes), Value::object({{name.text, *node.text()}}));
}

PatternPtr compile_not(const Node& node, Diagnostics& problems, Inner inner) {
  auto pattern = inner(node, problems);
  return pattern ? std::make_shared<NotPattern>(std::move(pattern)) : nullptr;
}

PatternPtr compile_any_of(const Node& node, Diagnostics& problems, Inner inner) {
  if (!node.array() || node.array()->empty()) {
    add_problem(problems, node, "'any_of' takes an array of patterns", "any_of = [\"a\", { contains = \"b\" }]");
    return nullptr;
  }
  std::vector<PatternPtr> choices;
  bool good = true;
  for (const Node& choice : *node.array()) {
    choices.push_back(inner(choice, problems));
    good = good && choices.back();
  }
  return good ? std::make_shared<AnyOfPattern>(std::move(choices)) : nullptr;
}

struct Operator : OperatorRow {
  PatternPtr (*compile)(const Node& argument, Diagnostics& problems, Inner inner);
};
constexpr Operator kOperators[] = {
    {{"json", "json = { amount = 5000 }", "JSON with exactly these members; also as text"}, compile_json},
    {{"json_subset", "json_subset = { amount = 5000 }", "JSON with at least these members, at any depth"}, compile_subset},
    {{"form", "form = { charge = \"ch_1\" }", "the fields of a form (application/x-www-form-urlencoded), in any order"}, compile_form},
    {{"regex", "regex = '^v\\d+$'", "an RE2 expression that fits some part; ^ and $ anchor it"}, compile_regex},
    {{"contains", "contains = \"declined\"", "this text stands somewhere in it"}, compile_contains},
    {{"text", "text = \"a literal {{\"", "this very text, without holes"}, compile_as_bytes<"text">},
    {{"hex", "hex = \"00 ff\"", "these bytes"}, compile_as_bytes<"hex">},
    {{"base64", "base64 = \"AP8=\"", "these bytes"}, compile_as_bytes<"base64">},
    {{"file", "file = \"fixtures/a.bin\"", "the bytes of this file"}, compile_as_bytes<"file">},
    {{"not", "not = \"x\"", "anything that the pattern does not fit"}, compile_not},
    {{"any_of", "any_of = [\"a\", \"b\"]", "what one of the patterns fits"}, compile_any_of},
    {{"jsonpath", "jsonpath = { \"$.items[0].sku\" = \"x\" }", "of JSON only what these paths select (RFC 9535); [*], slices and .. select an array"}, compile_jsonpath},
    {{"multipart", "multipart = [ { name = \"a\", body = \"1\" } ]", "the parts of a multipart body, in order, whatever the boundary"}, compile_multipart},
    {{"graphql", "graphql = { query = \"{ me { name } }\" }", "a GraphQL request: its query by tokens, variables, operation"}, compile_graphql},
    {{"xml", "xml = '<a id=\"1\"/>'", "XML of this structure: order of attributes, blanks and prefixes say nothing"}, compile_xml},
    {{"xpath", "xpath = { \"//order/@id\" = \"{{int}}\" }", "of XML only what these XPath 1.0 expressions select"}, compile_xpath},
    {{"sha256", "sha256 = \"9f86...\"", "bytes with this SHA-256, in hexadecimal digits"}, compile_sha256},
    {{"cookies", "cookies = { session = \"{{uuid}}\" }", "the cookies of a Cookie header, in any order"}, compile_cookies},
};

}  // namespace

std::vector<OperatorRow> operator_rows() { return {std::begin(kOperators), std::end(kOperators)}; }

std::vector<std::string_view> operator_names() {
  std::vector<std::string_view> names;
  for (const Operator& row : kOperators) names.push_back(row.name);
  return names;
}

OperatorResult compile_operator(const Node& node, Diagnostics& problems, Inner inner) {
  if (!node.table() || node.table()->size() != 1) return {};
  const auto& [name, argument] = node.table()->front();
  const auto* row = std::ranges::find(kOperators, name, &Operator::name);
  if (row == std::end(kOperators)) return {};
  return {true, row->compile(argument, problems, inner)};
}

}  // namespace bigfoot
