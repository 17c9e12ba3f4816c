// protocols/postgres/sql_tokens.h - SQL as PostgreSQL's scanner reads it: tokens, statements, and when two texts say the same.
// Source: PostgreSQL documentation, "Lexical Structure"; src/backend/parser/scan.l.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace bigfoot {

struct SqlToken {
  enum class Kind {
    word,       ///< key word or identifier: folded to lower case; a quoted one too where that says the same
    quoted,     ///< an identifier that has to be quoted, quotes undone
    string,     ///< '…', E'…', $tag$…$tag$: its value. b'…' and x'…' keep their letter: they are numbers of bits
    bits,
    number,     ///< as written
    parameter,  ///< $1: the digits
    op,         ///< operator or punctuation; != is <>
    broken,     ///< a string, quoted identifier or comment without an end: the rest of the text
  } kind = Kind::op;
  std::string text;
  std::size_t at = 0;      ///< of its first byte in the SQL
  std::size_t length = 0;
  bool operator==(const SqlToken& other) const { return kind == other.kind && text == other.text; }
  bool is_word(std::string_view word) const { return kind == Kind::word && text == word; }
  bool is_op(std::string_view op) const { return kind == Kind::op && text == op; }
};

/// All tokens; blanks and comments are none.
std::vector<SqlToken> sql_tokens(std::string_view sql);
/// The same without a `;` at the end.
std::vector<SqlToken> sql_statement_tokens(std::string_view sql);

/// The statements of a simple query, as they stand, without their `;`. Empty ones are left out.
std::vector<std::string_view> sql_statements(std::string_view sql);

/// One text for all that say the same: blanks, comments, case of key words and unquoted identifiers, a last `;` do not count.
std::string normal_sql(std::string_view sql);
bool same_sql(std::string_view a, std::string_view b);

/// The first word in upper case: "SELECT"; "" where a statement starts with none.
std::string sql_verb(std::string_view sql);

}  // namespace bigfoot
