// tests/unit/protocols/sql_tokens_test.cpp - What SQL says, whoever wrote it how.
#include "protocols/postgres/sql_tokens.h"

#include <gtest/gtest.h>

namespace bigfoot {
namespace {

std::string told(std::string_view sql) {
  std::string out;
  for (const SqlToken& token : sql_tokens(sql)) {
    constexpr std::string_view kLetters = "wqsbnpo!";
    if (!out.empty()) out += ' ';
    out += kLetters.at(static_cast<std::size_t>(token.kind));
    out += ':' + token.text;
  }
  return out;
}

TEST(SqlTokens, AreThoseOfPostgresql) {
  const struct {
    std::string_view name, sql, told;
  } kCases[] = {
      {"case", "SELECT Name FROM \"Users\"", "w:select w:name w:from q:Users"},
      {"quoted plain name", "\"users\".\"id\"", "w:users o:. w:id"},
      {"quoted value word", "\"user\"", "q:user"},
      {"quote in a name", "\"a\"\"b\"", "q:a\"b"},
      {"strings", "'it''s' 'a\\n'", "s:it's s:a\\n"},
      {"escapes", R"(E'a\n\x41\101\u00e4\'b')", "s:a\nAA\xC3\xA4'b"},
      {"joined strings", "'foo'\n 'bar'", "s:foobar"},
      {"unicode", R"(U&'d\0061t\+000061' U&"d\0061")", "s:data w:da"},
      {"bits", "b'01' X'1F'", "b:b01 b:x1F"},
      {"dollar", "$$it's$$ $t$a $$ b$t$", "s:it's s:a $$ b"},
      {"parameters", "$1+$12", "p:1 o:+ p:12"},
      {"numbers", "1 1.5 .5 1e10 1.e-3 0xFF 1_000", "n:1 n:1.5 n:.5 n:1e10 n:1.e-3 n:0xff n:1_000"},
      {"casts", "x::int4[]", "w:x o::: w:int4 o:[ o:]"},
      {"slices", "a[1:2]", "w:a o:[ n:1 o:: n:2 o:]"},
      {"operators", "a!=b a->>'k' a@>-1 a*-1 a@-1", "w:a o:<> w:b w:a o:->> s:k w:a o:@>- n:1 w:a o:* o:- n:1 w:a o:@- n:1"},
      {"comments", "a--b\n/* c /* d */ e */f/*", "w:a w:f !:/*"},
      {"comment ends an operator", "1+--x\n2", "n:1 o:+ n:2"},
      {"no end", "a 'b", "w:a !:'b"},
      {"stray dollar", "$ $a", "o:$ o:$ w:a"},
      {"nothing", " \n", ""},
  };
  for (const auto& row : kCases) EXPECT_EQ(told(row.sql), row.told) << row.name;
}

TEST(SqlTokens, SayTheSame) {
  const struct {
    std::string_view name, a, b;
    bool same;
  } kCases[] = {
      {"blanks and case", "SELECT  id\nFROM users;", "select id from USERS", true},
      {"comments", "/* app */ SELECT 1 -- one", "SELECT 1", true},
      {"strings keep case", "SELECT 'a'", "SELECT 'A'", false},
      {"blanks in strings count", "SELECT 'a b'", "SELECT 'a  b'", false},
      {"string forms", "SELECT E'a'", "SELECT 'a'", true},
      {"names that need quotes", "SELECT \"Id\"", "SELECT id", false},
      {"no blanks", "SELECT(1)", "SELECT ( 1 ) ;;", true},
      {"a word more", "SELECT 1", "SELECT 1 FOR UPDATE", false},
  };
  for (const auto& row : kCases) {
    EXPECT_EQ(same_sql(row.a, row.b), row.same) << row.name;
    EXPECT_EQ(normal_sql(row.a) == normal_sql(row.b), row.same) << row.name;
  }
}

TEST(SqlTokens, StatementsEndWhereTheParserEndsThem) {
  const struct {
    std::string_view sql;
    std::vector<std::string_view> statements;
  } kCases[] = {
      {"SELECT 1", {"SELECT 1"}},
      {"SELECT 1; ; SELECT ';';", {"SELECT 1", "SELECT ';'"}},
      {"BEGIN;SELECT 1 -- a;b\n;COMMIT", {"BEGIN", "SELECT 1", "COMMIT"}},
      {"CREATE RULE r AS ON INSERT TO t DO (SELECT 1; SELECT 2); SELECT 3", {"CREATE RULE r AS ON INSERT TO t DO (SELECT 1; SELECT 2)", "SELECT 3"}},
      {"CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; SELECT 2; END; SELECT 3",
       {"CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; SELECT 2; END", "SELECT 3"}},
      {"DO $$ BEGIN x; END $$; SELECT 1", {"DO $$ BEGIN x; END $$", "SELECT 1"}},
      {" ;; -- nothing", {}},
  };
  for (const auto& row : kCases) EXPECT_EQ(sql_statements(row.sql), row.statements) << row.sql;
}

TEST(SqlTokens, TheVerbIsTheFirstWord) {
  EXPECT_EQ(sql_verb("-- x\n insert into t"), "INSERT");
  EXPECT_EQ(sql_verb("(select 1)"), "SELECT");
  EXPECT_EQ(sql_verb("  "), "");
  EXPECT_EQ(sql_verb("1"), "");
}

}  // namespace
}  // namespace bigfoot
