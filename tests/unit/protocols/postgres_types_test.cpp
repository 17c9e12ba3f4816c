// tests/unit/protocols/postgres_types_test.cpp - Values in text and in binary, as PostgreSQL 15 has them, and back as JSON.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "protocols/body.h"
#include "protocols/postgres/types.h"

namespace bigfoot::test {
namespace {

struct Case {
  const char* type;
  const char* value;   ///< JSON, as a spec or a driver has it
  const char* text;
  const char* binary;  ///< hex
  const char* back;    ///< JSON, as a call shows it
};

// Binary forms: wire-notes.md's captures, and `COPY (SELECT ...) TO STDOUT (FORMAT binary)` of PostgreSQL 15.
const Case kCases[] = {
    {"bool", "true", "t", "01", "true"},
    {"bool", "\"off\"", "f", "00", "false"},
    {"int2", "-2", "-2", "ff fe", "-2"},
    {"integer", "1", "1", "00 00 00 01", "1"},
    {"int8", "4294967296", "4294967296", "00 00 00 01 00 00 00 00", "4294967296"},
    {"float8", "-2.5", "-2.5", "c0 04 00 00 00 00 00 00", "-2.5"},
    {"float4", "\"NaN\"", "NaN", "7f c0 00 00", "\"NaN\""},
    {"numeric", "\"1.5\"", "1.5", "00 02 00 00 00 00 00 01 00 01 13 88", "1.5"},
    {"numeric", "\"12345678901234567890.50\"", "12345678901234567890.50", "00 06 00 04 00 00 00 02 04 d2 16 2e 23 34 0d 80 1e d2 13 88", "\"12345678901234567890.50\""},
    {"numeric", "\"0.00012\"", "0.00012", "00 02 ff ff 00 00 00 05 00 01 07 d0", "0.00012"},
    {"numeric(10, 2)", "\"-1e5\"", "-100000", "00 01 00 01 40 00 00 00 00 0a", "-100000"},
    {"numeric", "\"0.00\"", "0.00", "00 00 00 00 00 00 00 02", "0.0"},
    {"varchar(20)", "\"é\"", "é", "c3 a9", "\"é\""},
    {"bytea", R"({"hex": "00ff"})", "\\x00ff", "00 ff", R"({"hex":"00ff"})"},
    {"bytea", "\"a\\\\\\\\b\\\\377\"", "\\x615c62ff", "61 5c 62 ff", R"({"hex":"615c62ff"})"},
    {"date", "\"2026-01-02\"", "2026-01-02", "00 00 25 1a", "\"2026-01-02\""},
    {"date", "\"-infinity\"", "-infinity", "80 00 00 00", "\"-infinity\""},
    {"time", "\"03:04:05.5\"", "03:04:05.5", "00 00 00 02 92 5c f4 60", "\"03:04:05.5\""},
    {"timetz", "\"03:04:05+02:30\"", "03:04:05+02:30", "00 00 00 02 92 55 53 40 ff ff dc d8", "\"03:04:05+02:30\""},
    {"timestamptz", "\"2026-11-22 10:50:27.600262+00\"", "2026-11-22 10:50:27.600262+00", "00 03 03 da 03 8f 2b 86", "\"2026-11-22 10:50:27.600262+00\""},
    {"timestamp with time zone", "\"2026-11-22T12:50:27.600262+02:00\"", "2026-11-22 10:50:27.600262+00", "00 03 03 da 03 8f 2b 86", "\"2026-11-22 10:50:27.600262+00\""},
    {"timestamp", "\"1999-12-31 23:59:59\"", "1999-12-31 23:59:59", "ff ff ff ff ff f0 bd c0", "\"1999-12-31 23:59:59\""},
    {"interval", "\"P1Y2M3DT4H5M6S\"", "1 year 2 mons 3 days 04:05:06", "00 00 00 03 6c 8b c0 80 00 00 00 03 00 00 00 0e", "\"1 year 2 mons 3 days 04:05:06\""},
    {"interval", "\"-1 days 02:00\"", "-1 days +02:00:00", "00 00 00 01 ad 27 48 00 ff ff ff ff 00 00 00 00", "\"-1 days +02:00:00\""},
    {"uuid", "\"6F1C8DD05B7A4C1E9A550D6B1F1D2C3E\"", "6f1c8dd0-5b7a-4c1e-9a55-0d6b1f1d2c3e", "6f 1c 8d d0 5b 7a 4c 1e 9a 55 0d 6b 1f 1d 2c 3e", "\"6f1c8dd0-5b7a-4c1e-9a55-0d6b1f1d2c3e\""},
    {"jsonb", R"({"a": 1})", "{\"a\":1}", "01 7b 22 61 22 3a 31 7d", "\"{\\\"a\\\":1}\""},
    {"json", "\"[1, 2]\"", "[1, 2]", "5b 31 2c 20 32 5d", "\"[1, 2]\""},
    {"inet", "\"192.0.2.1/24\"", "192.0.2.1/24", "02 18 00 04 c0 00 02 01", "\"192.0.2.1/24\""},
    {"cidr", "\"2001:db8::/32\"", "2001:db8::/32", "03 20 01 10 20 01 0d b8 00 00 00 00 00 00 00 00 00 00 00 00", "\"2001:db8::/32\""},
    {"text[]", R"(["x", "y"])", "{x,y}", "00 00 00 01 00 00 00 00 00 00 00 19 00 00 00 02 00 00 00 01 00 00 00 01 78 00 00 00 01 79", R"(["x","y"])"},
    {"_text", R"(["a b", null, "NULL", ""])", "{\"a b\",NULL,\"NULL\",\"\"}", "00 00 00 01 00 00 00 01 00 00 00 19 00 00 00 04 00 00 00 01 00 00 00 03 61 20 62 ff ff ff ff 00 00 00 04 4e 55 4c 4c 00 00 00 00", R"(["a b",null,"NULL",""])"},
    {"int4[]", "\"{{1},{2}}\"", "{{1},{2}}", "00 00 00 02 00 00 00 00 00 00 00 17 00 00 00 02 00 00 00 01 00 00 00 01 00 00 00 01 00 00 00 04 00 00 00 01 00 00 00 04 00 00 00 02", "[[1],[2]]"},
    {"int8[]", "[]", "{}", "00 00 00 00 00 00 00 00 00 00 00 14", "[]"},
    {"int4range", "\"[1,10)\"", "[1,10)", "02 00 00 00 04 00 00 00 01 00 00 00 04 00 00 00 0a", "\"[1,10)\""},
    {"tstzrange", R"x("[\"2026-01-01 00:00:00+00\",)")x", "[\"2026-01-01 00:00:00+00\",)", "12 00 00 00 08 00 02 ea 47 0a e8 60 00", R"x("[\"2026-01-01 00:00:00+00\",)")x"},
};

TEST(PostgresTypes, HaveTheirForms) {
  for (const Case& row : kCases) {
    const auto type = find_postgres_type(row.type);
    ASSERT_TRUE(type) << row.type;
    const Value value = Value::parse(row.value);
    const auto text = postgres_text(*type, value);
    const auto binary = postgres_binary(*type, value);
    EXPECT_EQ(text.value_or(text ? "" : text.error()), row.text) << row.type << " " << row.value;
    ASSERT_TRUE(binary) << row.type << " " << row.value;
    EXPECT_EQ(to_hex(*binary), row.binary) << row.type << " " << row.value;
    for (const bool is_binary : {false, true}) {
      const auto back = postgres_value(*type, is_binary ? *binary : *text, is_binary);
      EXPECT_EQ(back ? back->dump() : "none", row.back) << row.type << " " << row.value << (is_binary ? " in binary" : " in text");
    }
    EXPECT_FALSE(problem_with(row.type, value)) << row.type << " " << row.value;
  }
}

struct Problem {
  const char* type;
  const char* value;
  const char* message;
};
const Problem kProblems[] = {
    {"int4", "\"abc\"", "\"abc\" is no int4: a whole number from -2147483648 to 2147483647"},
    {"int2", "40000", "40000 is no int2: a whole number from -32768 to 32767"},
    {"int4", "1.5", "1.5 is no int4: a whole number from -2147483648 to 2147483647"},
    {"text", "1", "1 is no text: a string, in quotes"},
    {"bool", "1", "1 is no bool: true or false"},
    {"date", "\"2026-02-30\"", "\"2026-02-30\" is no date: \"2026-01-02\""},
    {"timestamptz", "\"noon\"", "\"noon\" is no timestamptz: \"2026-01-02 03:04:05+00\""},
    {"uuid", "\"6f1c\"", "\"6f1c\" is no uuid: \"6f1c8dd0-5b7a-4c1e-9a55-0d6b1f1d2c3e\""},
    {"int4[]", "[1, \"x\"]", "[1,\"x\"] is no int4[]: an array, or \"{a,b}\""},
    {"int4[]", "[[1], [2, 3]]", "[[1],[2,3]] is no int4[]: an array, or \"{a,b}\""},
    {"bytea", "{\"hex\": \"0\"}", "{\"hex\":\"0\"} is no bytea: { hex = \"cafe\" }, or \"\\\\xcafe\""},
    {"jsonb", "\"{\"", "\"{\" is no jsonb: JSON: as a value, or as its text"},
    {"cidr", "\"192.0.2.1/24\"", "\"192.0.2.1/24\" is no cidr: \"192.0.2.0/24\""},
    {"float8", "\"1e999\"", "\"1e999\" is no float8: a number, or \"NaN\", \"Infinity\", \"-Infinity\""},
};

TEST(PostgresTypes, SayWhatIsWrong) {
  for (const Problem& row : kProblems) EXPECT_EQ(problem_with(row.type, Value::parse(row.value)).value_or("nothing"), row.message) << row.type;
  for (const PostgresType& type : postgres_types()) EXPECT_FALSE(problem_with(type.name, nullptr)) << type.name;
  EXPECT_EQ(problem_with_type("moood").value_or("nothing"), "'moood' is no type that is known here");
  EXPECT_FALSE(problem_with_type("Timestamp(3) with time zone"));
}

TEST(PostgresTypes, AreFoundByNumberAndByName) {
  for (const PostgresType& type : postgres_types()) {
    EXPECT_EQ(find_postgres_type(type.oid)->name(), type.name);
    EXPECT_EQ(find_postgres_type(type.name)->oid(), type.oid);
    if (type.array_oid == 0) continue;
    EXPECT_EQ(find_postgres_type(type.array_oid)->name(), std::string(type.name) + "[]");
  }
  EXPECT_FALSE(find_postgres_type(std::uint32_t{0}));
}

TEST(PostgresTypes, OfParametersComeFromTheirValues) {
  const std::pair<const char*, const char*> kRows[] = {{"1", "int4"}, {"3000000000", "int8"}, {"1.5", "float8"}, {"true", "bool"}, {"\"a\"", "text"}, {"null", "text"},
                                                       {"[1]", "int4[]"}, {"[null, \"a\"]", "text[]"}, {"[]", "text[]"}, {"{\"a\": 1}", "jsonb"}, {"{\"hex\": \"00\"}", "bytea"}};
  for (const auto& [value, type] : kRows) EXPECT_EQ(type_of_parameter(Value::parse(value)), type) << value;
}

}  // namespace
}  // namespace bigfoot::test
