// spec/sql_literal.cpp - see sql_literal.h.
#include "spec/sql_literal.h"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <optional>
#include <string_view>

#include "spec/values.h"

namespace bigfoot {
namespace {

using Kind = SqlToken::Kind;

// DATE '2026-01-02' and the like: a type in front of its text.
constexpr std::string_view kTypedTexts[] = {"bytea", "date", "inet", "interval", "json", "jsonb", "numeric", "time", "timestamp", "timestamptz", "uuid"};
// Types of more than one word, without what may stand in brackets.
constexpr std::string_view kLongTypes[][4] = {
    {"character", "varying"}, {"bit", "varying"}, {"double", "precision"}, {"timestamp", "with", "time", "zone"}, {"timestamp", "without", "time", "zone"},
    {"time", "with", "time", "zone"}, {"time", "without", "time", "zone"}};
constexpr std::size_t kDeepest = 32;  // brackets in brackets; nobody writes more, and a hostile text gains nothing

class Reader {
 public:
  Reader(const std::vector<SqlToken>& tokens, const Value* params) : tokens_(tokens), params_(params) {}

  std::optional<SqlLiteral> primary(std::size_t at, std::size_t depth = 0) const {
    if (at >= tokens_.size() || depth > kDeepest) return std::nullopt;
    const SqlToken& token = tokens_[at];
    if (token.kind == Kind::string || token.kind == Kind::bits) return SqlLiteral{at + 1, token.text};
    if (token.kind == Kind::number) return SqlLiteral{at + 1, number(token.text)};
    if (token.kind == Kind::parameter) return parameter(at);
    if (token.is_op("-") || token.is_op("+")) {
      if (at + 1 >= tokens_.size() || tokens_[at + 1].kind != Kind::number) return std::nullopt;
      return SqlLiteral{at + 2, number((token.is_op("-") ? "-" : "") + tokens_[at + 1].text)};
    }
    if (token.is_op("(")) return bracketed(at, depth);
    if (token.kind != Kind::word) return std::nullopt;
    if (token.text == "true" || token.text == "false") return SqlLiteral{at + 1, token.text == "true"};
    if (token.text == "null") return SqlLiteral{at + 1, nullptr};
    if (token.text == "array") return array(at, depth);
    const bool has_text = at + 1 < tokens_.size() && tokens_[at + 1].kind == Kind::string;
    if (has_text && std::ranges::find(kTypedTexts, token.text) != std::end(kTypedTexts)) return SqlLiteral{at + 2, tokens_[at + 1].text};
    return std::nullopt;
  }

  /// Behind `::type`, or `at` where there is none.
  std::size_t behind_cast(std::size_t at) const {
    if (at + 1 >= tokens_.size() || !tokens_[at].is_op("::")) return at;
    const auto is_name = [](const SqlToken& token) { return token.kind == Kind::word || token.kind == Kind::quoted; };
    std::size_t end = at + 1;
    if (!is_name(tokens_[end])) return at;
    const std::size_t words = long_type(end);
    end += std::max<std::size_t>(words, 1);
    while (end + 1 < tokens_.size() && tokens_[end].is_op(".") && is_name(tokens_[end + 1])) end += 2;
    if (end < tokens_.size() && tokens_[end].is_op("(")) {
      while (end < tokens_.size() && !tokens_[end].is_op(")")) ++end;
      end = std::min(end + 1, tokens_.size());
    }
    while (end + 1 < tokens_.size() && tokens_[end].is_op("[") && tokens_[end + 1].is_op("]")) end += 2;
    return end;
  }

  /// With all the casts behind it.
  std::optional<SqlLiteral> whole(std::size_t at, std::size_t depth) const {
    auto literal = primary(at, depth);
    if (!literal) return literal;
    for (std::size_t end = behind_cast(literal->end); end != literal->end; end = behind_cast(end)) literal->end = end;
    return literal;
  }

 private:
  static Value number(const std::string& text) {
    std::int64_t whole = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), whole);
    if (error == std::errc{} && end == text.data() + text.size()) return whole;
    const Value value = Value::parse(text, nullptr, false);
    return !value.is_discarded() && json_text(value) == text ? value : Value(text);  // 1.50 would lose its zero
  }

  std::size_t long_type(std::size_t at) const {
    std::size_t best = 0;
    for (const auto& words : kLongTypes) {
      std::size_t length = 0;
      while (length < std::size(words) && !words[length].empty() && at + length < tokens_.size() && tokens_[at + length].is_word(words[length])) ++length;
      if (length == std::size(words) || words[length].empty()) best = std::max(best, length);
    }
    return best;
  }

  SqlLiteral parameter(std::size_t at) const {
    SqlLiteral out{at + 1, nullptr, false};
    std::size_t number = 0;
    const std::string& digits = tokens_[at].text;
    std::from_chars(digits.data(), digits.data() + digits.size(), number);
    out.bound.push_back(number);
    if (!params_) return out;
    out.is_known = params_->is_array() && number >= 1 && number <= params_->size();
    if (out.is_known) out.value = (*params_)[number - 1];
    return out;
  }

  std::optional<SqlLiteral> bracketed(std::size_t at, std::size_t depth) const {
    auto inner = whole(at + 1, depth + 1);
    if (!inner || inner->end >= tokens_.size() || !tokens_[inner->end].is_op(")")) return std::nullopt;
    ++inner->end;
    return inner;
  }

  std::optional<SqlLiteral> array(std::size_t at, std::size_t depth) const {
    if (at + 1 >= tokens_.size() || !tokens_[at + 1].is_op("[")) return std::nullopt;
    return items(at + 1, depth);
  }

  /// [1, 2], [[1], [2]]; `at` is the bracket.
  std::optional<SqlLiteral> items(std::size_t at, std::size_t depth) const {
    SqlLiteral out{at + 1, Value::array()};
    if (out.end < tokens_.size() && tokens_[out.end].is_op("]")) return ++out.end, out;
    for (;;) {
      const bool nested = out.end < tokens_.size() && tokens_[out.end].is_op("[") && depth < kDeepest;
      const auto item = nested ? items(out.end, depth + 1) : whole(out.end, depth + 1);
      if (!item || item->end >= tokens_.size()) return std::nullopt;
      out.value.push_back(item->value);
      out.is_known = out.is_known && item->is_known;
      out.bound.insert(out.bound.end(), item->bound.begin(), item->bound.end());
      out.end = item->end + 1;
      if (tokens_[item->end].is_op("]")) return out;
      if (!tokens_[item->end].is_op(",")) return std::nullopt;
    }
  }

  const std::vector<SqlToken>& tokens_;
  const Value* params_;
};

}  // namespace

std::vector<SqlLiteral> sql_literals(const std::vector<SqlToken>& tokens, std::size_t at, const Value* params) {
  const Reader reader(tokens, params);
  std::vector<SqlLiteral> out;
  auto literal = reader.primary(at);
  while (literal) {
    out.push_back(*literal);
    const std::size_t end = reader.behind_cast(literal->end);
    if (end == literal->end) break;
    literal->end = end;
  }
  return out;
}

}  // namespace bigfoot
