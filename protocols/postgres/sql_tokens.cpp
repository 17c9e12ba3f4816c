// protocols/postgres/sql_tokens.cpp - see sql_tokens.h. With standard_conforming_strings = on, which we announce.
#include "protocols/postgres/sql_tokens.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <iterator>
#include <optional>

namespace bigfoot {
namespace {

constexpr std::string_view kBlanks = " \t\n\r\f\v";              // scan.l: space
constexpr std::string_view kOperatorChars = "~!@#^&|`?+-*/%<>=";  // scan.l: op_chars
constexpr std::string_view kKeepsSign = "~!@#^&|`?%";             // an operator with one of these may end in + or -

// Words that mean a value where they are not quoted; quoted they are names of columns.
constexpr std::string_view kValueWords[] = {
    "array", "case", "current_catalog", "current_date", "current_role", "current_schema", "current_time", "current_timestamp", "current_user",
    "default", "false", "localtime", "localtimestamp", "null", "row", "session_user", "system_user", "true", "user"};

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool starts_word(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || static_cast<unsigned char>(c) >= 0x80; }
bool continues_word(char c) { return starts_word(c) || is_digit(c) || c == '$'; }
bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

bool is_plain_name(std::string_view text) {
  if (text.empty() || !starts_word(text.front())) return false;
  for (const char c : text)
    if (!continues_word(c) || (c >= 'A' && c <= 'Z')) return false;
  return std::ranges::find(kValueWords, text) == std::end(kValueWords);
}

void append_utf8(std::string& out, std::uint32_t code) {
  if (code < 0x80) out += static_cast<char>(code);
  else if (code < 0x800) {
    out += static_cast<char>(0xC0 | (code >> 6));
    out += static_cast<char>(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    out += static_cast<char>(0xE0 | (code >> 12));
    out += static_cast<char>(0x80 | ((code >> 6) & 0x3F));
    out += static_cast<char>(0x80 | (code & 0x3F));
  } else if (code < 0x110000) {
    out += static_cast<char>(0xF0 | (code >> 18));
    out += static_cast<char>(0x80 | ((code >> 12) & 0x3F));
    out += static_cast<char>(0x80 | ((code >> 6) & 0x3F));
    out += static_cast<char>(0x80 | (code & 0x3F));
  }
}

class Scanner {
 public:
  explicit Scanner(std::string_view sql) : sql_(sql) {}

  /// False at the end.
  bool next(SqlToken& token) {
    const std::optional<std::size_t> open_comment = skip_blanks();
    if (open_comment) return broken(token, *open_comment);
    if (at_ >= sql_.size()) return false;
    const std::size_t start = at_;
    token.kind = SqlToken::Kind::op;
    token.text.clear();
    if (!scan(token)) return broken(token, start);
    token.at = start;
    token.length = at_ - start;
    return true;
  }

 private:
  char peek(std::size_t ahead = 0) const { return at_ + ahead < sql_.size() ? sql_[at_ + ahead] : '\0'; }
  bool here(std::string_view text) const { return sql_.substr(std::min(at_, sql_.size())).starts_with(text); }

  bool broken(SqlToken& token, std::size_t start) {
    token.kind = SqlToken::Kind::broken;
    token.text = sql_.substr(start);
    token.at = start;
    token.length = sql_.size() - start;
    at_ = sql_.size();
    return true;
  }

  /// Where a comment begins that does not end.
  std::optional<std::size_t> skip_blanks() {
    for (;;) {
      at_ = std::min(sql_.find_first_not_of(kBlanks, at_), sql_.size());
      if (here("--")) {
        at_ = std::min(sql_.find_first_of("\n\r", at_), sql_.size());
      } else if (here("/*")) {
        const std::size_t start = at_;
        if (!skip_comment()) return start;
      } else {
        return std::nullopt;
      }
    }
  }

  bool skip_comment() {  // comments nest, unlike C's
    std::size_t depth = 0;
    while (at_ < sql_.size()) {
      if (here("/*")) ++depth, at_ += 2;
      else if (here("*/")) {
        at_ += 2;
        if (--depth == 0) return true;
      } else ++at_;
    }
    return false;
  }

  bool scan(SqlToken& token) {
    const char c = peek();
    if (c == '\'') return ++at_, string(token, false);
    if (c == '"') return ++at_, quoted_name(token, false);
    if (c == '$') return dollar(token);
    if (is_digit(c) || (c == '.' && is_digit(peek(1)))) return number(token);
    if (starts_word(c)) return word(token);
    if (kOperatorChars.find(c) != kOperatorChars.npos) return operation(token);
    for (const std::string_view pair : {"::", ":="})
      if (here(pair)) {
        token.text = pair;
        at_ += 2;
        return true;
      }
    token.text = c;
    ++at_;
    return true;
  }

  bool word(SqlToken& token) {
    const char first = peek() | 0x20;
    if (peek(1) == '\'') {
      if (first == 'e') return at_ += 2, string(token, true);
      if (first == 'n') return at_ += 2, string(token, false);
      if (first == 'b' || first == 'x') {
        at_ += 2;
        const bool whole = string(token, false);
        token.kind = SqlToken::Kind::bits;
        token.text.insert(token.text.begin(), first);
        return whole;
      }
    }
    if (first == 'u' && peek(1) == '&' && (peek(2) == '\'' || peek(2) == '"')) {
      const bool name = peek(2) == '"';
      at_ += 3;
      return name ? quoted_name(token, true) : unicode_string(token);
    }
    const std::size_t start = at_;
    while (at_ < sql_.size() && continues_word(sql_[at_])) ++at_;
    token.kind = SqlToken::Kind::word;
    token.text = lower(sql_.substr(start, at_ - start));
    return true;
  }

  bool quoted_name(SqlToken& token, bool unicode) {
    if (!until_quote('"', token.text)) return false;
    if (unicode) token.text = unicode_undone(token.text);
    token.kind = is_plain_name(token.text) ? SqlToken::Kind::word : SqlToken::Kind::quoted;
    return true;
  }

  bool until_quote(char quote, std::string& text) {
    for (; at_ < sql_.size(); ++at_) {
      if (sql_[at_] != quote) text += sql_[at_];
      else if (peek(1) == quote) text += quote, ++at_;
      else return ++at_, true;
    }
    return false;
  }

  /// After the opening quote. Strings with nothing but blanks and a line's end between them are one.
  bool string(SqlToken& token, bool escapes) {
    token.kind = SqlToken::Kind::string;
    for (;;) {
      if (escapes ? !until_quote_with_escapes(token.text) : !until_quote('\'', token.text)) return false;
      const std::size_t next = sql_.find_first_not_of(kBlanks, at_);
      if (next == sql_.npos || sql_[next] != '\'' || sql_.substr(at_, next - at_).find_first_of("\n\r") == sql_.npos) return true;
      at_ = next + 1;
    }
  }

  bool unicode_string(SqlToken& token) {
    if (!string(token, false)) return false;
    token.text = unicode_undone(token.text);
    return true;
  }

  static std::string unicode_undone(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (text[i] != '\\') {
        out += text[i];
        continue;
      }
      if (i + 1 < text.size() && text[i + 1] == '\\') {
        out += '\\', ++i;
        continue;
      }
      const bool is_long = i + 1 < text.size() && text[i + 1] == '+';
      const std::size_t digits = is_long ? 6 : 4, start = i + (is_long ? 2 : 1);
      std::uint32_t code = 0;
      const std::string_view hex = text.substr(std::min(start, text.size()), digits);
      if (hex.size() == digits && std::from_chars(hex.data(), hex.data() + hex.size(), code, 16).ptr == hex.data() + hex.size()) {
        append_utf8(out, code);
        i = start + digits - 1;
      } else {
        out += text[i];
      }
    }
    return out;
  }

  bool until_quote_with_escapes(std::string& text) {
    while (at_ < sql_.size()) {
      const char c = sql_[at_++];
      if (c == '\'') {
        if (peek() != '\'') return true;
        text += '\'';
        ++at_;
      } else if (c == '\\' && at_ < sql_.size()) {
        escape(text);
      } else {
        text += c;
      }
    }
    return false;
  }

  std::uint32_t digits(std::size_t most, int base) {
    std::size_t end = at_;
    while (end < sql_.size() && end - at_ < most && (base == 16 ? is_hex(sql_[end]) : sql_[end] >= '0' && sql_[end] <= '7')) ++end;
    std::uint32_t value = 0;
    std::from_chars(sql_.data() + at_, sql_.data() + end, value, base);
    at_ = end;
    return value;
  }

  void escape(std::string& text) {  // "String Constants with C-Style Escapes"
    const char c = sql_[at_++];
    switch (c) {
      case 'b': text += '\b'; return;
      case 'f': text += '\f'; return;
      case 'n': text += '\n'; return;
      case 'r': text += '\r'; return;
      case 't': text += '\t'; return;
      case 'x':
        if (is_hex(peek())) text += static_cast<char>(digits(2, 16));
        else text += c;
        return;
      case 'u': append_utf8(text, digits(4, 16)); return;
      case 'U': append_utf8(text, digits(8, 16)); return;
      default: break;
    }
    if (c < '0' || c > '7') {
      text += c;
      return;
    }
    --at_;
    text += static_cast<char>(digits(3, 8));
  }

  bool dollar(SqlToken& token) {
    if (is_digit(peek(1))) {
      std::size_t end = at_ + 1;
      while (end < sql_.size() && is_digit(sql_[end])) ++end;
      token.kind = SqlToken::Kind::parameter;
      token.text = sql_.substr(at_ + 1, end - at_ - 1);
      at_ = end;
      return true;
    }
    std::size_t end = at_ + 1;
    while (end < sql_.size() && sql_[end] != '$' && continues_word(sql_[end])) ++end;
    if (end >= sql_.size() || sql_[end] != '$') {  // no tag: a stray sign
      token.text = "$";
      ++at_;
      return true;
    }
    const std::string_view tag = sql_.substr(at_, end + 1 - at_);
    const std::size_t close = sql_.find(tag, end + 1);
    if (close == sql_.npos) return false;
    token.kind = SqlToken::Kind::string;
    token.text = sql_.substr(end + 1, close - end - 1);
    at_ = close + tag.size();
    return true;
  }

  bool number(SqlToken& token) {
    const std::size_t start = at_;
    const bool prefixed = peek() == '0' && std::string_view("xXoObB").find(peek(1)) != std::string_view::npos && is_hex(peek(2));
    if (prefixed) {
      at_ += 2;
      while (is_hex(peek()) || peek() == '_') ++at_;
    } else {
      const auto run = [this] { while (is_digit(peek()) || (peek() == '_' && is_digit(peek(1)))) ++at_; };
      run();
      if (peek() == '.') ++at_, run();
      if ((peek() | 0x20) == 'e') {
        const std::size_t sign = peek(1) == '+' || peek(1) == '-' ? 2 : 1;
        if (is_digit(peek(sign))) at_ += sign, run();
      }
    }
    token.kind = SqlToken::Kind::number;
    token.text = lower(sql_.substr(start, at_ - start));
    return true;
  }

  bool operation(SqlToken& token) {
    std::size_t end = at_;
    while (end < sql_.size() && kOperatorChars.find(sql_[end]) != kOperatorChars.npos) ++end;
    std::string_view text = sql_.substr(at_, end - at_);
    text = text.substr(0, std::min(text.find("--"), text.find("/*")));
    while (text.size() > 1 && (text.back() == '+' || text.back() == '-') && text.find_first_of(kKeepsSign) == text.npos) text.remove_suffix(1);
    token.text = text == "!=" ? "<>" : text;
    at_ += text.size();
    return true;
  }

  std::string_view sql_;
  std::size_t at_ = 0;
};

/// Whether a `;` ends the statement: not inside brackets (CREATE RULE), nor in the body of BEGIN ATOMIC … END.
class Nesting {
 public:
  bool ends_at(const SqlToken& token) {
    if (token.kind == SqlToken::Kind::word) {
      if (token.text == "atomic" && last_ == "begin") ++bodies_;
      else if (token.text == "case" && bodies_ > 0) ++bodies_;
      else if (token.text == "end" && bodies_ > 0) --bodies_;
      last_ = token.text;
      return false;
    }
    last_.clear();
    if (token.is_op("(")) ++brackets_;
    else if (token.is_op(")") && brackets_ > 0) --brackets_;
    return token.is_op(";") && brackets_ == 0 && bodies_ == 0;
  }

 private:
  std::size_t brackets_ = 0, bodies_ = 0;
  std::string last_;
};

std::string shown(const SqlToken& token) {
  const auto quoted = [&token](char quote) {
    std::string out(1, quote);
    for (const char c : token.text) {
      if (c == quote) out += c;
      out += c;
    }
    return out + quote;
  };
  switch (token.kind) {
    case SqlToken::Kind::quoted: return quoted('"');
    case SqlToken::Kind::string: return quoted('\'');
    case SqlToken::Kind::parameter: return "$" + token.text;
    case SqlToken::Kind::bits: return token.text.substr(0, 1) + "'" + token.text.substr(1) + "'";
    default: return token.text;
  }
}

}  // namespace

std::vector<SqlToken> sql_tokens(std::string_view sql) {
  std::vector<SqlToken> tokens;
  Scanner scanner(sql);
  for (SqlToken token; scanner.next(token);) tokens.push_back(token);
  return tokens;
}

std::vector<SqlToken> sql_statement_tokens(std::string_view sql) {
  std::vector<SqlToken> tokens = sql_tokens(sql);
  while (!tokens.empty() && tokens.back().is_op(";")) tokens.pop_back();
  return tokens;
}

std::vector<std::string_view> sql_statements(std::string_view sql) {
  std::vector<std::string_view> statements;
  Scanner scanner(sql);
  Nesting nesting;
  SqlToken token;
  std::size_t start = sql.npos, end = 0;
  while (scanner.next(token)) {
    if (nesting.ends_at(token)) {
      if (start != sql.npos) statements.push_back(sql.substr(start, end - start));
      start = sql.npos;
      nesting = {};
      continue;
    }
    if (start == sql.npos) start = token.at;
    end = token.at + token.length;
  }
  if (start != sql.npos) statements.push_back(sql.substr(start, end - start));
  return statements;
}

std::string normal_sql(std::string_view sql) {
  std::string out;
  for (const SqlToken& token : sql_statement_tokens(sql)) {
    if (!out.empty()) out += ' ';
    out += shown(token);
  }
  return out;
}

bool same_sql(std::string_view a, std::string_view b) { return sql_statement_tokens(a) == sql_statement_tokens(b); }

std::string sql_verb(std::string_view sql) {
  SqlToken token;
  Scanner scanner(sql);
  while (scanner.next(token) && token.is_op("(")) continue;
  if (token.kind != SqlToken::Kind::word) return {};
  for (char& c : token.text)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  return token.text;
}

}  // namespace bigfoot
