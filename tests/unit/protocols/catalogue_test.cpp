// tests/unit/protocols/catalogue_test.cpp - What drivers ask a PostgreSQL server for themselves, as they were seen to write it.
#include "protocols/postgres/catalogue.h"

#include <gtest/gtest.h>

namespace bigfoot {
namespace {

std::string told(std::string_view sql, const Value& params = Value::array()) {
  const CatalogueAnswer* answer = find_catalogue(sql);
  if (!answer) return "none";
  const Fields reply = catalogue_reply(*answer, sql, params);
  std::string out;
  for (const auto& [name, value] : reply.items())
    if (name == "tag" || name == "rows" || name == "error") out += (out.empty() ? "" : " ") + name + "=" + value.dump();
  return out.empty() ? "empty" : out;
}

TEST(Catalogue, AnswersWhatDriversAsk) {
  const struct {
    std::string_view sql;
    Value params;
    std::string_view told;
  } kCases[] = {
      {"", Value::array(), "empty"},
      {" ; -- ping", Value::array(), "empty"},
      {"SET extra_float_digits = 3", Value::array(), R"(tag="SET")"},
      {"set session characteristics as transaction read only;", Value::array(), R"(tag="SET")"},
      {"SETTLE x", Value::array(), "none"},
      {"DISCARD ALL", Value::array(), R"(tag="DISCARD ALL")"},
      {"DEALLOCATE \"pdo_stmt_00000001\"", Value::array(), R"(tag="DEALLOCATE")"},
      {"CLOSE ALL", Value::array(), R"(tag="CLOSE CURSOR ALL")"},
      {"UNLISTEN *", Value::array(), R"(tag="UNLISTEN")"},
      {"show  transaction\nisolation level", Value::array(), R"(rows=[["read committed"]] tag="SHOW")"},
      {"SHOW DateStyle", Value::array(), R"(rows=[["ISO, MDY"]] tag="SHOW")"},
      {"SHOW my.own", Value::array(),
       R"(error={"code":"42704","message":"unrecognized configuration parameter","hint":"bigfoot-run has no value of it: add a step { query = \"SHOW ...\" }"})"},
      {"SELECT t.oid, typarray\nFROM pg_type t JOIN pg_namespace ns\n    ON typnamespace = ns.oid\nWHERE typname = 'hstore';\n", Value::array(), "rows=[]"},
      {"SELECT pg_advisory_unlock_all()", Value::array(), R"(rows=[[""]])"},
      {"SELECT set_config('TimeZone', 'UTC', false)", Value::array(), R"(rows=[["UTC"]])"},
      {"SELECT set_config('jit', $1, false)", {"on"}, R"(rows=[["on"]])"},
      {"SELECT t.oid, t.typelem AS elemtype, t.typtype AS kind FROM pg_catalog.pg_type AS t WHERE t.oid = $1", {114}, R"(rows=[[114,0,"b"]])"},
      {"SELECT TYPNAME FROM PG_TYPE WHERE OID=1009", Value::array(), R"(rows=[["_text"]])"},
      {"WITH RECURSIVE typeinfo_tree(oid, ns, name, kind, basetype, elemtype, elemdelim, range_subtype, attrtypoids, attrnames, depth) AS (SELECT 1) SELECT 2",
       {"{1007}"},
       R"(rows=[[23,"pg_catalog","int4","b",null,0,null,null,null,null,1,null,"-",null],)"
       R"([1007,"pg_catalog","_int4","b",null,23,",",null,null,null,0,null,"integer",null]])"},
      {"SELECT id FROM users", Value::array(), "none"},
      {"SELECT 1", Value::array(), "none"},
  };
  for (const auto& row : kCases) EXPECT_EQ(told(row.sql, row.params), row.told) << row.sql;
}

}  // namespace
}  // namespace bigfoot
