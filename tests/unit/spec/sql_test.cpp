// tests/unit/spec/sql_test.cpp - One step of a postgres entry against the writings that drivers have for it.
#include <gtest/gtest.h>

#include "spec/sql_params.h"
#include "spec/sql_pattern.h"
#include "spec/turn_match.h"
#include "tests/unit/spec/spec_text.h"

namespace bigfoot {
namespace {

/// "fits", "another statement", or what differs; then what was bound to names.
std::string judged(const std::string& query, const std::string& params, const std::string& sql, const Value& values) {
  Diagnostics problems;
  const auto statement = compile_sql(node_of("'''" + query + "'''", problems), problems);
  EXPECT_TRUE(statement) << query << "\n" << all_text(problems);
  if (!statement) return "";
  Turn turn;
  turn.verb = "query";
  turn.view = statement->view;
  turn.identity.push_back({"query", statement->pattern});
  turn.asserted.push_back({"params", compile_sql_params(node_of(params, problems), problems)});
  EXPECT_TRUE(problems.empty()) << all_text(problems);
  const Spec spec;
  const Surroundings around = quiet_world();
  Call call{"query", {{"query", sql}, {"params", values}}};
  if (values.is_null()) {  // asked before the parameters are known
    call.fields.erase("params");
    call.withheld = {"params"};
  }
  LedgerBook book{spec, around};
  EntryMatch match;
  const TurnFit fit = fit_of(turn, call, book, match);
  std::string out = fit == TurnFit::none ? "another statement" : fit == TurnFit::whole ? "fits" : differences_text(match.report.differences);
  if (fit == TurnFit::whole)
    for (const auto& [name, value] : match.report.bound) out += " " + name + "=" + value.dump();
  return out;
}

TEST(Sql, OneStepServesEveryWriting) {
  const struct {
    std::string_view name;
    std::string query, params, sql;
    Value values;
    std::string_view judged;
  } kCases[] = {
      {"bound", "INSERT INTO users (name) VALUES ($1)", "['alice']", "insert into users(name) values ($1);", {"alice"}, "fits"},
      {"psycopg2", "INSERT INTO users (name) VALUES ($1)", "['alice']", "INSERT INTO users (name) VALUES ('alice')", Value::array(), "fits"},
      {"pgx simple", "INSERT INTO users (name) VALUES ($1)", "['x']", "INSERT INTO users(name) VALUES( 'x' )", Value::array(), "fits"},
      {"pgx simple, a number", "SELECT * FROM users WHERE id = $1", "[1]", "SELECT * FROM users WHERE id= '1'", Value::array(), "fits"},
      {"another value", "INSERT INTO users (name) VALUES ($1)", "['alice']", "INSERT INTO users (name) VALUES ('bob')", Value::array(),
       "params[0]: expected \"alice\" got \"bob\"\n"},
      {"another bound value", "SELECT $1", "['alice']", "SELECT $1", {"bob"}, "params[0]: expected \"alice\" got \"bob\"\n"},
      {"peek", "SELECT $1", "['alice']", "SELECT $1", nullptr, "fits"},
      {"peek of another", "SELECT $1", "['alice']", "SELECT $1, 2", nullptr, "another statement"},
      {"another column", "SELECT name FROM users WHERE id = $1", "[1]", "SELECT id FROM users WHERE id = $1", {1}, "another statement"},
      {"negative", "UPDATE t SET a = $1 WHERE b=$2", "[-1, -2.5]", "UPDATE t SET a = -1 WHERE b= -2.5", Value::array(), "fits"},
      {"null, true, false", "SELECT $1, $2, $3", "['{{null}}', true, false]", "SELECT NULL, true, false", Value::array(), "fits"},
      {"cast of the driver", "SELECT $1", "['6f1c8dd0-5b7a-4c1e-9a55-0d6b1f1d2c3e']", "SELECT '6f1c8dd0-5b7a-4c1e-9a55-0d6b1f1d2c3e'::uuid", Value::array(), "fits"},
      {"cast of both", "SELECT $1::int", "[5]", "SELECT 5::int", Value::array(), "fits"},
      {"cast of a parameter", "SELECT $1, $2", "['a', 5]", "SELECT $1::VARCHAR, $2::INTEGER", {"a", 5}, "fits"},
      {"long cast", "SELECT $1 LIMIT 1", "[2026-01-02T03:04:05Z]", "SELECT '2026-01-02T03:04:05+00:00'::timestamp with time zone LIMIT 1", Value::array(), "fits"},
      {"pgjdbc simple", "SELECT $1", "[1]", "SELECT ('1'::int4)", Value::array(), "fits"},
      {"array", "SELECT * FROM t WHERE id = ANY($1)", "[[1, 2]]", "SELECT * FROM t WHERE id = ANY(ARRAY[1,2])", Value::array(), "fits"},
      {"array as text", "SELECT * FROM t WHERE a = ANY($1)", "[['x', 'y z']]", "SELECT * FROM t WHERE a = ANY($1)", {"{x,\"y z\"}"}, "fits"},
      {"array bound", "SELECT $1", "[[1, 2]]", "SELECT $1", Value::array({Value::array({1, 2})}), "fits"},
      {"another item", "SELECT $1", "[[1, 2]]", "SELECT $1", Value::array({Value::array({1, 3})}), "params[0][1]: expected 2 got 3\n"},
      {"json as text", "INSERT INTO t VALUES ($1)", "[{a = 1}]", "INSERT INTO t VALUES ('{\"a\": 1}')", Value::array(), "fits"},
      {"json bound", "INSERT INTO t VALUES ($1)", "[{a = 1}]", "INSERT INTO t VALUES ($1)", {"{\"a\":2}"}, "params[0].a: expected 1 got 2\n"},
      {"bytes", "INSERT INTO t VALUES ($1)", "[{hex = 'ca fe'}]", "INSERT INTO t VALUES ('\\xcafe'::bytea)", Value::array(), "fits"},
      {"bytes bound", "INSERT INTO t VALUES ($1)", "[{hex = 'ca fe'}]", "INSERT INTO t VALUES ($1)", {{{"hex", "cafe"}}}, "fits"},
      {"boolean as text", "SELECT $1", "[true]", "SELECT $1", {"t"}, "fits"},
      {"number as text", "SELECT $1", "[5]", "SELECT $1", {"5"}, "fits"},
      {"fraction as text", "SELECT $1", "[1.5]", "SELECT $1", {"1.50"}, "fits"},
      {"time in another zone", "SELECT $1", "[2026-01-02T03:04:05Z]", "SELECT $1", {"2026-01-02 04:04:05+01"}, "fits"},
      {"another time", "SELECT $1", "[2026-01-02T03:04:05Z]", "SELECT $1", {"2026-01-02 03:04:05+01"},
       "params[0]: expected \"2026-01-02T03:04:05Z\" got \"2026-01-02 03:04:05+01\"\n"},
      {"other numbers", "SELECT $2, $1", "['a', 'b']", "SELECT $1, $2", {"b", "a"}, "fits"},
      {"one value twice", "SELECT $1, $1", "['a']", "SELECT $1, $2", {"a", "a"}, "fits"},
      {"two values for one", "SELECT $1, $1", "['a']", "SELECT 'a', 'b'", Value::array(), "another statement"},
      {"a value too many", "SELECT $1", "['a']", "SELECT $1", {"a", "b"}, "params[1]: expected (no key) got \"b\"\n"},
      {"literals of the step", "SELECT * FROM t WHERE id = 1", "[]", "SELECT * FROM t WHERE id = 1", Value::array(), "fits"},
      {"literals are not bound", "SELECT * FROM t WHERE id = 1", "[]", "SELECT * FROM t WHERE id = $1", {1}, "another statement"},
      {"any parameters", "SELECT $1", "'*'", "SELECT 'x'", Value::array(), "fits"},
      {"hole of a parameter", "SELECT $1", "['{{id:int}}']", "SELECT 42", Value::array(), "fits id=42"},
      {"hole in the SQL", "SELECT * FROM t_{{n:int}} WHERE id = {{id:int}}", "[]", "SELECT * FROM t_7 WHERE id = 5", Value::array(), "fits id=5 n=7"},
      {"hole for a bound value", "SELECT * FROM t WHERE id = {{id:int}}", "[]", "SELECT * FROM t WHERE id = $1", {5}, "fits id=5"},
      {"hole in a string", "SELECT 'a-{{int}}'", "[]", "SELECT 'a-12'", Value::array(), "fits"},
      {"hole for some SQL", "SELECT {{any}} FROM t", "[]", "SELECT a, b, count(*) FROM t", Value::array(), "fits"},
      {"hole and parameter", "SELECT {{any}} FROM t WHERE id = $1", "[1]", "SELECT a, b FROM t WHERE id = '1'", Value::array(), "fits"},
      {"wrong type for a hole", "SELECT {{int}}", "[]", "SELECT 'x'", Value::array(), "another statement"},
      {"quoted names", "SELECT id FROM users", "[]", "SELECT \"id\" FROM \"users\"", Value::array(), "fits"},
  };
  for (const auto& row : kCases) EXPECT_EQ(judged(row.query, row.params, row.sql, row.values), row.judged) << row.name;
}

TEST(Sql, ParametersHaveTheTypesOfTheirValues) {
  const struct {
    std::string params, types;
  } kCases[] = {
      {"[1, 3000000000, 1.5, true, 'a']", R"(["int4","int8","float8","bool","text"])"},
      {"[2026-01-02T03:04:05Z, 2026-01-02T03:04:05, 2026-01-02, 03:04:05]", R"(["timestamptz","timestamp","date","time"])"},
      {"[[1, 2], ['a'], [], {a = 1}, {hex = 'ff'}, {json = 1}]", R"(["int4[]","text[]","text[]","jsonb","bytea","jsonb"])"},
      {"['{{x:uuid}}', '{{uuid}}', '{{int}}', '{{null}}', '{{any}}', 'a{{int}}']", R"(["uuid","uuid","int8","text","text","text"])"},
      {"'*'", "[]"},
  };
  for (const auto& row : kCases) {
    Diagnostics problems;
    EXPECT_EQ(types_of_sql_params(node_of(row.params, problems)).dump(), row.types);
  }
}

}  // namespace
}  // namespace bigfoot
