// tests/unit/spec/pattern_test.cpp - What each pattern fits, and what it says where it does not.
#include <gtest/gtest.h>

#include "tests/unit/spec/body_case.h"

namespace bigfoot {
namespace {

const BodyCase kBodies[] = {
    {"EmptyFitsEmpty", R"("")", "", ""},
    {"EmptyIsNotText", R"("")", "x", "body: expected \"\" got \"x\"\n"},
    {"StarFitsAnything", R"("*")", "\xff\x00x", ""},
    {"TextIsExact", R"("hello")", "hello", ""},
    {"TextDiffers", R"("hello")", "help", "body: expected \"hello\" got \"help\"\n"},
    {"LongTextSaysWhere", R"("a text of many words, 5000")", "a text of many words, 5001",
     "body: expected \"a text of many words, 5000\" got \"a text of many words, 5001\" (differs at byte 25: expected \"0\", got \"1\")\n"},
    {"HoleInText", R"("charged {{int}} cents")", "charged 500 cents", ""},
    {"HoleInTextRefuses", R"("charged {{int}} cents")", "charged five cents", "body: expected \"charged {{int}} cents\" got \"charged five cents\"\n"},
    {"TwoHoles", R"("v{{int}}.{{int}}")", "v1.22", ""},
    {"NoPartOfALongerText", R"("v{{int}}.{{int}}")", "v1.22-rc", "body: expected \"v{{int}}.{{int}}\" got \"v1.22-rc\"\n"},
    {"WholeIntReadsText", R"("{{int}}")", "-5", ""},
    {"NumberReadsExponents", R"("{{number}}")", "1.5e-3", ""},
    {"BoolIsLowerCase", R"("{{bool}}")", "True", "body: expected \"{{bool}}\" got \"True\"\n"},
    {"Uuid", R"("{{uuid}}")", "f81d4fae-7dec-11d0-a765-00a0c91e6bf6", ""},
    {"UuidOfOneDigitLess", R"("{{uuid}}")", "f81d4fae-7dec-11d0-a765-00a0c91e6bf", "body: expected \"{{uuid}}\" got \"f81d4fae-7dec-11d0-a765-00a0c91e6bf\"\n"},
    {"DateAndTime", R"("{{iso8601}}")", "2026-01-02T03:04:05.678+01:00", ""},
    {"DateAloneIsIso8601", R"("{{iso8601}}")", "2026-01-02", ""},
    {"BasicFormat", R"("{{iso8601}}")", "20260102T030405Z", ""},
    {"Date", R"("{{date}}")", "2026-12-31", ""},
    {"DateOfMonth13", R"("{{date}}")", "2026-13-31", "body: expected \"{{date}}\" got \"2026-13-31\"\n"},
    {"Email", R"("{{email}}")", "a.b+c@example.com", ""},
    {"Ipv4", R"("{{ip}}")", "10.0.0.255", ""},
    {"Ipv4Above255", R"("{{ip}}")", "10.0.0.256", "body: expected \"{{ip}}\" got \"10.0.0.256\"\n"},
    {"Ipv6", R"("{{ip}}")", "2606:2800:220:1::1", ""},
    {"Loopback6", R"("{{ip}}")", "::1", ""},
    {"Port", R"("{{port}}")", "65535", ""},
    {"PortTooLarge", R"("{{port}}")", "65536", "body: expected \"{{port}}\" got \"65536\"\n"},
    {"Jwt", R"("{{jwt}}")", "eyJhbGciOiJIUzI1NiJ9.e30.abc-_", ""},
    {"Base64", R"("{{base64}}")", "aGVsbG8=", ""},
    {"HexHole", R"("{{hex}}")", "CAFE00", ""},
    {"Nonempty", R"("{{nonempty}}")", "", "body: expected \"{{nonempty}}\" got \"\"\n"},
    {"RegexSearches", R"("{{/^SKU-/}}")", "SKU-1", ""},
    {"RegexWithBraces", R"('{{/^\d{2}}$/}}')", "12}", ""},
    {"RegexInsideAText", R"('id={{/[a-z]{3}/}};')", "id=abc;", ""},
    {"RegexInsideATextIsWhole", R"('id={{/[a-z]{3}/}};')", "id=abcd;", "body: expected \"id={{/[a-z]{3}/}};\" got \"id=abcd;\"\n"},
    {"AnchorsInsideAText", R"('id={{/^[a-z]+$/}};')", "id=abcd;", ""},
    {"LiteralStar", R"("{{lit:*}}")", "*", ""},
    {"LiteralStarOnly", R"("{{lit:*}}")", "x", "body: expected \"*\" got \"x\"\n"},
    {"LiteralBraces", R"("a {{lit:{{}}b}} c")", "a {{b}} c", ""},
    {"HoleInBraces", R"('{"a":{{{int}}}}')", "{\"a\":{5}}", ""},
    {"AnyCrossesLines", R"("a{{any}}z")", "a\n\xff\n" "z", ""},
    {"EnvIsPutIn", R"("Bearer {{env.STRIPE_KEY}}")", "Bearer sk_test_1", ""},
    {"EnvIsMissing", R"("Bearer {{env.NO_KEY}}")", "Bearer x", "body: expected \"Bearer {{env.NO_KEY}}\" got \"Bearer x\" (the environment has no NO_KEY)\n"},
    {"UnboundName", R"("{{order}}")", "7", "body: expected \"{{order}}\" got \"7\" (no call has bound {{order}} yet)\n"},
    {"SameNameTwice", R"("{{a:int}}-{{a}}")", "12-12", ""},
    {"SameNameTwiceDiffers", R"("{{a:int}}-{{a}}")", "12-13", "body: expected \"{{a:int}}-{{a}}\" got \"12-13\" ({{a}} is 12)\n"},

    {"JsonIgnoresKeyOrder", "{ json = { a = 1, b = [1, 2] } }", R"({"b": [1, 2], "a": 1})", ""},
    {"JsonNumbersCompareAsNumbers", "{ json = { a = 5000 } }", R"({"a": 5000.0})", ""},
    {"JsonFloatInTheSpec", "{ json = { a = 5000.0 } }", R"({"a": 5000})", ""},
    {"JsonStringIsNoNumber", "{ json = { a = 5 } }", R"({"a": "5"})", "body.a: expected 5 got \"5\" (the program sent a string)\n"},
    {"JsonBigIntegersAreExact", "{ json = { a = 9007199254740993 } }", R"({"a": 9007199254740992})",
     "body.a: expected 9007199254740993 got 9007199254740992\n"},
    {"JsonBigIntegerIsNoDouble", "{ json = { a = 9007199254740993 } }", R"({"a": 9007199254740992.0})",
     "body.a: expected 9007199254740993 got 9.007199254740992e+15\n"},
    {"JsonSaysThePath", "{ json = { items = [{ sku = \"a\" }], n = 1 } }", R"({"items": [{"sku": "b"}], "n": 1})",
     "body.items[0].sku: expected \"a\" got \"b\"\n"},
    {"JsonMissingAndExtraKeys", "{ json = { amount = 5000 } }", R"({"amonut": 5000})",
     "body.amount: expected 5000 got (no key)\nbody.amonut: expected (no key) got 5000\n"},
    {"JsonOpen", "{ json = { a = 1, \"*\" = \"*\" } }", R"({"a": 1, "b": 2})", ""},
    {"JsonOpenIsNotDeep", "{ json = { a = { }, \"*\" = \"*\" } }", R"({"a": {"b": 2}})", "body.a.b: expected (no key) got 2\n"},
    {"JsonArrayLengths", "{ json = [1, 2] }", "[1]", "body[1]: expected 2 got (no key)\n"},
    {"JsonArrayWithOneMoreInside", "{ json = [{ id = 1 }, { id = 2 }, { id = 3 }] }", R"([{"id":1},{"id":9},{"id":2},{"id":3}])",
     "body[1]: expected (no key) got {\"id\":9}\n"},
    {"JsonArrayWithOneLessInside", "{ json = [1, 2, 3, 4] }", "[1, 3, 4]", "body[1]: expected 2 got (no key)\n"},
    {"JsonArrayChangedInside", "{ json = [{ id = 1, n = \"a\" }, { id = 2, n = \"b\" }] }", R"([{"id":1,"n":"a"},{"id":2,"n":"c"}])",
     "body[1].n: expected \"b\" got \"c\"\n"},
    {"JsonArrayLonger", "{ json = [1] }", "[1, 3]", "body[1]: expected (no key) got 3\n"},
    {"JsonHoleTakesTheType", R"({ json = { n = "{{int}}", f = "{{number}}", b = "{{bool}}", z = "{{null}}" } })",
     R"({"n": 5, "f": 1.5, "b": true, "z": null})", ""},
    {"JsonIntIsNoString", R"({ json = { n = "{{int}}" } })", R"({"n": "5"})", "body.n: expected \"{{int}}\" got \"5\" (the program sent a string)\n"},
    {"JsonWholeDoubleIsAnInt", R"({ json = { n = "{{int}}" } })", R"({"n": 5.0})", ""},
    {"JsonHalfIsNoInt", R"({ json = { n = "{{int}}" } })", R"({"n": 5.5})", "body.n: expected \"{{int}}\" got 5.5\n"},
    {"JsonAbsent", R"({ json = { n = "{{absent}}" } })", "{}", ""},
    {"JsonAbsentIsThere", R"({ json = { n = "{{absent}}" } })", R"({"n": null})", "body.n: expected \"{{absent}}\" got null\n"},
    {"JsonAnyMustBeThere", R"({ json = { n = "{{any}}" } })", "{}", "body.n: expected \"{{any}}\" got (no key)\n"},
    {"JsonStarMustBeThere", R"({ json = { n = "*" } })", "{}", "body.n: expected \"*\" got (no key)\n"},
    {"JsonOperatorsMeanNothingInside", R"({ json = { a = { regex = "x" } } })", R"({"a": {"regex": "x"}})", ""},
    {"JsonTextOfTheSpec", R"({ json = '{"a": [1, null], "b": "{{int}}"}' })", R"({"b": 7, "a": [1, null]})", ""},
    {"JsonTextBigUnsigned", R"({ json = '{"a": 18446744073709551615}' })", R"({"a": 18446744073709551615})", ""},
    {"JsonTextOfAString", R"({ json = '"abc"' })", R"("abc")", ""},
    {"JsonAnything", R"({ json = "*" })", R"([1, {}])", ""},
    {"JsonWhole", R"({ json = "{{int}}" })", "5", ""},
    {"NotJson", "{ json = { a = 1 } }", "{\"a\": 1", "body: expected {\"json\":{\"a\":1}} got \"{\\\"a\\\": 1\" (not JSON: wrong at byte 7)\n"},
    {"NotJsonButEmpty", "{ json = { a = 1 } }", "", "body: expected {\"json\":{\"a\":1}} got \"\" (not JSON: it is empty)\n"},
    {"JsonOfAnotherKind", "{ json = { a = [1] } }", R"({"a": {"0": 1}})", "body.a: expected [1] got {\"0\":1}\n"},
    {"SubsetAtEveryLevel", "{ json_subset = { a = { b = 1 } } }", R"({"a": {"b": 1, "c": 2}, "d": 3})", ""},
    {"SubsetOfAnArray", "{ json_subset = { a = [{ x = 1 }] } }", R"({"a": [{"x": 1, "y": 2}, {"x": 3}]})", ""},
    {"SubsetStillCompares", "{ json_subset = { a = { b = 1 } } }", R"({"a": {"b": 2}})", "body.a.b: expected 1 got 2\n"},

    {"Form", R"({ form = { charge = "ch_123", reason = "{{/^(duplicate|fraudulent)$/}}" } })", "reason=duplicate&charge=ch_123", ""},
    {"FormDecodes", R"({ form = { q = "a b&c" } })", "q=a+b%26c", ""},
    {"FormNumberIsText", "{ form = { amount = 5000 } }", "amount=5000", ""},
    {"FormRepeats", R"({ form = { x = ["1", "2"] } })", "x=1&x=2", ""},
    {"FormExtra", R"({ form = { a = "1" } })", "a=1&b=2", "body.b: expected (no key) got \"2\"\n"},
    {"FormOpen", R"({ form = { a = "1", "*" = "*" } })", "a=1&b=2", ""},
    {"FormOperatorInside", R"({ form = { a = { contains = "ell" } } })", "a=hello", ""},

    {"Regex", R"({ regex = '^v\d+$' })", "v12", ""},
    {"RegexNo", R"({ regex = '^v\d+$' })", "w12", "body: expected {\"regex\":\"^v\\\\d+$\"} got \"w12\"\n"},
    {"Contains", R"({ contains = "clin" })", "declined", ""},
    {"ContainsHole", R"({ contains = "code {{int}}!" })", "failed: code 12! sorry", ""},
    {"ContainsNo", R"({ contains = "x" })", "declined", "body: expected {\"contains\":\"x\"} got \"declined\"\n"},
    {"TextHasNoHoles", R"({ text = "{{int}} *" })", "{{int}} *", ""},
    {"Hex", R"({ hex = "ca fe 00" })", std::string("\xca\xfe\0", 3), ""},
    {"HexDiffers", R"({ hex = "ca fe 00" })", std::string("\xca\xff\0", 3),
     "body: expected {\"hex\":\"ca fe 00\"} got \"\xef\xbf\xbd\xef\xbf\xbd\\u0000\" (differs at byte 1: expected fe 00, got ff 00)\n"},
    {"Base64Operator", R"({ base64 = "aGVsbG8=" })", "hello", ""},
    {"NotOperator", R"({ not = { contains = "x" } })", "abc", ""},
    {"NotOperatorNo", R"({ not = { contains = "x" } })", "axc", "body: expected {\"not\":{\"contains\":\"x\"}} got \"axc\"\n"},
    {"AnyOf", R"({ any_of = ["", { json = { a = 1 } }] })", "{\"a\":1}", ""},
    {"AnyOfNone", R"({ any_of = ["a", "b"] })", "c", "body: expected {\"any_of\":[\"a\",\"b\"]} got \"c\" (none of them fits)\n"},
};

class Body : public testing::TestWithParam<BodyCase> {};

TEST_P(Body, FitsOrSaysWhereItDiffers) { check(GetParam()); }

INSTANTIATE_TEST_SUITE_P(Pattern, Body, testing::ValuesIn(kBodies), [](const auto& info) { return std::string(info.param.name); });

struct HeadersCase {
  const char* name;
  const char* pattern;
  Headers headers;
  const char* differences;
};
const HeadersCase kHeaderCases[] = {
    {"Star", R"("*")", {{"x", "1"}}, ""},
    {"NamesInAnyCase", R"({ Content-Type = "text/plain" })", {{"content-type", "text/plain"}}, ""},
    {"NoiseMayBeThere", "{ }", {{"host", "a"}, {"accept-encoding", "b"}}, ""},
    {"OtherHeaderIsADifference", "{ }", {{"x-a", "1"}}, "headers.x-a: expected (no key) got \"1\"\n"},
    {"OthersMayBeThere", R"({ "*" = "*" })", {{"x-a", "1"}}, ""},
    {"NamedNoiseCounts", R"({ user-agent = "curl" })", {{"user-agent", "wget"}}, "headers.user-agent: expected \"curl\" got \"wget\"\n"},
    {"Missing", R"({ x-a = "1" })", {}, "headers.x-a: expected \"1\" got (no key)\n"},
    {"Absent", R"({ x-a = "{{absent}}", "*" = "*" })", {{"x-b", "1"}}, ""},
    {"AbsentIsThere", R"({ x-a = "{{absent}}", "*" = "*" })", {{"x-a", "1"}}, "headers.x-a: expected \"{{absent}}\" got \"1\"\n"},
    {"RepeatedIsAnArray", R"({ x = ["1", "2"] })", {{"x", "1"}, {"x", "2"}}, ""},
    {"RepeatedInOneText", R"({ x = "1, 2" })", {{"x", "1"}, {"x", "2"}}, ""},
    {"ArrayOfOne", R"({ x = ["1"] })", {{"x", "1"}}, ""},
    {"RepeatedDiffers", R"({ x = ["1", "3"] })", {{"x", "1"}, {"x", "2"}}, "headers.x[1]: expected \"3\" got \"2\"\n"},
    {"NumberIsText", "{ x-count = 3 }", {{"x-count", "3"}}, ""},
    {"HoleAndEnv", R"({ authorization = "Bearer {{env.STRIPE_KEY}}", x-id = "{{id:uuid}}" })",
     {{"authorization", "Bearer sk_test_1"}, {"x-id", "f81d4fae-7dec-11d0-a765-00a0c91e6bf6"}}, ""},
    {"Operator", R"({ content-type = { contains = "json" } })", {{"content-type", "application/json; charset=utf-8"}}, ""},
};

TEST(HeadersPattern, FitOrSayWhereTheyDiffer) {
  for (const HeadersCase& row : kHeaderCases) {
    SCOPED_TRACE(row.name);
    MatchReport report;
    const bool fits = pattern_of(row.pattern, compile_headers_pattern)->match(header_value(row.headers), "headers", {}, quiet_world(), &report);
    EXPECT_EQ(differences_text(report.differences), row.differences);
    EXPECT_EQ(fits, report.differences.empty());
    EXPECT_EQ(fits, pattern_of(row.pattern, compile_headers_pattern)->match(header_value(row.headers), "headers", {}, quiet_world(), nullptr));
  }
}

TEST(Query, TextIsOrderedAndATableIsNot) {
  const Surroundings around = quiet_world();
  EXPECT_TRUE(pattern_of(R"("a=1&b=2")", compile_query_pattern)->match("a=1&b=2", "query", {}, around, nullptr));
  EXPECT_FALSE(pattern_of(R"("a=1&b=2")", compile_query_pattern)->match("b=2&a=1", "query", {}, around, nullptr));
  EXPECT_TRUE(pattern_of(R"({ a = 1, b = "x y" })", compile_query_pattern)->match("b=x%20y&a=1", "query", {}, around, nullptr));
  EXPECT_TRUE(pattern_of(R"("a=%7e")", compile_query_pattern)->match("a=~", "query", {}, around, nullptr));
  EXPECT_TRUE(pattern_of("{ }", compile_query_pattern)->match("", "query", {}, around, nullptr));
  MatchReport report;
  EXPECT_FALSE(pattern_of(R"({ page = "2" })", compile_query_pattern)->match("page=3", "query", {}, around, &report));
  EXPECT_EQ(differences_text(report.differences), "query.page: expected \"2\" got \"3\"\n");
}

TEST(Captures, KeepTheirTypeAndAreComparedLater) {
  const Surroundings around = quiet_world();
  MatchReport report;
  ASSERT_TRUE(pattern_of(R"("/orders/{{order:int}}/{{kind:/[a-z]+/}}")")->match("/orders/42/new", "path", {}, around, &report));
  EXPECT_EQ(report.bound["order"], Value(42));
  EXPECT_EQ(report.bound["kind"], Value("new"));
  const Captures known = report.bound;
  EXPECT_TRUE(pattern_of(R"({ json = { id = "{{order}}" } })")->match(R"({"id": 42})", "body", known, around, nullptr));
  EXPECT_FALSE(pattern_of(R"({ json = { id = "{{order}}" } })")->match(R"({"id": "42"})", "body", known, around, nullptr));
  EXPECT_TRUE(pattern_of(R"("order {{order}} is {{kind}}")")->match("order 42 is new", "body", known, around, nullptr));
  EXPECT_TRUE(pattern_of(R"({ form = { id = "{{order}}" } })")->match("id=42", "body", known, around, nullptr));
  MatchReport swapped;
  ASSERT_TRUE(pattern_of(R"("{{uuid:token}}")")->match("f81d4fae-7dec-11d0-a765-00a0c91e6bf6", "body", {}, around, &swapped));
  EXPECT_EQ(swapped.bound["token"], Value("f81d4fae-7dec-11d0-a765-00a0c91e6bf6"));
  MatchReport zeros;
  ASSERT_TRUE(pattern_of(R"("{{id:int}}")")->match("007", "body", {}, around, &zeros));
  EXPECT_EQ(zeros.bound["id"], Value("007")) << "leading zeros are not lost";
}

TEST(Captures, ANameBoundInTheSameCallIsKnown) {
  MatchReport report;
  EXPECT_TRUE(pattern_of(R"({ json = { a = "{{x:int}}", b = "{{x}}" } })")->match(R"({"a": 1, "b": 1})", "body", {}, quiet_world(), &report));
  MatchReport other;
  EXPECT_FALSE(pattern_of(R"({ json = { a = "{{x:int}}", b = "{{x}}" } })")->match(R"({"a": 1, "b": 2})", "body", {}, quiet_world(), &other));
  EXPECT_EQ(differences_text(other.differences), "body.b: expected \"{{x}}\" got 2 ({{x}} is 1)\n");
}

TEST(MatchReport, StoresManyDifferencesAndCountsAll) {
  std::string body = "[", pattern = "{ json = [";
  for (int i = 0; i < 500; ++i) {
    body += (i ? "," : "") + std::to_string(i);
    pattern += (i ? "," : "") + std::to_string(i + 1);
  }
  MatchReport report;
  EXPECT_FALSE(pattern_of(pattern + "] }")->match(body + "]", "body", {}, quiet_world(), &report));
  EXPECT_EQ(report.differences.size(), kMaxDifferences);
  EXPECT_EQ(report.differing, 500u);
}

TEST(MatchReport, CountsTheLeavesThatAgree) {
  MatchReport report;
  pattern_of("{ json = { a = 1, b = { c = [1, 2] }, d = 4 } }")->match(R"({"a": 1, "b": {"c": [1, 2]}, "d": 5})", "body", {}, quiet_world(), &report);
  EXPECT_EQ(report.equal, 3u);
  EXPECT_EQ(report.differing, 1u);
}

struct ProblemCase {
  const char* name;
  const char* pattern;
  const char* text;
};
const ProblemCase kProblems[] = {
    {"UnknownType", R"("{{x:itn}}")", "t.toml:1:6: error: unknown hole type 'itn'\n  v = \"{{x:itn}}\"\n       ^~~~~~~~~\n  did you mean 'int'?\n"},
    {"NotClosed", R"("a {{int")", "t.toml:1:8: error: a hole is not closed\n  v = \"a {{int\"\n         ^~~~~\n  end it with }}, or write {{lit:{{}} for plain braces\n"},
    {"BadRegexHole", R"("{{/(/}}")", "t.toml:1:6: error: bad regex: missing ): (\n  v = \"{{/(/}}\"\n       ^~~~~~~\n  the syntax is RE2's (like Perl's, without backreferences and lookaround)\n"},
    {"CaptureNamedLikeAType", R"("{{uuid:date}}")", "t.toml:1:6: error: a capture cannot be called 'uuid', which is a type\n  v = \"{{uuid:date}}\"\n       ^~~~~~~~~~~~~\n  choose another name\n"},
    {"RequestInAPattern", R"("{{req.path}}")", "t.toml:1:6: error: '{{req.path}}' can stand in a reply only\n  v = \"{{req.path}}\"\n       ^~~~~~~~~~~~\n  what the program sends is matched by a type ({{int}}), a regex, or a name that an earlier call bound\n"},
    {"BadRegex", R"({ regex = "(" })", "t.toml:1:15: error: bad regex: missing ): (\n  v = { regex = \"(\" }\n                ^~~\n  the syntax is RE2's (like Perl's, without backreferences and lookaround)\n"},
    {"BadHex", R"({ hex = "xy" })", "t.toml:1:13: error: not hex\n  v = { hex = \"xy\" }\n              ^~~~\n  two digits a byte, blanks between bytes are fine: \"ca fe 00\"\n"},
    {"BadJsonText", R"({ json = '{"a": }' })", "t.toml:1:21: error: not JSON: line 1, column 7 of the text\n  v = { json = '{\"a\": }' }\n                      ^\n  write a table, { json = { amount = 5000 } }, or JSON text, { json = '{\"amount\": 5000}' }\n"},
    {"UnknownOperator", R"({ jsom = { a = 1 } })", "t.toml:1:7: error: unknown operator 'jsom'\n  v = { jsom = { a = 1 } }\n        ^~~~\n  did you mean 'json'?\n"},
    {"TwoOperators", R"({ regex = "a", contains = "b" })", "t.toml:1:5: error: a pattern has one operator\n  v = { regex = \"a\", contains = \"b\" }\n      ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~\n  write them apart, or as { any_of = [...] }\n"},
    {"TableWithoutOperator", R"({ a = 1, b = 2 })", "t.toml:1:5: error: a table is no pattern here\n  v = { a = 1, b = 2 }\n      ^~~~~~~~~~~~~~~~\n  did you mean { json = { ... } }?\n"},
    {"BodyOfANumber", "5", "t.toml:1:5: error: a body is text, or an operator\n  v = 5\n      ^\n  write \"...\", { json = ... }, { form = ... }, { hex = \"...\" }\n"},
    {"MissingFile", R"({ file = "no/such.bin" })", "t.toml:1:14: note: file 'no/such.bin' cannot be read\n  v = { file = \"no/such.bin\" }\n               ^~~~~~~~~~~~~\n  names are relative to the spec that holds them\n"},
    {"EmptyHole", R"("{{}}")", "t.toml:1:6: error: an empty hole\n  v = \"{{}}\"\n       ^~~~\n  write a type ({{int}}), a name, or {{lit:...}} for plain text\n"},
    {"AbsentBesideText", R"("a{{absent}}")", "t.toml:1:7: error: '{{absent}}' says that there is no such key: nothing can stand beside it\n  v = \"a{{absent}}\"\n        ^~~~~~~~~~\n  write \"{{absent}}\" alone\n"},
};

TEST(PatternProblems, NameThePlaceAndTheCure) {
  for (const ProblemCase& row : kProblems) {
    SCOPED_TRACE(row.name);
    Diagnostics problems;
    problems.remember("t.toml", std::string("v = ") + row.pattern);
    EXPECT_EQ(compile_body_pattern(node_of(row.pattern, problems), problems), nullptr);
    EXPECT_EQ(all_text(problems), row.text);
  }
}

struct WildcardCase {
  const char* pattern;
  Wildcards kind;
  const char* text;
  bool fits;
};
const WildcardCase kWildcards[] = {
    {"*", Wildcards::host, "anything", true},
    {"*.example.com", Wildcards::host, "api.example.com", true},
    {"*.example.com", Wildcards::host, "a.b.example.com", true},
    {"*.example.com", Wildcards::host, "example.com", false},
    {"*.example.com", Wildcards::host, "api.example.com.evil.org", false},
    {"API.Example.com", Wildcards::host, "api.example.com", true},
    {"api-*.example.com", Wildcards::host, "api-1.example.com", true},
    {"{{/^[a-z]+$/}}.example.com", Wildcards::host, "abc.example.com", true},
    {"/v1/*/items", Wildcards::url_path, "/v1/7/items", true},
    {"/v1/*/items", Wildcards::url_path, "/v1/7/8/items", false},
    {"/v1/*", Wildcards::url_path, "/v1/", false},
    {"/v1/**", Wildcards::url_path, "/v1/a/b", true},
    {"/v1/a*b", Wildcards::url_path, "/v1/a*b", true},
    {"/v1/a*b", Wildcards::url_path, "/v1/axb", false},
    {"/v1/{{lit:*}}", Wildcards::url_path, "/v1/*", true},
    {"/v1/{{lit:*}}", Wildcards::url_path, "/v1/x", false},
    {"/v1/{{id:int}}/*", Wildcards::url_path, "/v1/5/x", true},
    {"/run/dbus/*", Wildcards::file_path, "/run/dbus/system_bus_socket", true},
    {"/run/dbus/*", Wildcards::file_path, "/run/dbus/a/b", false},
    {"/run/**", Wildcards::file_path, "/run/dbus/a/b", true},
    {"/tmp/report-*.json", Wildcards::file_path, "/tmp/report-1.json", true},
    {"@abstract-*", Wildcards::file_path, "@abstract-1", true},
};

TEST(WildcardPattern, FitsWhatItsKindSays) {
  for (const WildcardCase& row : kWildcards) {
    SCOPED_TRACE(std::string(row.pattern) + " " + row.text);
    Diagnostics problems;
    const auto pattern = compile_wildcard_pattern(row.pattern, row.kind, {}, problems);
    ASSERT_TRUE(pattern) << all_text(problems);
    EXPECT_EQ(pattern->match(row.text, "", {}, quiet_world(), nullptr), row.fits);
  }
  Diagnostics problems;
  EXPECT_TRUE(compile_wildcard_pattern("api.example.com", Wildcards::host, {}, problems)->literal());
  EXPECT_EQ(compile_wildcard_pattern("*.example.com", Wildcards::host, {}, problems)->shown(), Value("*.example.com"));
}

TEST(Accepting, KeepsWhatFitsInTheWordsOfTheSpec) {
  const auto pattern = pattern_of(R"({ json = { id = "{{uuid}}", amount = 5000, gone = 1, "*" = "*" } })");
  const Value said = pattern->accepting(R"({"id": "f81d4fae-7dec-11d0-a765-00a0c91e6bf6", "amount": 5001, "note": "{{x}} *"})", {}, quiet_world());
  EXPECT_EQ(said.dump(), R"({"json":{"id":"{{uuid}}","amount":5001,"*":"*"}})");
  const auto exact = pattern_of(R"({ json = { a = "x" } })");
  EXPECT_EQ(exact->accepting(R"({"a": "*", "b": "{{x}}", "c": null})", {}, quiet_world()).dump(),
            R"({"json":{"a":"{{lit:*}}","b":"{{lit:{{}}x}}","c":"{{null}}"}})");
}

}  // namespace
}  // namespace bigfoot
