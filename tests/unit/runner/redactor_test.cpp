// tests/unit/runner/redactor_test.cpp - What must not be stored or printed. Source: spec-format.md 4.10 and section 6.
#include "runner/redactor.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <ctime>
#include <map>

#include "runner/redactor_toml.h"

namespace bigfoot {
namespace {

const std::map<std::string, std::string, std::less<>> kEnvironment = {
    {"STRIPE_KEY", "sk_test_51abcdefg"}, {"DB_PASSWORD", "hunter2hunter2"}, {"SHORT_TOKEN", "abc"},
    {"HOME", "/home/alice/somewhere"},   {"PLAIN", "plainvalue"},           {"ODD_SECRET", "a+b/c d=e?"},
};

Redactor redactor(const std::vector<std::string>& rules) {
  std::vector<std::string> names;
  for (const auto& [name, value] : kEnvironment) names.push_back(name);
  return Redactor(
      rules,
      [](std::string_view name) -> std::optional<std::string> {
        const auto known = kEnvironment.find(name);
        return known == kEnvironment.end() ? std::nullopt : std::optional(known->second);
      },
      names);
}

TEST(RedactorText, ReplacesCredentialsWhereverTheyStand) {
  struct Case {
    const char* name;
    std::string text, after;
  } const kCases[] = {
      {"a variable that looks like a secret", "key=sk_test_51abcdefg;", "key={{env.STRIPE_KEY}};"},
      {"and one of a password", "postgres://app:hunter2hunter2@db/x", "postgres://app:{{env.DB_PASSWORD}}@db/x"},
      {"percent-encoded as in a form", "p=a%2Bb%2Fc%20d%3De%3F&q=1", "p={{env.ODD_SECRET}}&q=1"},
      {"too short to be one", "abc", "abc"},
      {"no secret by its name", "/home/alice/somewhere plainvalue", "/home/alice/somewhere plainvalue"},
      {"bearer token", "authorization: Bearer abc123def456", "authorization: Bearer {{redacted}}"},
      {"bearer of a variable", "Bearer sk_test_51abcdefg", "Bearer {{env.STRIPE_KEY}}"},
      {"bearer as a word", "the Bearer token is missing", "the Bearer token is missing"},
      {"basic", "Basic dXNlcjpwYXNzd29yZA==", "Basic {{redacted}}"},
      {"basic as a word", "Basic authentication", "Basic authentication"},
      {"jwt", "t=eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl!", "t={{redacted}}!"},
      {"jwt without signature", "eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.", "{{redacted}}"},
      {"no jwt", "eyJhbGciOiJIUzI1NiJ9.", "eyJhbGciOiJIUzI1NiJ9."},
      {"aws", "AKIAIOSFODNN7EXAMPLE", "{{redacted}}"},
      {"aws too short", "AKIAIOSFODNN7", "AKIAIOSFODNN7"},
      {"github", "ghp_0123456789abcdefghij0123456789abcdef", "{{redacted}}"},
      {"github fine-grained", "github_pat_11ABCDEFG0_abcdefghijklmnop", "{{redacted}}"},
      {"stripe", "\"sk_live_4eC39HqLyjWDarjtT1zdp7dc\"", "\"{{redacted}}\""},
      {"slack", "xoxb-123456789012-abcdef", "{{redacted}}"},
      {"google", "AIzaSyA1234567890abcdefghijklmnopqrstuv", "{{redacted}}"},
      {"inside a longer word", "mysk_live_4eC39HqLyjWDarjtT1zdp7dc", "mysk_live_4eC39HqLyjWDarjtT1zdp7dc"},
      {"pem", "a\n-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----\nb", "a\n{{redacted}}\nb"},
      {"pem cut short", "x -----BEGIN PRIVATE KEY-----\nMIIE", "x {{redacted}}"},
      {"already done", "Bearer {{redacted}} {{env.STRIPE_KEY}}", "Bearer {{redacted}} {{env.STRIPE_KEY}}"},
      {"two", "xoxb-123456789012 xoxp-123456789012", "{{redacted}} {{redacted}}"},
      {"nothing", "", ""},
      {"one byte", "B", "B"},
  };
  const Redactor none = redactor({});
  for (const Case& c : kCases) EXPECT_EQ(none.apply_text(c.text), c.after) << c.name;
}

TEST(RedactorText, FollowsTheRulesOfTheSpec) {
  struct Case {
    const char* name;
    std::string rule, text, after;
  } const kCases[] = {
      {"query", "query:api_key", "GET http://x/?a=1&api_key=s3cret&b=2 api_key=no", "GET http://x/?a=1&api_key={{redacted}}&b=2 api_key=no"},
      {"query at the end", "query:token", "http://x/?token=abc", "http://x/?token={{redacted}}"},
      {"env", "env:PLAIN", "<plainvalue>", "<{{env.PLAIN}}>"},
      {"env of three bytes by name", "env:SHORT_TOKEN", "[abc]", "[{{env.SHORT_TOKEN}}]"},
      {"text", "text:/[0-9]{4}-[0-9]{4}/", "card 1234-5678 and 1111-2222", "card {{redacted}} and {{redacted}}"},
  };
  for (const Case& c : kCases) EXPECT_EQ(redactor({c.rule}).apply_text(c.text), c.after) << c.name;
}

TEST(RedactorRules, SayWhatIsWrong) {
  struct Case {
    std::string rule, problem;
  } const kCases[] = {
      {"header:authorization", ""},
      {"json:$..password", ""},
      {"json:$.items[*].card['a.b'][0]", ""},
      {"jsn:$..x", "redact rule 'jsn:$..x': unknown kind 'jsn', did you mean 'json'?"},
      {"zzzzzz:x", "redact rule 'zzzzzz:x': unknown kind 'zzzzzz', there are header, json, form, query, env, text"},
      {"authorization", "redact rule 'authorization': no kind, write for example header:authorization"},
      {"header:", "redact rule 'header:': nothing after 'header:', write for example header:authorization"},
      {"json:password", "redact rule 'json:password': a JSON path begins with $, write for example $..password or $.items[*].secret"},
      {"json:$", "redact rule 'json:$': the JSON path names the whole document, write for example $..password or $.items[*].secret"},
      {"json:$.a[", "redact rule 'json:$.a[': a '[' of the JSON path is never closed, write for example $..password or $.items[*].secret"},
      {"json:$.a[x]", "redact rule 'json:$.a[x]': '[x]' is neither an index, [*] nor a quoted name, write for example $..password or $.items[*].secret"},
      {"json:$..", "redact rule 'json:$..': the JSON path has an empty name, write for example $..password or $.items[*].secret"},
      {"text:/(/", "redact rule 'text:/(/': bad regular expression: missing ): ("},
      {"text:/x*/", "redact rule 'text:/x*/': this regular expression matches nothing at all everywhere"},
  };
  for (const Case& c : kCases) EXPECT_EQ(Redactor::check(c.rule).value_or(""), c.problem);
}

TEST(RedactorInteraction, HidesHeadersAndBodies) {
  struct Case {
    const char* name;
    std::vector<std::string> rules;
    Fields before, after;
  } const kCases[] = {
      {"authorization keeps its scheme", {},
       {{"headers", {{"Authorization", "Token abc"}, {"accept", "*/*"}}}},
       {{"headers", {{"Authorization", "Token {{redacted}}"}, {"accept", "*/*"}}}}},
      {"pairs", {},
       {{"headers", Value::array({Value::array({"authorization", "s3cret"}), Value::array({"x", "y"})})}},
       {{"headers", Value::array({Value::array({"authorization", "{{redacted}}"}), Value::array({"x", "y"})})}}},
      {"cookies keep their names", {},
       {{"headers", {{"cookie", "sid=abc; theme=dark"}, {"set-cookie", "sid=abc; Path=/; HttpOnly"}}}},
       {{"headers", {{"cookie", "sid={{redacted}}; theme={{redacted}}"}, {"set-cookie", "sid={{redacted}}; Path=/; HttpOnly"}}}}},
      {"a header by rule, repeated", {"header:X-Api-Key"},
       {{"headers", {{"x-api-key", Value::array({"one", "sk_test_51abcdefg"})}}}},
       {{"headers", {{"x-api-key", Value::array({"{{redacted}}", "{{env.STRIPE_KEY}}"})}}}}},
      {"json at any depth", {"json:$..password"},
       {{"body", R"({"user":{"password":"x","n":[{"password":5}]},"Password":"y"})"}},
       {{"body", R"({"user":{"password":"{{redacted}}","n":[{"password":"{{redacted}}"}]},"Password":"y"})"}}},
      {"json by index and wildcard", {"json:$.a[1].s", "json:$.b[*]"},
       {{"body", R"({"a":[{"s":1},{"s":2}],"b":[1,null]})"}},
       {{"body", R"({"a":[{"s":1},{"s":"{{redacted}}"}],"b":["{{redacted}}",null]})"}}},
      {"json that no rule touches stays byte by byte", {"json:$..password"}, {{"body", R"({ "a" : 1.0 })"}}, {{"body", R"({ "a" : 1.0 })"}}},
      {"a secret behind escapes", {}, {{"body", R"({"a":"sk_test\u005f51abcdefg"})"}}, {{"body", R"({"a":"{{env.STRIPE_KEY}}"})"}}},
      {"form", {"form:client_secret"},
       {{"headers", {{"content-type", "application/x-www-form-urlencoded"}}}, {"body", "client_secret=x&a=client_secret&client%5Fsecret=y"}},
       {{"headers", {{"content-type", "application/x-www-form-urlencoded"}}},
        {"body", "client_secret={{redacted}}&a=client_secret&client%5Fsecret={{redacted}}"}}},
      {"query as a table", {"query:key"}, {{"query", {{"key", "k"}, {"a", "b"}}}}, {{"query", {{"key", "{{redacted}}"}, {"a", "b"}}}}},
      {"a url", {"query:key"}, {{"url", "http://x/?key=k#f"}}, {{"url", "http://x/?key={{redacted}}#f"}}},
      {"bytes of a socket", {}, {{"data", "AUTH hunter2hunter2\r\n"}}, {{"data", "AUTH {{env.DB_PASSWORD}}\r\n"}}},
      {"bytes that are no text stay", {}, {{"data", "\xff\xfe\x00"}}, {{"data", "\xff\xfe\x00"}}},
  };
  for (const Case& c : kCases) {
    Interaction interaction;
    interaction.request = c.before;
    interaction.response = c.before;
    redactor(c.rules).apply(interaction);
    EXPECT_EQ(interaction.request, c.after) << c.name;
    EXPECT_EQ(interaction.response, c.after) << c.name;
  }
}

TEST(RedactorViolation, HidesDifferencesButSaysThatTheyDiffer) {
  Violation violation;
  violation.fields = {{"headers.authorization", "Bearer {{env.STRIPE_KEY}}", "Bearer abc", ""},
                      {"headers.cookie", "a=1", "a=2", "differs at byte 3"},
                      {"body.user.password", "x", "y", ""},
                      {"body.items[0]", Value{{"password", "x"}}, Value{{"password", "y"}}, ""},
                      {"body.amount", 1, 2, ""}};
  redactor({"json:$..password"}).apply(violation);
  const std::vector<Difference>& fields = violation.fields;
  EXPECT_EQ(*fields[0].expected, "Bearer {{env.STRIPE_KEY}}");
  EXPECT_EQ(*fields[0].actual, "Bearer {{redacted}}");
  EXPECT_EQ(*fields[1].expected, "a={{redacted}}");
  EXPECT_EQ(*fields[1].actual, "a={{redacted}}");
  EXPECT_EQ(fields[1].note, "they differ; both are redacted");
  EXPECT_EQ(*fields[2].actual, "{{redacted}}");
  EXPECT_EQ(*fields[3].actual, (Value{{"password", "{{redacted}}"}}));
  EXPECT_EQ(*fields[4].actual, 2);
}

TEST(RedactorViolation, SuggestionsStayToml) {
  struct Case {
    const char* name;
    std::vector<std::string> rules;
    std::string before, after;
  } const kCases[] = {
      {"a whole entry", {"json:$..password", "query:key"},
       "[[expect]]\nhttp    = \"POST http://x/?key=k\"  # as sent\nheaders = { authorization = \"Bearer abc\", \"x-a\" = 'b' }\n"
       "body    = { json = { user = { password = \"p\\\"q\" }, n = 5 } }\nreply   = { status = 200, json = { } }\n",
       "[[expect]]\nhttp    = \"POST http://x/?key={{redacted}}\"  # as sent\nheaders = { authorization = \"Bearer {{redacted}}\", \"x-a\" = 'b' }\n"
       "body    = { json = { user = { password = \"{{redacted}}\" }, n = 5 } }\nreply   = { status = 200, json = { } }\n"},
      {"a number becomes a string", {"json:$.pin"}, "body = { json = { pin = 1234 } }", "body = { json = { pin = \"{{redacted}}\" } }"},
      {"JSON as text", {"json:$.pin"}, "body = { json = '''{\"pin\": 1, \"a\": \"b\"}''' }", "body = { json = \"{\\\"pin\\\":\\\"{{redacted}}\\\",\\\"a\\\":\\\"b\\\"}\" }"},
      {"form", {"form:secret"}, "body = { form = { secret = \"x\", a = \"y\" } }", "body = { form = { secret = \"{{redacted}}\", a = \"y\" } }"},
      {"tables by header", {"json:$..t"}, "[expect.body.json]\na = [ { t = \"x\" }, { u = 'y' } ]\n", "[expect.body.json]\na = [ { t = \"{{redacted}}\" }, { u = 'y' } ]\n"},
      {"escapes", {}, "a = \"x\\n\\u0041KIAIOSFODNN7EXAMPLE\\\"\"", "a = \"x\\n{{redacted}}\\\"\""},
      {"a variable", {}, "a = ['sk_test_51abcdefg', 1, true]", "a = [\"{{env.STRIPE_KEY}}\", 1, true]"},
      {"no TOML", {}, "a = \"Bearer abc123def456\" and hunter2hunter2", "a = \"Bearer {{redacted}}\" and {{env.DB_PASSWORD}}"},
  };
  for (const Case& c : kCases) {
    Violation violation;
    violation.suggestion = c.before;
    redactor(c.rules).apply(violation);
    EXPECT_EQ(violation.suggestion, c.after) << c.name;
  }
}

/// Processor time, so that a busy machine changes nothing: eight times the text may not cost more than about eight times.
TEST(RedactorText, IsLinear) {
  const std::string kParts[] = {"Bearer ", "eyJ", "eyJaaaaaaaa.", "-----BEGIN \"", "sk_live_", "AKIA", "hunter2hunter", "Basic "};
  const Redactor none = redactor({"query:key"});
  const auto cost = [&](const std::string& part, std::size_t size) {
    std::string text;
    while (text.size() < size) text += part;
    const std::clock_t start = std::clock();
    EXPECT_FALSE(none.apply_text(text).empty());
    return static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
  };
  for (const std::string& part : kParts) {
    const double small = std::max(cost(part, 64'000), 0.001);
    EXPECT_LT(cost(part, 512'000), 4 * 8 * small) << part;  // quadratic would be 64 times
  }
}

TEST(Redactor, CommandLinesLoseWhatTheRulesHide) {
  const Redactor redactor({"header:x-key", "json:$.password", "form:pin"}, [](std::string_view) { return std::nullopt; }, {});
  const std::vector<std::string> clean = redactor.apply_command(
      {"curl", "-u", "alice:hush1", "-H", "X-Key: hush2", "-HX-Key:hush3", "--header=Authorization: Digest hush4", "-d",
       R"({"password":"hush5","amount":1})", "-d", "pin=hush6&a=1", "http://a.example/"});
  EXPECT_EQ(clean, (std::vector<std::string>{"curl", "-u", "alice:{{redacted}}", "-H", "X-Key: {{redacted}}", "-HX-Key:{{redacted}}",
                                             "--header=Authorization: Digest {{redacted}}", "-d",
                                             R"({"password":"{{redacted}}","amount":1})", "-d", "pin={{redacted}}&a=1",
                                             "http://a.example/"}));
}

}  // namespace
}  // namespace bigfoot
