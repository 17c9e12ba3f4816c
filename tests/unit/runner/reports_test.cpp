// tests/unit/runner/reports_test.cpp - Whole reports for other programs, pinned, made from a timeline on disk. Sources: those of runner/reports.
#include "runner/reports/reports.h"

#include <gmock/gmock.h>

#include <sstream>

#include "runner/reports/page_text.h"
#include "runner/timeline.h"
#include "tests/unit/temporary_folder.h"

namespace bigfoot {
namespace {

Interaction charge(std::uint64_t seq, const std::string& test, const std::string& state = "asserted") {
  Interaction call;
  call.seq = seq;
  call.t_ms = 100.0 * static_cast<double>(seq);
  call.duration_ms = 12.5;
  call.pid = 1;
  call.connection = 2;
  call.protocol = "http";
  call.op = "request";
  call.target = "http://api.stripe.com:80";
  call.test = test;
  call.state = state;
  call.expectation = ExpectationRef{"charge", "specs/orders.toml", 14};
  call.request = {{"method", "POST"},
                  {"url", "http://api.stripe.com/v1/charges?a=1&b=x%20y"},
                  {"headers", Value::array({Value::array({"content-type", "application/json"}), Value::array({"Cookie", "s=1; t=\"2\""})})},
                  {"body", R"({"amount": 5001})"}};
  call.response = {{"status", 404}, {"headers", Value::array({Value::array({"Set-Cookie", "s=3; Path=/; Secure; HttpOnly"})})}, {"body", "\xff\x01"}};
  return call;
}

Violation mismatch(std::uint64_t seq, const std::string& test) {
  Violation violation;
  violation.kind = ViolationKind::mismatch;
  violation.interaction = seq;
  violation.expectation = ExpectationRef{"charge", "specs/orders.toml", 14};
  violation.pid = 1;
  violation.test = test;
  violation.t_ms = 100.0 * static_cast<double>(seq);
  violation.message = "POST http://api.stripe.com/v1/charges: 1 field differs";
  violation.fields = {{"body.note", "<a & b>", "]]>\x1b \"é\"", ""}};
  violation.suggestion_verb = "accept it";
  violation.suggestion = "body = 100%";
  return violation;
}

Violation unused(unsigned line, const std::string& test = "") {
  Violation violation;
  violation.kind = ViolationKind::unused;
  violation.expectation = ExpectationRef{"", "specs/orders.toml", line};
  violation.test = test;
  violation.t_ms = 812;
  violation.message = "GET http://api.stripe.com/never never happened";
  return violation;
}

class Reports : public testing::Test {
 protected:
  /// Writes the timeline of a run and reads it again.
  StoredRun stored(const std::vector<Interaction>& calls, const std::vector<Violation>& violations, int child_exit_code = 0) {
    RunInfo run{{"/abs/check.sh", "--all"}, "/work/shop", {"specs/orders.toml"}, "2026-01-02T03:04:05.678Z", 0, "0.1.0", "6.1.0", "x86_64", 1};
    const auto timeline = Timeline::open({file_, 1024, false}, run, redactor_);
    EXPECT_TRUE(timeline) << timeline.error();
    ProcessRecord process;
    process.pid = 1;
    process.argv = {"/abs/check.sh", "--all"};
    (*timeline)->add(process);
    for (const Interaction& call : calls) (*timeline)->add(call);
    for (const TestRecord& test : tests_) (*timeline)->add(test);
    for (const Violation& violation : violations) (*timeline)->add(violation);
    RunOutcome outcome = (*timeline)->counts();
    outcome.child_exit_code = child_exit_code;
    outcome.exit_status = child_exit_code != 0 ? child_exit_code : violations.empty() ? 0 : 3;
    outcome.pass = outcome.exit_status == 0;
    outcome.expectations = 2;
    outcome.expectations_met = 1;
    run.duration_ms = 812.4;
    EXPECT_EQ((*timeline)->finish(run, outcome), std::nullopt);
    auto read = read_run(file_);
    EXPECT_TRUE(read) << read.error();
    return std::move(*read);
  }

  std::vector<TestRecord> tests_;
  Redactor redactor_{{}, [](std::string_view) { return std::nullopt; }, {}};
  test::TemporaryFolder folder_;
  const std::string file_ = (folder_.path() / "t.json").string();
};

TEST_F(Reports, JunitHasACaseForEachSectionAndAFailureForEachViolation) {
  std::ostringstream out;
  write_junit(out, stored({charge(1, ""), charge(2, "test_login", "mismatch"), charge(4, "test_login"), charge(5, "test_\"ok\"")},
                          {mismatch(2, "test_login"), unused(21, "test_login"), unused(20)}));
  EXPECT_EQ(out.str(), R"(<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="bigfoot-run" tests="3" failures="2" errors="0" time="0.812">
  <testsuite name="/abs/check.sh --all" tests="3" failures="2" errors="0" skipped="0" time="0.812" timestamp="2026-01-02T03:04:05">
    <properties>
      <property name="spec" value="specs/orders.toml"/>
      <property name="bigfoot-run" value="0.1.0"/>
    </properties>
    <testcase classname="check_sh" name="/abs/check.sh --all" time="0.812">
      <failure type="unused" message="unused: GET http://api.stripe.com/never never happened">UNUSED  specs/orders.toml:20 GET http://api.stripe.com/never never happened
</failure>
    </testcase>
    <testcase classname="check_sh" name="test_login" time="0.612">
      <failure type="mismatch" message="mismatch: POST http://api.stripe.com/v1/charges: 1 field differs">MISMATCH  #2  POST http://api.stripe.com/v1/charges    in test_login · check.sh --all pid 1 · t+200ms
   specs/orders.toml:14 `charge`
     body.note   expected "&lt;a &amp; b&gt;"    got hex 5d 5d 3e 1b 20 22 c3 a9 22
   accept it:  body = 100%

1 more here:
   UNUSED  specs/orders.toml:21 GET http://api.stripe.com/never never happened
</failure>
      <failure type="unused" message="unused: GET http://api.stripe.com/never never happened">UNUSED  specs/orders.toml:21 GET http://api.stripe.com/never never happened    in test_login
</failure>
    </testcase>
    <testcase classname="check_sh" name="test_&quot;ok&quot;" time="0.013"/>
    <system-out>bigfoot-run: 3 problems · 1 of 2 expectations met · 4 interactions

MISMATCH  #2  POST http://api.stripe.com/v1/charges                            in test_login · check.sh --all pid 1 · t+200ms
   specs/orders.toml:14 `charge`
     body.note   expected "&lt;a &amp; b&gt;"    got hex 5d 5d 3e 1b 20 22 c3 a9 22
   accept it:  body = 100%

UNUSED  specs/orders.toml:21 GET http://api.stripe.com/never never happened    in test_login

UNUSED  specs/orders.toml:20 GET http://api.stripe.com/never never happened
</system-out>
  </testsuite>
</testsuites>
)");
}

TEST_F(Reports, JunitHasTheSectionsWithoutACallToo) {
  tests_ = {{"test_sum", 1, 10, 20, false}, {"test_later", 1, 20, 20, true}, {"test_login", 1, 150, 300, false}};
  std::ostringstream out;
  write_junit(out, stored({charge(2, "test_login")}, {}));
  EXPECT_THAT(out.str(), testing::HasSubstr(R"(tests="4" failures="0" errors="0" skipped="1")"));
  EXPECT_THAT(out.str(), testing::HasSubstr(R"(
    <testcase classname="check_sh" name="test_sum" time="0.010"/>
    <testcase classname="check_sh" name="test_later" time="0.000">
      <skipped/>
    </testcase>
    <testcase classname="check_sh" name="test_login" time="0.150"/>
)"));
}

TEST_F(Reports, JunitOfARunThatFailedByItselfHasAnError) {
  std::ostringstream out;
  write_junit(out, stored({}, {}, 7));
  EXPECT_EQ(out.str(), R"(<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="bigfoot-run" tests="1" failures="0" errors="1" time="0.812">
  <testsuite name="/abs/check.sh --all" tests="1" failures="0" errors="1" skipped="0" time="0.812" timestamp="2026-01-02T03:04:05">
    <properties>
      <property name="spec" value="specs/orders.toml"/>
      <property name="bigfoot-run" value="0.1.0"/>
    </properties>
    <testcase classname="check_sh" name="/abs/check.sh --all" time="0.812">
      <error type="exit" message="the command failed with status 7">the command failed with status 7</error>
    </testcase>
    <system-out>bigfoot-run: no problems · 1 of 2 expectations met · 0 interactions · the command failed with status 7
</system-out>
  </testsuite>
</testsuites>
)");
}

TEST_F(Reports, GithubNamesTheSpecAsTheCheckoutDoesWorstFirst) {
  std::ostringstream out;
  write_github(out, stored({charge(2, "test_login", "mismatch")}, {unused(20), mismatch(2, "test_login")}), "/work");
  EXPECT_EQ(out.str(),
            "::error file=shop/specs/orders.toml,line=14,title=mismatch%3A POST http%3A//api.stripe.com/v1/charges%3A 1 field differs (in test_login)::"
            "MISMATCH  #2  POST http://api.stripe.com/v1/charges    in test_login · check.sh --all pid 1 · t+200ms%0A   specs/orders.toml:14 `charge`%0A"
            "     body.note   expected \"<a & b>\"    got hex 5d 5d 3e 1b 20 22 c3 a9 22%0A   accept it:  body = 100%25\n"
            "::error file=shop/specs/orders.toml,line=20,title=unused%3A GET http%3A//api.stripe.com/never never happened::"
            "UNUSED  specs/orders.toml:20 GET http://api.stripe.com/never never happened\n"
            "::notice title=bigfoot-run::bigfoot-run: 2 problems · 1 of 2 expectations met · 1 interaction\n");
}

TEST_F(Reports, GithubSaysWithTheTenthHowManyAreNotShown) {
  std::vector<Violation> violations;
  for (unsigned line = 1; line <= 13; ++line) violations.push_back(unused(line));
  std::ostringstream out;
  write_github(out, stored({}, violations), "");
  std::istringstream lines(out.str());
  std::vector<std::string> all;
  for (std::string line; std::getline(lines, line);) all.push_back(line);
  ASSERT_EQ(all.size(), 14u);
  const std::string begin = "::error file=specs/orders.toml,line=9,title=unused%3A GET http%3A//api.stripe.com/never never happened::";
  EXPECT_EQ(all[8], begin + "UNUSED  specs/orders.toml:9 GET http://api.stripe.com/never never happened");
  EXPECT_THAT(all[9], testing::EndsWith("never happened%0A%0A… and 3 more, less grave: GitHub shows 10 errors of a step here, all of them are in its log."));
  EXPECT_EQ(all[13], "::notice title=bigfoot-run::bigfoot-run: 13 problems · 1 of 2 expectations met · 0 interactions");
}

TEST_F(Reports, HarHasWhatTheTimelineKnowsOfACall) {
  std::ostringstream out;
  const StoredRun run = stored({charge(1, ""), charge(2, "test_login", "mismatch")}, {});
  ASSERT_TRUE(write_har(out, run, file_));
  EXPECT_EQ(out.str(), R"har({"log": {
"version": "1.2",
"creator": {"name":"bigfoot-run","version":"0.1.0"},
"entries": [
{"pageref":"page_1","startedDateTime":"2026-01-02T03:04:05.778Z","time":12.5,"request":{"method":"POST","url":"http://api.stripe.com/v1/charges?a=1&b=x%20y","httpVersion":"HTTP/1.1","cookies":[{"name":"s","value":"{{redacted}}"},{"name":"t","value":"{{redacted}}"}],"headers":[{"name":"content-type","value":"application/json"},{"name":"Cookie","value":"s={{redacted}}; t={{redacted}}"}],"queryString":[{"name":"a","value":"1"},{"name":"b","value":"x y"}],"postData":{"mimeType":"application/json","text":"{\"amount\":5001}","comment":"written again from JSON: its blanks may have been others"},"headersSize":-1,"bodySize":15},"response":{"status":404,"statusText":"Not Found","httpVersion":"HTTP/1.1","cookies":[{"name":"s","value":"{{redacted}}","path":"/","secure":true,"httpOnly":true}],"headers":[{"name":"Set-Cookie","value":"s={{redacted}}; Path=/; Secure; HttpOnly"}],"content":{"size":2,"mimeType":"application/octet-stream","text":"/wE=","encoding":"base64"},"redirectURL":"","headersSize":-1,"bodySize":2},"cache":{},"timings":{"send":0,"wait":12.5,"receive":0},"connection":"2","comment":"#1 asserted specs/orders.toml:14"},
{"pageref":"page_2","startedDateTime":"2026-01-02T03:04:05.878Z","time":12.5,"request":{"method":"POST","url":"http://api.stripe.com/v1/charges?a=1&b=x%20y","httpVersion":"HTTP/1.1","cookies":[{"name":"s","value":"{{redacted}}"},{"name":"t","value":"{{redacted}}"}],"headers":[{"name":"content-type","value":"application/json"},{"name":"Cookie","value":"s={{redacted}}; t={{redacted}}"}],"queryString":[{"name":"a","value":"1"},{"name":"b","value":"x y"}],"postData":{"mimeType":"application/json","text":"{\"amount\":5001}","comment":"written again from JSON: its blanks may have been others"},"headersSize":-1,"bodySize":15},"response":{"status":404,"statusText":"Not Found","httpVersion":"HTTP/1.1","cookies":[{"name":"s","value":"{{redacted}}","path":"/","secure":true,"httpOnly":true}],"headers":[{"name":"Set-Cookie","value":"s={{redacted}}; Path=/; Secure; HttpOnly"}],"content":{"size":2,"mimeType":"application/octet-stream","text":"/wE=","encoding":"base64"},"redirectURL":"","headersSize":-1,"bodySize":2},"cache":{},"timings":{"send":0,"wait":12.5,"receive":0},"connection":"2","comment":"#2 mismatch specs/orders.toml:14"}
],
"pages": [
{"startedDateTime":"2026-01-02T03:04:05.778Z","id":"page_1","title":"/abs/check.sh --all","pageTimings":{}},
{"startedDateTime":"2026-01-02T03:04:05.878Z","id":"page_2","title":"test_login","pageTimings":{}}
]
}}
)har");
}

/// The JSON of the page, and how the page goes on.
std::pair<Value, std::string> page_parts(const std::string& page) {
  constexpr std::string_view kBegin = R"(<script type="application/json" id="timeline">)";
  const std::size_t begin = page.find(kBegin) + kBegin.size(), end = page.find("</script>", begin);
  return {Value::parse(page.substr(begin, end - begin)), page.substr(end)};
}

TEST_F(Reports, ThePageHoldsTheTimelineAndNoMarkupOfACall) {
  Interaction call = charge(1, "");
  call.request["body"] = "<!-- <script></script>";
  const StoredRun run = stored({call}, {mismatch(1, "")});
  std::ostringstream out;
  ASSERT_TRUE(write_page(out, run, file_));
  const auto [json, rest] = page_parts(out.str());
  EXPECT_EQ(json["interactions"][0]["request"]["body"]["text"], "<!-- <script></script>");
  EXPECT_EQ(json["violations"][0]["suggestion"], "body = 100%");
  EXPECT_EQ(json["page"].dump(), R"({"complete":true,"interactions":{"shown":1,"of":1},"violations":{"shown":1,"of":1}})");
  EXPECT_EQ(rest, kPageText.substr(kPageText.find("@TIMELINE@") + 10));
}

TEST_F(Reports, ThePageOfALongRunHasWhatIsNearProblemsAndThenTheFirst) {
  std::vector<Interaction> calls;
  for (std::uint64_t seq = 1; seq <= 400; ++seq) calls.push_back(charge(seq, ""));
  const StoredRun run = stored(calls, {mismatch(300, "")});
  const auto shown = [&](const PageLimits& limits) {
    std::ostringstream out;
    EXPECT_TRUE(write_page(out, run, file_, limits));
    const Value json = page_parts(out.str()).first;
    std::vector<int> numbers;
    for (const Value& call : json["interactions"]) numbers.push_back(call["seq"]);
    EXPECT_EQ(json["page"]["interactions"]["of"], 400);
    EXPECT_EQ(json["page"]["interactions"]["shown"], numbers.size());
    return numbers;
  };
  EXPECT_THAT(shown({5, 1 << 20}), testing::ElementsAre(298, 299, 300, 301, 302));
  EXPECT_THAT(shown({400, 3000}), testing::ElementsAre(298, 299, 300, 301, 302));
  EXPECT_THAT(shown({201, 1 << 20}), testing::AllOf(testing::SizeIs(201), testing::Contains(1), testing::Contains(2), testing::Not(testing::Contains(3)), testing::Contains(399)));
}

}  // namespace
}  // namespace bigfoot
