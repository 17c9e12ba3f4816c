// tests/unit/spec/suggest_test.cpp - What is printed to paste fits the very call it came from.
#include <gtest/gtest.h>

#include "spec/toml_text.h"
#include "tests/unit/spec/spec_text.h"

namespace bigfoot {
namespace {

/// What the ledger suggests for a call that nothing fits.
std::string suggested(const ProtocolInfo& of, const Fields& call) {
  const Spec empty;
  Ledger ledger(empty, quiet_world());
  return ledger.offer(of, call, 1).findings.at(0).suggestion;
}

TEST(Suggest, AnHttpEntryReadsLikeTheSpec) {
  const Fields call = http_call("GET", "/v1/balance", "", {{"host", "h"}, {"authorization", "Bearer x"}});
  Spec spec;
  spec.noise_headers = {"host"};
  Ledger ledger(spec, quiet_world());
  EXPECT_EQ(ledger.offer(protocol("http"), call, 1).findings.at(0).suggestion,
            "[[expect]]\n"
            "http    = \"GET http://api.example.com/v1/balance\"\n"
            "headers = { authorization = \"Bearer x\", \"*\" = \"*\" }\n"
            "body    = \"\"\n"
            "reply   = { status = 200, json = { } }");
}

TEST(Suggest, ADnsEntryHasAnExampleAnswer) {
  EXPECT_EQ(suggested(protocol("dns"), {{"name", "example.com"}, {"type", "MX"}}), "[[expect]]\ndns   = \"MX example.com\"\nreply = [\"10 mail.example.com\"]");
  EXPECT_EQ(suggested(protocol("dns"), {{"name", "example.com"}, {"type", "AAAA"}}), "[[expect]]\ndns   = \"example.com\"\nreply = [\"2001:db8::1\"]");
}

const std::pair<const char*, Fields> kCalls[] = {
    {"Plain", http_call("GET", "/a")},
    {"Query", http_call("GET", "/a", "", {}, "x=1&y=a%20b")},
    {"Port", http_call("GET", "/a", "", {}, "", "10.0.0.1", 8080)},
    {"Ipv6", http_call("GET", "/a", "", {}, "", "::1", 8080)},
    {"StarSegments", http_call("DELETE", "/a/*/b/**")},
    {"StarQuery", http_call("GET", "/a", "", {}, "*")},
    {"BracesInTheQuery", http_call("GET", "/a", "", {}, "q={{int}}")},
    {"Json", http_call("POST", "/a", R"({"a": [1, -2.5, true, null, "x"], "b c": {"*": "*", "": {}}})", {{"content-type", "application/json"}})},
    {"JsonThatLooksLikeHoles", http_call("POST", "/a", R"({"a": "{{int}}", "b": "*", "c": "{{{{", "{{k}}": "}}"})")},
    {"JsonBigNumbers", http_call("POST", "/a", R"({"a": 18446744073709551615, "b": -9223372036854775808, "c": 1e300})")},
    {"JsonString", http_call("POST", "/a", R"("abc")", {{"content-type", "application/json"}})},
    {"JsonStringOfAHole", http_call("POST", "/a", R"("{{int}}")", {{"content-type", "application/json"}})},
    {"JsonNumber", http_call("POST", "/a", "5", {{"content-type", "application/json"}})},
    {"JsonNull", http_call("POST", "/a", "null", {{"content-type", "application/json"}})},
    {"JsonEmptyArray", http_call("POST", "/a", "[]", {{"content-type", "application/json"}})},
    {"JsonWithControls", http_call("POST", "/a", R"({"a": "tab\t line\n nul\u0000 \u007f \"quote\" \\ '''"})")},
    {"LongJson", http_call("POST", "/a", Value(std::vector<std::string>(40, "a line of some length '{{x}}'")).dump())},
    {"LongJsonWithQuotes", http_call("POST", "/a", Value(std::vector<std::string>(40, "a line of ''' length")).dump())},
    {"NotQuiteJson", http_call("POST", "/a", R"({"a": )", {{"content-type", "application/json"}})},
    {"Form", http_call("POST", "/a", "a=1&b=x+y&b=z&c=%7B%7Bint%7D%7D&d=*&=", {{"content-type", "application/x-www-form-urlencoded"}})},
    {"Text", http_call("POST", "/a", "line one\r\nline \"two\" \\ {{x}}\n")},
    {"TextStar", http_call("POST", "/a", "*")},
    {"Braces", http_call("POST", "/a", "{{{a}}} }} {{")},
    {"ShortBytes", http_call("POST", "/a", std::string("\xff\x00\x01", 3))},
    {"LongBytes", http_call("POST", "/a", std::string(500, '\xfe'))},
    {"Headers", http_call("GET", "/a", "", {{"x-a", "*"}, {"x-b", "{{uuid}}"}, {"x-c", "1"}, {"x-c", "2"}, {"weird.name", "a, b"}})},
    {"HeaderBytes", http_call("GET", "/a", "", {{"x-a", "caf\xe9"}})},
};

TEST(Suggest, EveryEntryFitsTheCallItCameFrom) {
  for (const auto& [name, call] : kCalls) {
    SCOPED_TRACE(name);
    const std::string toml = suggested(protocol("http"), call);
    SCOPED_TRACE(toml);
    const Spec spec = spec_of(toml);
    ASSERT_EQ(spec.entries.size(), 1u);
    Ledger ledger(spec, quiet_world());
    const Outcome out = ledger.offer(protocol("http"), call, 1);
    EXPECT_FALSE(out.refuse);
    for (const Finding& finding : out.findings) ADD_FAILURE() << finding.message << "\n" << differences_text(finding.differences);
  }
}

TEST(Suggest, NoEntryOfOneCallFitsAnother) {
  for (const auto& [name, call] : kCalls) {
    const Spec spec = spec_of(suggested(protocol("http"), call));
    for (const auto& [other_name, other] : kCalls) {
      if (name == other_name || other == call) continue;
      Ledger ledger(spec, quiet_world());
      EXPECT_FALSE(ledger.offer(protocol("http"), other, 1).findings.empty()) << name << " fits " << other_name;
    }
  }
}

TEST(Suggest, AcceptedMismatchesFit) {
  for (const auto& [name, call] : kCalls) {
    SCOPED_TRACE(name);
    if (call["body"] == "") continue;
    const std::string head = "[[expect]]\nhttp = \"POST http://api.example.com/a\"\nheaders = \"*\"\n";
    const Spec wrong = spec_of(head + "body = { json = { other = \"thing\" } }\n");
    Ledger ledger(wrong, quiet_world());
    const Outcome out = ledger.offer(protocol("http"), call, 1);
    ASSERT_EQ(out.findings.size(), 1u);
    SCOPED_TRACE(out.findings[0].suggestion);
    const Spec right = spec_of(head + out.findings[0].suggestion + "\n");
    Ledger again(right, quiet_world());
    EXPECT_TRUE(again.offer(protocol("http"), call, 1).findings.empty());
  }
}

TEST(Suggest, EveryRawEntryFitsItsBytes) {
  const Destination destinations[] = {{Transport::tcp, "h", "10.0.0.1", 80, ""},
                                      {Transport::tcp, "::1", "::1", 80, ""},
                                      {Transport::udp, "h", "10.0.0.1", 53, ""},
                                      {Transport::unix_stream, "", "", 0, "/run/a.sock"},
                                      {Transport::unix_datagram, "", "", 0, "@abstract"}};
  for (const Destination& to : destinations) {
    for (const std::string bytes : {std::string("PING\r\n"), std::string("*"), std::string("{{x}}"), std::string("\0\xff", 2), std::string(300, '\x80')}) {
      const Spec empty;
      const std::string toml = Ledger(empty, quiet_world()).unexpected_bytes(to, bytes).suggestion;
      SCOPED_TRACE(toml);
      const Spec spec = spec_of(toml);
      Ledger ledger(spec, quiet_world());
      const auto session = ledger.open_session(to, bytes, 1);
      ASSERT_TRUE(session);
      session->received(bytes);
      while (!std::holds_alternative<RawSession::Wait>(session->next())) continue;
      session->end();
      for (const auto& played : session->take_played()) {
        for (const Finding& finding : played.findings) ADD_FAILURE() << finding.message;
      }
    }
  }
}

TEST(TomlText, WritesWhatTomlReads) {
  EXPECT_EQ(toml_string("a\"b\\c\n\x01\x7f"), "\"a\\\"b\\\\c\\n\\u0001\\u007F\"");
  EXPECT_EQ(toml_key("content-type"), "content-type");
  EXPECT_EQ(toml_key("a.b"), "\"a.b\"");
  EXPECT_EQ(toml_key(""), "\"\"");
  EXPECT_EQ(toml_value({{"a", 1}, {"b", {1.5, true, "x"}}, {"c", Value::object()}}), "{ a = 1, b = [1.5, true, \"x\"], c = { } }");
}

}  // namespace
}  // namespace bigfoot
