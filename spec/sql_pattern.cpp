// spec/sql_pattern.cpp - see sql_pattern.h.
#include "spec/sql_pattern.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <utility>
#include <vector>

#include "protocols/postgres/sql_tokens.h"
#include "spec/call_fields.h"
#include "spec/check.h"
#include "spec/pattern_parts.h"
#include "spec/sql_literal.h"
#include "spec/url_pattern.h"
#include "spec/values.h"

namespace bigfoot {
namespace {

using Kind = SqlToken::Kind;

constexpr std::size_t kMostSteps = 100'000;  // of trying spans for holes: a statement that needs more fits nothing
// What stands for the bytes of a hole while the text is cut into tokens: bytes that are in no UTF-8, of a word for the scanner.
constexpr char kMarks[] = {'\xFE', '\xFF'};

struct Element {
  enum class What { token, parameter, mixed, span } what = What::token;
  SqlToken token;          ///< token; mixed: its kind
  std::size_t number = 0;  ///< parameter
  PatternPtr pattern;      ///< mixed: of the token's text; span: of a value or of some SQL
};
using Elements = std::vector<Element>;

/// The tokens of one SQL, kept for the next question: every step of a session asks about the same call.
const std::vector<SqlToken>& tokens_of(const std::string& sql) {
  thread_local std::string last;
  thread_local std::vector<SqlToken> tokens;
  if (sql != last) {
    tokens = sql_statement_tokens(sql);
    last = sql;
  }
  return tokens;
}

/// One attempt to read a program's SQL as the step's.
class Walk {
 public:
  struct Bound {
    Value value;
    bool is_known = true;
  };
  struct Replaced {
    std::size_t at, length;  ///< bytes of the SQL
    std::string text;        ///< what the step has in their place: $1; of a hole the value that was bound
  };

  Walk(const Elements& elements, const std::string& sql, const Value* params, bool same_numbers, const Captures& known, const Surroundings& around)
      : elements_(elements), sql_(sql), tokens_(tokens_of(sql)), params_(params), same_numbers_(same_numbers), known_(known), around_(around) {}

  bool fits() { return rest(0, 0) && uses_all(); }

  MatchReport& report() { return report_; }
  const std::map<std::size_t, Bound>& bound() const { return bound_; }
  const std::vector<Replaced>& replaced() const { return replaced_; }

 private:
  bool rest(std::size_t i, std::size_t j) {
    for (; i < elements_.size(); ++i, ++j) {
      const Element& element = elements_[i];
      if (element.what == Element::What::parameter) return parameter(i, j);
      if (element.what == Element::What::span) return span(i, j);
      if (j >= tokens_.size() || tokens_[j].kind != element.token.kind) return false;
      if (element.what == Element::What::token ? tokens_[j].text != element.token.text : !holds(*element.pattern, tokens_[j].text)) return false;
    }
    return j == tokens_.size();
  }

  bool holds(const Pattern& pattern, const Value& value) { return pattern.match(value, "query", known_, around_, &report_); }

  bool parameter(std::size_t i, std::size_t j) {
    const std::size_t number = elements_[i].number;
    if (same_numbers_) {
      if (j >= tokens_.size() || tokens_[j].kind != Kind::parameter || tokens_[j].text != std::to_string(number)) return false;
      return rest(i + 1, j + 1);
    }
    std::vector<SqlLiteral> literals = sql_literals(tokens_, j, params_);
    for (auto literal = literals.rbegin(); literal != literals.rend(); ++literal) {
      const auto before = std::tuple(bound_, replaced_.size(), used_.size());
      if (bind(number, *literal)) {
        replace(j, literal->end, fmt::format("${}", number));
        used_.insert(used_.end(), literal->bound.begin(), literal->bound.end());
        if (rest(i + 1, literal->end)) return true;
      }
      bound_ = std::get<0>(before);
      replaced_.resize(std::get<1>(before));
      used_.resize(std::get<2>(before));
    }
    return false;
  }

  bool bind(std::size_t number, const SqlLiteral& literal) {
    const auto [found, fresh] = bound_.try_emplace(number, Bound{literal.value, literal.is_known});
    if (fresh || !found->second.is_known || !literal.is_known) return true;
    return same_value(found->second.value, literal.value) || text_of(found->second.value) == text_of(literal.value);
  }

  void replace(std::size_t first, std::size_t end, std::string text) {
    const std::size_t at = tokens_[first].at, last = tokens_[end - 1].at + tokens_[end - 1].length;
    replaced_.push_back({at, last - at, std::move(text)});
  }

  /// A value as it would stand in the text.
  static std::string literal_text(const Value& value) {
    if (!value.is_string()) return value.is_structured() ? literal_text(json_text(value)) : json_text(value);
    std::string out = "'";
    for (const char c : value.get_ref<const std::string&>()) out += c == '\'' ? "''" : std::string(1, c);
    return out + "'";
  }

  /// A hole between tokens: one value, or some SQL.
  bool span(std::size_t i, std::size_t j) {
    const std::vector<SqlLiteral> literals = sql_literals(tokens_, j, params_);
    for (std::size_t end = j + 1; end <= tokens_.size(); ++end) {
      if (++steps_ > kMostSteps) return false;
      const auto literal = std::ranges::find(literals, end, &SqlLiteral::end);
      const bool is_value = literal != literals.end();
      const Value value = is_value ? literal->value : Value(text_between(j, end));
      const MatchReport before = report_;
      const std::size_t used = used_.size(), replaced = replaced_.size();
      if (is_value) used_.insert(used_.end(), literal->bound.begin(), literal->bound.end());
      if (is_value && literal->is_known && !literal->bound.empty()) replace(j, end, literal_text(value));
      const bool holds_it = (is_value && !literal->is_known) || holds(*elements_[i].pattern, value);
      if (holds_it && rest(i + 1, end)) return true;
      report_ = before;
      used_.resize(used);
      replaced_.resize(replaced);
    }
    return false;
  }

  std::string text_between(std::size_t first, std::size_t end) const {
    const std::size_t at = tokens_[first].at;
    return sql_.substr(at, tokens_[end - 1].at + tokens_[end - 1].length - at);
  }

  /// A value that was bound and stands nowhere in the step's SQL is another statement.
  bool uses_all() const {
    if (same_numbers_ || !params_ || !params_->is_array()) return true;
    for (std::size_t number = 1; number <= params_->size(); ++number)
      if (std::ranges::find(used_, number) == used_.end()) return false;
    return true;
  }

  const Elements& elements_;
  const std::string& sql_;
  const std::vector<SqlToken>& tokens_;
  const Value* params_;
  bool same_numbers_;
  const Captures& known_;
  const Surroundings& around_;
  MatchReport report_;
  std::map<std::size_t, Bound> bound_;
  std::vector<Replaced> replaced_;
  std::vector<std::size_t> used_;
  std::size_t steps_ = 0;
};

class SqlPattern : public Pattern {
 public:
  SqlPattern(std::string text, Elements elements) : text_(std::move(text)), elements_(std::move(elements)) {}

  bool match(const Value& actual, std::string_view path, const Captures& known, const Surroundings& around, MatchReport* report) const override {
    if (actual.is_string()) {
      Walk walk(elements_, actual.get_ref<const std::string&>(), nullptr, true, known, around);
      if (walk.fits()) {
        if (report)
          for (auto& [name, value] : walk.report().bound) report->bound[name] = std::move(value);
        return agrees(report);
      }
    }
    return report && differs(report, path, shown(), actual);
  }
  Value shown() const override { return text_; }
  void collect_names(std::vector<NameUse>& uses) const override {
    for (const Element& element : elements_)
      if (element.pattern) element.pattern->collect_names(uses);
  }
  const Elements& elements() const { return elements_; }

 private:
  std::string text_;
  Elements elements_;
};

/// The call with its values where the step has its $1: bound, in the step's numbers.
std::optional<Fields> seen_as(const Elements& elements, std::size_t parameters, const Fields& call, const Captures& known, const Surroundings& around) {
  const Value* query = field_of(call, "query");
  if (!query || !query->is_string()) return std::nullopt;
  const std::string& sql = query->get_ref<const std::string&>();
  const Value* params = field_of(call, "params");
  Walk walk(elements, sql, params && params->is_array() ? params : nullptr, false, known, around);
  if (!walk.fits()) return std::nullopt;
  std::string text;
  std::size_t done = 0;
  for (const Walk::Replaced& part : walk.replaced()) {  // in the order of the text
    text += sql.substr(done, part.at - done) + part.text;
    done = part.at + part.length;
  }
  text += sql.substr(done);
  Fields seen = call;
  seen["query"] = std::move(text);
  Value values = Value::array();
  for (std::size_t number = 1; number <= parameters; ++number) {
    const auto found = walk.bound().find(number);
    values.push_back(found == walk.bound().end() ? Value() : found->second.value);
  }
  seen["params"] = std::move(values);
  return seen;
}

bool is_mark(char c) { return c == kMarks[0] || c == kMarks[1]; }

/// The text with every hole marked, two neighbours differently; and the holes, in order.
std::pair<std::string, std::vector<std::string>> marked(const std::string& text) {
  std::string out = text;
  std::vector<std::string> holes;
  for (std::size_t at = text.find("{{"); at != text.npos; at = text.find("{{", at)) {
    const std::size_t end = hole_end(text, at);
    if (end == text.npos) break;
    std::fill(out.begin() + static_cast<std::ptrdiff_t>(at), out.begin() + static_cast<std::ptrdiff_t>(end), kMarks[holes.size() % 2]);
    holes.push_back(text.substr(at, end - at));
    at = end;
  }
  return {std::move(out), std::move(holes)};
}

/// The token's text with its holes back in their places.
std::string unmarked(std::string_view text, const std::vector<std::string>& holes, std::size_t& next) {
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    if (!is_mark(text[i])) {
      out += text[i++];
      continue;
    }
    const char mark = text[i];
    while (i < text.size() && text[i] == mark) ++i;
    if (next < holes.size()) out += holes[next++];
  }
  return out;
}

Element element_of(const SqlToken& token, const std::vector<std::string>& holes, std::size_t& next, const Node& node, Diagnostics& problems) {
  Element out{Element::What::token, token};
  if (token.kind == Kind::parameter) {
    out.what = Element::What::parameter;
    std::from_chars(token.text.data(), token.text.data() + token.text.size(), out.number);
    return out;
  }
  if (std::ranges::none_of(token.text, is_mark)) return out;
  const bool alone = token.kind == Kind::word && std::ranges::all_of(token.text, [&](char c) { return c == token.text.front(); });
  TextAt at = text_at(node);
  at.exact = false;
  out.what = alone ? Element::What::span : Element::What::mixed;
  out.pattern = text_pattern(unmarked(token.text, holes, next), at, Reading::text, problems);
  return out;
}

}  // namespace

std::optional<SqlStatement> compile_sql(const Node& node, Diagnostics& problems) {
  const std::string& text = *node.text();
  if (text == "*") return SqlStatement{any_pattern(), nullptr, 0};
  const auto [sql, holes] = marked(text);
  if (sql_statements(sql).size() > 1) {
    refuse(problems, node, "a query of more than one statement", "each statement is a step of its own, also where the program sends them together");
    return std::nullopt;
  }
  Elements elements;
  std::size_t next = 0, parameters = 0;
  bool good = true;
  for (const SqlToken& token : sql_statement_tokens(sql)) {
    if (token.kind == Kind::broken) {
      refuse(problems, node, fmt::format("what begins at {} has no end", json_text(token.text.substr(0, 12))), "a string, a quoted name or a comment is open");
      return std::nullopt;
    }
    elements.push_back(element_of(token, holes, next, node, problems));
    const Element& element = elements.back();
    good = good && (element.what == Element::What::token || element.what == Element::What::parameter || element.pattern);
    if (element.what != Element::What::parameter) continue;
    if (element.number == 0 || element.number > 65535) {  // "Message Formats", Bind: their number is an Int16
      refuse(problems, node, fmt::format("${} is no parameter", token.text), "they are $1 to $65535");
      return std::nullopt;
    }
    parameters = std::max(parameters, element.number);
  }
  if (elements.empty()) {
    refuse(problems, node, "the query is empty", "an empty query asks for nothing and needs no step");
    return std::nullopt;
  }
  if (!good) return std::nullopt;
  const bool has_span = std::ranges::find(elements, Element::What::span, &Element::what) != elements.end();
  const auto pattern = std::make_shared<SqlPattern>(text, std::move(elements));
  SqlStatement out{pattern, nullptr, parameters};
  if (parameters > 0 || has_span) {
    out.view = [pattern, parameters](const Fields& call, const Captures& known, const Surroundings& around) {
      return seen_as(pattern->elements(), parameters, call, known, around);
    };
  }
  return out;
}

}  // namespace bigfoot
