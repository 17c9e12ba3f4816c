// tests/unit/spec/operators_test.cpp - Operators that read a body as something else: jsonpath, multipart, graphql, xml, xpath, sha256,
// cookies; and {{now}}.
#include <gtest/gtest.h>

#include "spec/graphql_text.h"
#include "spec/json_path.h"
#include "spec/moment.h"
#include "tests/unit/spec/body_case.h"

namespace bigfoot {
namespace {

constexpr const char* kOrder = R"({"items": [{"sku": "a", "n": 1}, {"sku": "b", "n": 2}], "buyer": {"id": 7, "name": null}})";
const std::string kParts =
    "--X\r\nContent-Disposition: form-data; name=\"title\"\r\n\r\nSpring\r\n"
    "--X\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a \\\"b\\\".txt\"\r\nContent-Type: text/plain\r\n\r\nline 1\r\nline 2\r\n\r\n--X--\r\n";
constexpr const char* kSoap =
    "<?xml version=\"1.0\"?>\n<s:Envelope xmlns:s=\"urn:soap\" xmlns=\"urn:shop\">\n  <s:Body>\n    <order b=\"2\" a=\"1\"><!-- x --><sku>x-1</sku> <sku>x-2</sku></order>\n"
    "  </s:Body>\n</s:Envelope>";

const BodyCase kOperators[] = {
    {"PathFits", R"({ jsonpath = { "$.items[0].sku" = "a", "$.items[-1].n" = "{{int}}", "$['buyer'].id" = 7 } })", kOrder, ""},
    {"PathDiffers", R"({ jsonpath = { "$.items[1].sku" = "a" } })", kOrder, "body.$.items[1].sku: expected \"a\" got \"b\"\n"},
    {"PathIsNotThere", R"({ jsonpath = { "$.seller" = "x", "$.items[5]" = "{{absent}}" } })", kOrder, "body.$.seller: expected \"x\" got (no key)\n"},
    {"PathOfNull", R"({ jsonpath = { "$.buyer.name" = "{{null}}" } })", kOrder, ""},
    {"WildcardSelectsAnArray", R"({ jsonpath = { "$.items[*].sku" = ["a", "b"], "$..n" = [1, 2], "$.items[0:1].n" = [1] } })", kOrder, ""},
    {"WildcardDiffers", R"({ jsonpath = { "$.items[*].n" = [1, 3] } })", kOrder, "body.$.items[*].n[1]: expected 3 got 2\n"},
    {"JsonOfAHugeNumber", R"({ json = { a = 1 } })", R"({"a": 1e400})", "body: expected {\"json\":{\"a\":1}} got \"{\\\"a\\\": 1e400}\" (not JSON: a number in it is too large)\n"},
    {"PathOfNoJson", R"({ jsonpath = { "$.a" = 1 } })", "a=1", "body: expected {\"jsonpath\":{\"$.a\":1}} got \"a=1\" (not JSON: wrong at byte 0)\n"},

    {"Parts", R"({ multipart = [ { name = "title", body = "Spring" }, { name = "file", filename = 'a "b".txt', content-type = "text/plain", text = "line 1\r\nline 2\r\n" } ] })", kParts, ""},
    {"PartsWithHoles", R"({ multipart = [ { name = "title", body = "{{/^S/}}" }, { name = "file", "*" = "*" } ] })", kParts, ""},
    {"PartDiffers", R"({ multipart = [ { name = "title", body = "Summer" }, { name = "file", "*" = "*" } ] })", kParts, "body[0].body: expected \"Summer\" got \"Spring\"\n"},
    {"PartNotMentioned", R"({ multipart = [ { name = "title", body = "Spring" } , { name = "file", body = "*" } ] })", kParts,
     "body[1].filename: expected (no key) got \"a \\\"b\\\".txt\"\nbody[1].content-type: expected (no key) got \"text/plain\"\n"},
    {"OnePartMore", R"({ multipart = [ { name = "title", body = "Spring" } ] })", kParts,
     "body[1]: expected (no key) got {\"name\":\"file\",\"filename\":\"a \\\"b\\\".txt\",\"content-type\":\"text/plain\",\"body\":\"line 1\\r\\nline 2\\r\\n\"}\n"},
    {"EmptyPart", R"({ multipart = [ { name = "a", body = "" } ] })", "--X\r\nContent-Disposition: form-data; name=a\r\n\r\n\r\n--X--\r\n", ""},
    {"PartsThatDoNotEnd", R"({ multipart = [ ] })", "--X\r\nContent-Disposition: form-data; name=a\r\n\r\nabc", 
     "body: expected {\"multipart\":[]} got \"--X\\r\\nContent-Disposition: form-data; name=a\\r\\n\\r\\nabc\" (not multipart: the last part is not closed by its boundary (byte 47))\n"},

    {"QueryByTokens", R"({ graphql = "query($id: ID!) { user(id: $id) { name, mail } }" })",
     R"({"query": "query ($id:ID!)\n{\n  user(id: $id) { # who\n name\n mail }\n}", "variables": null})", ""},
    {"QueryWithVariables", R"({ graphql = { query = "{ me { name } }", variables = { id = "{{int}}" }, operation = "Me" } })",
     R"({"query": "{me{name}}", "variables": {"id": 5}, "operationName": "Me"})", ""},
    {"QueryDiffers", R"({ graphql = "{ me { name } }" })", R"({"query": "{ me { mail } }"})", "body.query: expected \"{ me { name } }\" got \"{ me { mail } }\"\n"},
    {"VariablesNotMentioned", R"({ graphql = "{ me { name } }" })", R"({"query": "{ me { name } }", "variables": {"a": 1}})", "body.variables: expected (no key) got {\"a\":1}\n"},
    {"StringsOfAQueryKeepTheirBlanks", R"({ graphql = 'mutation { say(text: "a  b") }' })", R"({"query": "mutation{say(text:\"a b\")}"})",
     "body.query: expected \"mutation { say ( text : \\\"a  b\\\" ) }\" got \"mutation { say ( text : \\\"a b\\\" ) }\" (differs at byte 27: expected \" b\\\" ) }\", got \"b\\\" ) }\")\n"},
    {"NoQuery", R"({ graphql = "{ me }" })", R"({"a": 1})", "body: expected {\"graphql\":{\"query\":\"{ me }\"}} got \"{\\\"a\\\": 1}\" (no GraphQL request: it has no \"query\")\n"},

    {"XmlOfTheSameStructure", R"({ xml = '<e:Envelope xmlns:e="urn:soap"><e:Body><o:order xmlns:o="urn:shop" a="{{int}}" b="2"><o:sku>x-1</o:sku><o:sku>{{/^x-/}}</o:sku></o:order></e:Body></e:Envelope>' })", kSoap, ""},
    {"XmlDiffers", R"({ xml = '<a k="1"><b>x</b><b>y</b></a>' })", "<a k='2' l='3'><b>x</b><b>z</b></a>",
     "body/a/@k: expected \"1\" got \"2\"\nbody/a/@l: expected (no key) got \"3\"\nbody/a/b[2]: expected \"y\" got \"z\"\n"},
    {"XmlElementMissing", R"({ xml = '<a><b/><c/></a>' })", "<a><b/></a>", "body/a/c[1]: expected \"c\" got (no key)\n"},
    {"XmlOneMore", R"({ xml = '<a><b/></a>' })", "<a><b/><c/></a>", "body/a: expected (no key) got \"<c>\" (one more)\n"},
    {"XmlOfAnotherNamespace", R"({ xml = '<a xmlns="urn:x"/>' })", "<a/>", "body/a: expected \"{urn:x}a\" got \"a\" (another element)\n"},
    {"NoXml", R"({ xml = '<a/>' })", "<a>", "body: expected {\"xml\":\"<a/>\"} got \"<a>\" (not XML: line 1: Premature end of data in tag a line 1)\n"},
    {"EntitiesAreNotReplaced", R"({ xml = '<a>x</a>' })", "<!DOCTYPE a [<!ENTITY e SYSTEM \"file:///etc/passwd\">]><a>&e;</a>", 
     "body: expected {\"xml\":\"<a>x</a>\"} got \"<!DOCTYPE a [<!ENTITY e SYSTEM \\\"file:///etc/passwd\\\">]><a>&e;</a>\" (not XML: it declares entities, which are not read)\n"},
    {"EntitiesThatGrowAreNotRead", R"({ xpath = { "/a/@k" = "x" } })", "<!DOCTYPE a [<!ENTITY b \"xx\"><!ENTITY c \"&b;&b;\">]><a k=\"&c;\"/>",
     "body: expected {\"xpath\":{\"/a/@k\":\"x\"}} got \"<!DOCTYPE a [<!ENTITY b \\\"xx\\\"><!ENTITY c \\\"&b;&b;\\\">]><a k=\\\"&c;\\\"/>\" (not XML: it declares entities, which are not read)\n"},
    {"EscapesInAPath", R"({ jsonpath = { '$["caf\u00e9"]' = 1, '$["a\nb"]' = 2, "$['it\\'s']" = 3 } })", R"({"caf\u00e9": 1, "a\nb": 2, "it's": 3})", ""},

    {"Selections", R"t({ xpath = { "//s:Body/*/@a" = "1", "count(//*[local-name()='sku'])" = "2", "//*[local-name()='sku'][1]" = "{{/^x-/}}" } })t", kSoap, ""},
    {"SelectionDiffers", R"({ xpath = { "/a/b" = "y", "/a/c" = "z" } })", "<a><b>x</b></a>", "body./a/b: expected \"y\" got \"x\"\nbody./a/c: expected \"z\" got (no key)\n"},
    {"SelectionOfSeveral", R"({ xpath = { "/a/b" = ["x", "{{any}}"] } })", "<a><b>x</b><b>y</b></a>", ""},

    {"Digest", R"({ sha256 = "2CF24DBA5FB0A30E26E83B2AC5B9E29E1B161E5C1FA7425E73043362938B9824" })", "hello", ""},
    {"DigestDiffers", R"({ sha256 = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824" })", "hallo",
     "body: expected \"2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824\" got \"d3751d33f9cd5049c4af2b462735457e4d3baf130bcbb87f389e349fbaeb20b9\" (differs at byte 0: expected \"2cf24dba5fb0a30e\", got \"d3751d33f9cd5049\")\n"},
    {"InsideAnyOf", R"({ any_of = [ { jsonpath = { "$.a" = 1 } }, { jsonpath = { "$.b" = 2 } } ] })", R"({"b": 2})", ""},

    {"Now", R"("at {{now}}")", "at 2026-01-02T04:04:01+01:00", ""},
    {"NowIsAMinute", R"("{{now}}")", "2026-01-02T03:03:00Z", "body: expected \"{{now}}\" got \"2026-01-02T03:03:00Z\" (it was 2026-01-02T03:04:05.678Z)\n"},
    {"NowWithAToleranceOfItsOwn", R"("{{now:30s}}")", "2026-01-02T03:03:59Z", ""},
    {"NowWasLongAgo", R"("{{now:5s}}")", "2026-01-02T03:03:55Z", "body: expected \"{{now:5s}}\" got \"2026-01-02T03:03:55Z\" (it was 2026-01-02T03:04:05.678Z)\n"},
    {"NowInAnotherZone", R"({ json = { at = "{{now}}" } })", R"({"at": "2026-01-02 13:04:05"})", ""},
    {"NowInMilliseconds", R"({ json = { at = "{{now:1h}}" } })", R"({"at": 1767323045000})", ""},
    {"NowIsNoTime", R"({ json = { at = "{{now}}" } })", R"({"at": "soon"})", "body.at: expected \"{{now}}\" got \"soon\" (no date and time)\n"},
};

class Operator : public testing::TestWithParam<BodyCase> {};

TEST_P(Operator, FitsOrTells) { check(GetParam()); }
INSTANTIATE_TEST_SUITE_P(Pattern, Operator, testing::ValuesIn(kOperators), [](const auto& info) { return std::string(info.param.name); });

TEST(Operators, WhatIsAcceptedKeepsTheOperator) {
  const auto accepted = [](const std::string& toml, const std::string& body) { return pattern_of(toml)->accepting(body, {}, quiet_world()).dump(); };
  EXPECT_EQ(accepted(R"({ jsonpath = { "$.items[0].sku" = "x", "$.buyer.id" = "{{int}}" } })", kOrder), R"({"jsonpath":{"$.items[0].sku":"a","$.buyer.id":"{{int}}"}})");
  EXPECT_EQ(accepted(R"({ graphql = { query = "{ a }", variables = { n = 1 } } })", R"({"query": "{a}", "variables": {"n": 2}})"), R"({"graphql":{"query":"{ a }","variables":{"n":2}}})");
  EXPECT_EQ(accepted(R"({ sha256 = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824" })", "hallo"), R"({"sha256":"d3751d33f9cd5049c4af2b462735457e4d3baf130bcbb87f389e349fbaeb20b9"})");
}

TEST(Operators, WhatIsAcceptedOfXmlKeepsItsHoles) {
  const auto pattern = pattern_of(R"({ xml = '<o:order xmlns:o="urn:shop" at="{{int}}"><o:n>1</o:n></o:order>' })");
  const Value accepted = pattern->accepting("<x:order xmlns:x='urn:shop' at='7'><x:n>2 &lt; 3</x:n><y/></x:order>", {}, quiet_world());
  EXPECT_EQ(accepted.dump(), R"({"xml":"<order xmlns=\"urn:shop\" at=\"{{int}}\"><n>2 &lt; 3</n><y xmlns=\"\"/></order>"})");
}

TEST(Operators, WhatIsAcceptedOfAPictureIsNoText) {
  const std::string body = "--X\r\nContent-Disposition: form-data; name=a\r\n\r\n\xff\x01\r\n--X--\r\n";
  EXPECT_EQ(pattern_of(R"({ multipart = [ { name = "a", body = "x" } ] })")->accepting(body, {}, quiet_world()).dump(),
            R"({"multipart":[{"name":"a","body":{"hex":"ff 01"}}]})");
}

struct MistakeCase {
  const char* name;
  std::string pattern;
  const char* problems;
};
class OperatorMistake : public testing::TestWithParam<MistakeCase> {
 public:
  static std::vector<MistakeCase> cases() {
    return {
        {"PathWithoutRoot", R"({ jsonpath = { "items[0]" = 1 } })",
         "t.toml:1:21: error: bad JSONPath: a JSONPath begins with '$'\n  v = { jsonpath = { \"items[0]\" = 1 } }\n                      ^~~~~~~~\n  $.name, $['name'], $[0], $[-1], $[*], $[1:3], $..name (RFC 9535)\n"},
        {"PathWithAFilter", R"({ jsonpath = { "$.a[?(@.b)]" = 1 } })",
         "t.toml:1:25: error: bad JSONPath: filters are not supported: select with '*' and compare with a pattern\n  v = { jsonpath = { \"$.a[?(@.b)]\" = 1 } }\n                          ^~~~~~~\n"
         "  $.name, $['name'], $[0], $[-1], $[*], $[1:3], $..name (RFC 9535)\n"},
        {"XPathWithAnUnknownFunction", R"t({ xpath = { "cuont(//a)" = "1" } })t",
         "t.toml:1:18: error: bad XPath: it calls a function that XPath 1.0 does not have\n  v = { xpath = { \"cuont(//a)\" = \"1\" } }\n                   ^~~~~~~~~~\n  XPath 1.0: //order/@id, /order/item[2]/sku, count(//item)\n"},
        {"NoPaths", "{ jsonpath = \"$.a\" }", "t.toml:1:18: error: 'jsonpath' takes a table of paths\n  v = { jsonpath = \"$.a\" }\n                   ^~~~~\n  jsonpath = { \"$.items[0].sku\" = \"x\" }\n"},
        {"NoDigest", "{ sha256 = \"abc\" }", "t.toml:1:16: error: 'sha256' takes 64 hexadecimal digits\n  v = { sha256 = \"abc\" }\n                 ^~~~~\n  as `sha256sum FILE` prints them\n"},
        {"NoXml", "{ xml = '<a>' }", "t.toml:1:13: error: not XML: line 1: Premature end of data in tag a line 1\n  v = { xml = '<a>' }\n              ^~~~~\n  in a text of several lines, line 1 is the one behind '''\n"},
        {"GraphqlKeyMistyped", "{ graphql = { query = \"{ a }\", variable = { } } }",
         "t.toml:1:36: error: unknown key 'variable' in graphql\n  v = { graphql = { query = \"{ a }\", variable = { } } }\n                                     ^~~~~~~~\n  did you mean 'variables'?\n"},
        {"PartsAreAnArray", "{ multipart = { name = \"a\" } }",
         "t.toml:1:19: error: 'multipart' takes an array of parts\n  v = { multipart = { name = \"a\" } }\n                    ^~~~~~~~~~~~~~\n  multipart = [ { name = \"file\", filename = \"a.txt\", content-type = \"text/plain\", body = \"...\" } ]\n"},
    };
  }
};
TEST_P(OperatorMistake, IsToldWithItsPlace) {
  Diagnostics problems;
  problems.remember("t.toml", "v = " + GetParam().pattern + "\n");
  EXPECT_FALSE(compile_body_pattern(node_of(GetParam().pattern, problems), problems));
  EXPECT_EQ(all_text(problems), GetParam().problems);
}
INSTANTIATE_TEST_SUITE_P(Pattern, OperatorMistake, testing::ValuesIn(OperatorMistake::cases()), [](const auto& info) { return std::string(info.param.name); });

TEST(Operators, JsonThatIsNestedTooDeepIsNoJson) {
  const std::string deep = std::string(200'000, '[') + std::string(200'000, ']');
  for (const char* pattern : {R"({ json = { a = 1 } })", R"({ json_subset = [ ] })", R"({ jsonpath = { "$.a" = 1 } })", R"({ graphql = "{ a }" })"}) {
    MatchReport report;
    EXPECT_FALSE(pattern_of(pattern)->match(deep, "body", {}, quiet_world(), &report)) << pattern;
    ASSERT_EQ(report.differences.size(), 1u);
    EXPECT_EQ(report.differences[0].note, "not JSON: nested more than 200 deep");
  }
}

TEST(Operators, APathThatSelectsNothingIsAcceptedAsAbsent) {
  EXPECT_EQ(pattern_of(R"({ jsonpath = { "$.a" = "*", "$.b" = 1 } })")->accepting(R"({"b": 2})", {}, quiet_world()).dump(), R"({"jsonpath":{"$.b":2,"$.a":"{{absent}}"}})");
  EXPECT_EQ(pattern_of(R"({ xpath = { "//no" = "*" } })")->accepting("<a/>", {}, quiet_world()).dump(), R"({"xpath":{"//no":"{{absent}}"}})");
}

TEST(Operators, CookiesStandBesideHeaders) {
  const Spec spec = spec_of("[[expect]]\nhttp = \"GET http://api.example.com/\"\nheaders = { x-a = \"1\" }\ncookies = { session = \"{{uuid}}\", theme = \"dark\" }\n");
  Ledger ledger(spec, quiet_world());
  const Outcome out = ledger.offer(protocol("http"), http_call("GET", "/", "", {{"x-a", "1"}, {"cookie", "theme=light; session=f81d4fae-7dec-11d0-a765-00a0c91e6bf6; more=1"}}), 1);
  ASSERT_EQ(out.findings.size(), 1u);
  EXPECT_EQ(out.findings[0].suggestion, "headers = { x-a = \"1\" }\ncookies = { session = \"{{uuid}}\", theme = \"light\", more = \"1\" }");
  EXPECT_EQ(differences_text(out.findings[0].differences), "headers.cookie.theme: expected \"dark\" got \"light\"\nheaders.cookie.more: expected (no key) got \"1\"\n");
}

TEST(Moments, AreReadAsProgramsWriteThem) {
  EXPECT_EQ(read_moment("2026-01-02T03:04:05Z"), read_moment("2026-01-02 04:04:05.000+0100"));
  EXPECT_EQ(read_moment("2026-02-30T00:00:00Z"), std::nullopt);
  EXPECT_EQ(read_moment("2026-01-02T03:04:05Zx"), std::nullopt);
}

TEST(GraphqlTokens, LeaveOutWhatSaysNothing) {
  EXPECT_EQ(graphql_tokens("query Q($a:[Int!]=[1,2]){...F @include(if:$a)}#end"), "query Q ( $ a : [ Int ! ] = [ 1 2 ] ) { ... F @ include ( if : $ a ) }");
  EXPECT_EQ(graphql_tokens("{a(s:\"\"\"x # \"y\" \"\"\",h:\"{{h}}\")}"), "{ a ( s : \"\"\"x # \"y\" \"\"\" h : \"{{h}}\" ) }");
}

}  // namespace
}  // namespace bigfoot
