// tests/unit/runner/report_test.cpp - Whole text reports, pinned. Source: spec-format.md, section 5.
#include "runner/report.h"

#include <gmock/gmock.h>

#include "runner/report_values.h"

namespace bigfoot {
namespace {

ProcessRecord process(int pid, std::vector<std::string> argv) {
  ProcessRecord record;
  record.pid = pid;
  record.argv = std::move(argv);
  return record;
}

RunOutcome outcome_of(const std::vector<Violation>& violations) {
  RunOutcome outcome;
  for (const Violation& violation : violations) outcome.violations[static_cast<std::size_t>(violation.kind)] += violation.times;
  outcome.exit_status = violations.empty() ? 0 : 3;
  outcome.pass = violations.empty();
  outcome.child_exit_code = 0;
  return outcome;
}

std::string report(const std::vector<Violation>& violations, const RunOutcome& outcome,
                   const std::vector<ProcessRecord>& processes = {}, bool color = false, bool verbose = false) {
  return text_report({RunInfo{}, outcome, violations, processes}, color, verbose);
}

Violation charge_mismatch() {
  Violation violation;
  violation.kind = ViolationKind::mismatch;
  violation.interaction = 4;
  violation.expectation = ExpectationRef{"charge", "orders.toml", 14};
  violation.pid = 3;
  violation.t_ms = 212.031;
  violation.message = "POST https://api.stripe.com/v1/charges: 2 fields differ";
  violation.fields = {{"body.amount", 5000, 5001, ""}, {"body.currency", std::nullopt, "usd", ""}};
  violation.fields_equal = 3;
  violation.suggestion_verb = "accept it";
  violation.suggestion = R"(body = { json = { amount = 5001, currency = "usd" } })";
  return violation;
}

Violation balance_unexpected() {
  Violation violation;
  violation.kind = ViolationKind::unexpected;
  violation.interaction = 5;
  violation.pid = 3;
  violation.t_ms = 213.4;
  violation.answered = "501";
  violation.message = "GET https://api.stripe.com/v1/balance";
  violation.nearest = ExpectationRef{"", "orders.toml", 22};
  violation.nearest_text = R"(GET https://api.stripe.com/v1/balances   path differs at "s")";
  violation.suggestion_verb = "add";
  violation.suggestion =
      "[[expect]]\n"
      "http    = \"GET https://api.stripe.com/v1/balance\"\n"
      "headers = { authorization = \"Bearer {{env.STRIPE_KEY}}\", \"*\" = \"*\" }\n"
      "body    = \"\"\n"
      "reply   = { status = 200, json = { } }\n";
  return violation;
}

Violation session_unused() {
  Violation violation;
  violation.kind = ViolationKind::unused;
  violation.expectation = ExpectationRef{"", "orders.toml", 31};
  violation.message = R"(redis ["SET", "session:abc123", …] never happened)";
  return violation;
}

TEST(Report, HasTheFormOfTheSpecPage) {
  const std::vector<Violation> violations{charge_mismatch(), balance_unexpected(), session_unused()};
  RunOutcome outcome = outcome_of(violations);
  outcome.interactions = 41;
  outcome.ambient = 33;
  outcome.allowed = 2;
  outcome.expectations_met = 6;
  outcome.expectations = 7;
  EXPECT_EQ(report(violations, outcome, {process(3, {"/abs/build/tests"})}),
            R"(bigfoot-run: 3 problems · 6 of 7 expectations met · 41 interactions (33 ambient, 2 allowed)

MISMATCH  #4  POST https://api.stripe.com/v1/charges     tests pid 3 · t+212ms
   orders.toml:14 `charge`
     body.amount     expected 5000        got 5001
     body.currency   expected (no key)    got "usd"
     3 fields equal
   accept it:  body = { json = { amount = 5001, currency = "usd" } }

UNEXPECTED  #5  GET https://api.stripe.com/v1/balance    tests pid 3 · t+213ms · answered 501
   nearest: orders.toml:22 GET https://api.stripe.com/v1/balances   path differs at "s"
   add:
     [[expect]]
     http    = "GET https://api.stripe.com/v1/balance"
     headers = { authorization = "Bearer {{env.STRIPE_KEY}}", "*" = "*" }
     body    = ""
     reply   = { status = 200, json = { } }

UNUSED  orders.toml:31 redis ["SET", "session:abc123", …] never happened
)");
}

TEST(Report, TellsWhatIsNotThereFromWhatWasNotSaid) {
  Violation refused;
  refused.kind = ViolationKind::mismatch;
  refused.message = "GET https://a.test/: 1 field differs";
  refused.fields = {{"client_cert", "required", std::nullopt, "the client gave no certificate"}};
  Violation unsaid;
  unsaid.kind = ViolationKind::unasserted;
  unsaid.message = "POST http://a.test/: headers, body not asserted";
  unsaid.fields = {{"headers.x-a", std::nullopt, "1", ""}, {"body", std::nullopt, "hi", ""}};
  EXPECT_EQ(report({refused, unsaid}, outcome_of({refused, unsaid})),
            R"(bigfoot-run: 2 problems · 0 interactions

MISMATCH  GET https://a.test/
     client_cert   expected "required"    got (none)   the client gave no certificate

UNASSERTED  POST http://a.test/: headers, body not asserted
     headers.x-a   expected (not mentioned)    got "1"
     body          expected (not mentioned)    got "hi"
)");
}

TEST(Report, SaysNothingOfAGreenRunUnlessAsked) {
  RunOutcome outcome = outcome_of({});
  outcome.interactions = 12;
  outcome.expectations = outcome.expectations_met = 1;
  EXPECT_EQ(report({}, outcome), "");
  EXPECT_EQ(report({}, outcome, {}, false, true), "bigfoot-run: no problems · 1 of 1 expectations met · 12 interactions\n");
}

TEST(Report, WithoutASpecEqualCallsAreOneBlock) {
  Violation call = balance_unexpected();
  call.nearest.reset();
  call.nearest_text.clear();
  call.suggestion = "[[expect]]\nhttp = \"GET https://api.stripe.com/v1/balance\"";
  call.times = 1000;
  RunOutcome outcome = outcome_of({call});
  outcome.interactions = 1000;
  EXPECT_EQ(report({call}, outcome, {process(3, {"python3", "sync.py"})}),
            R"(bigfoot-run: 1,000 problems · 1,000 interactions

UNEXPECTED  #5  GET https://api.stripe.com/v1/balance    1,000 times · python3 sync.py pid 3 · t+213ms · answered 501
   add:
     [[expect]]
     http = "GET https://api.stripe.com/v1/balance"
)");
}

TEST(Report, MarksWhatFollowsFromTheChildsOwnFailure) {
  Violation unused = session_unused();
  unused.likely_consequence = true;
  RunOutcome outcome = outcome_of({unused});
  outcome.child_exit_code = 7;
  outcome.exit_status = 7;
  EXPECT_EQ(report({unused}, outcome),
            R"(bigfoot-run: 1 problem · 0 interactions · the command failed with status 7

The command itself failed: what is missing below may be a consequence of that.

UNUSED  orders.toml:31 redis ["SET", "session:abc123", …] never happened
   likely a consequence of the command's own failure
)");
}

TEST(Report, LeavesOutWhatNobodyReads) {
  std::vector<Violation> violations;
  for (std::uint64_t i = 0; i < 25; ++i) {
    Violation violation;
    violation.kind = ViolationKind::guarded;
    violation.interaction = i;
    violation.message = "GET http://x.prod.internal/" + std::to_string(i);
    violations.push_back(violation);
  }
  RunOutcome outcome = outcome_of(violations);
  outcome.violations[static_cast<std::size_t>(ViolationKind::guarded)] = 1'000'000;
  const std::string text = report(violations, outcome);
  EXPECT_THAT(text, testing::HasSubstr("GUARDED  #19  "));
  EXPECT_THAT(text, testing::Not(testing::HasSubstr("GUARDED  #20  ")));
  EXPECT_THAT(text, testing::EndsWith("\n… and 999,980 more guarded like this; the timeline (--timeline FILE) has them all\n"));
  EXPECT_THAT(report(violations, outcome, {}, false, true), testing::HasSubstr("GUARDED  #24  "));
}

TEST(Report, LongValuesStandOnLinesOfTheirOwnAroundTheDifference) {
  Violation violation = charge_mismatch();
  const std::string same(400, 'a');
  violation.fields = {{"body.text", same + "left" + same, same + "right" + same, "differs at byte 400"},
                      {"body.id", 1, 2, ""}};
  violation.fields_equal = 1;
  violation.suggestion.clear();
  const std::string window_left = "…" + std::string(53, 'a') + "left" + std::string(103, 'a') + "…";
  const std::string window_right = "…" + std::string(53, 'a') + "right" + std::string(102, 'a') + "…";
  EXPECT_EQ(report({violation}, outcome_of({violation})),
            "bigfoot-run: 1 problem · 0 interactions\n\n"
            "MISMATCH  #4  POST https://api.stripe.com/v1/charges    pid 3 · t+212ms\n"
            "   orders.toml:14 `charge`\n"
            "     body.text   differs at byte 400\n"
            "       expected " + window_left + "\n"
            "       got      " + window_right + "\n"
            "     body.id     expected 1    got 2\n"
            "     1 field equal\n");
}

Violation body_mismatch(Value expected, Value actual, std::string note = "") {
  Violation violation;
  violation.kind = ViolationKind::mismatch;
  violation.interaction = 1;
  violation.message = "POST http://h/a: 1 field differs";
  violation.fields = {{"body", std::move(expected), std::move(actual), std::move(note)}};
  return violation;
}

/// The rows below the head.
std::string rows_of(const Violation& violation) {
  const std::string text = report({violation}, outcome_of({violation}));
  return text.substr(text.find("     body"));
}

struct LinesCase {
  const char* name;
  Value expected, actual;
  std::string rows;
};

class ReportLines : public testing::TestWithParam<LinesCase> {};

std::string numbered(int from, int to, std::string_view word) {
  std::string out;
  for (int i = from; i <= to; ++i) out += std::string(word) + " " + std::to_string(i) + "\n";
  return out;
}

const LinesCase kLinesCases[] = {
    {"OneLineOfMany", "a\nb\nc\nd\ne\nf\n", "a\nb\nc\nX\ne\nf\n",
     "     body   - expected, + got\n"
     "       @@ -2,5 +2,5 @@\n"
     "        b\n        c\n       -d\n       +X\n        e\n        f\n"},
    {"OneLineMore", "a\nb\n", "a\nnew\nb\n", "     body   - expected, + got\n       @@ -1,2 +1,3 @@\n        a\n       +new\n        b\n"},
    {"ALineBreakLess", "a\nb\n", "a\nb", "     body   - expected, + got\n       \\no line break at the end of what came\n"},
    {"TwoPlaces", numbered(1, 12, "l"), "L\n" + numbered(2, 11, "l") + "M\n",
     "     body   - expected, + got\n"
     "       @@ -1,3 +1,3 @@\n       -l 1\n       +L\n        l 2\n        l 3\n"
     "       @@ -10,3 +10,3 @@\n        l 10\n        l 11\n       -l 12\n       +M\n"},
    {"HolesFitWhatStandsThere", "id {{int}}\nname a\nend\n", "id 7\nname b\nend\n",
     "     body   - expected, + got\n       @@ -1,3 +1,3 @@\n        id 7\n       -name a\n       +name b\n        end\n"},
    {"Bytes", Value::object({{"hex", "00 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f ff 41"}}),
     Value::object({{"base64", "AAECAwQFBgcICQoLDA0ODxBB"}, {"size", 18}}),
     "     body   - expected, + got\n"
     "        00000000  00 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f  |................|\n"
     "       -00000010  ff 41                                            |.A|\n"
     "       +00000010  10 41                                            |.A|\n"},
};

TEST_P(ReportLines, StandBelowEachOther) { EXPECT_EQ(rows_of(body_mismatch(GetParam().expected, GetParam().actual)), GetParam().rows); }
INSTANTIATE_TEST_SUITE_P(Values, ReportLines, testing::ValuesIn(kLinesCases), [](const auto& info) { return std::string(info.param.name); });

TEST(Report, ADiffThatNobodyReadsToItsEndIsCut) {
  const std::string rows = rows_of(body_mismatch(numbered(1, 40, "old"), numbered(1, 40, "new")));
  EXPECT_THAT(rows, testing::HasSubstr("       -old 19\n       … 61 more lines\n"));
}

TEST(Report, NothingSeenIsSaidWhereInteractionsWereRequired) {
  RunOutcome outcome = outcome_of({});
  outcome.exit_status = 3;
  outcome.pass = false;
  EXPECT_EQ(report({}, outcome),
            "bigfoot-run: no problems · 0 interactions\n\n"
            "The command made no call that could be seen, and --require-interactions asks for at least one.\n");
}

TEST(Report, ColoursAreOnlyAddedAround) {
  const std::vector<Violation> violations{charge_mismatch(), balance_unexpected(), session_unused()};
  const RunOutcome outcome = outcome_of(violations);
  std::string colored = report(violations, outcome, {}, true);
  EXPECT_THAT(colored, testing::HasSubstr("\x1b[1;31mMISMATCH\x1b[0m"));
  EXPECT_THAT(colored, testing::HasSubstr("\x1b[1;33mUNUSED\x1b[0m"));
  for (std::size_t at; (at = colored.find('\x1b')) != std::string::npos;) colored.erase(at, colored.find('m', at) - at + 1);
  EXPECT_EQ(colored, report(violations, outcome));
}

TEST(Report, WhatTheProgramSentCannotSteerTheTerminal) {
  Violation violation = session_unused();
  violation.message = "GET http://x/\x1b[2J\r\n fake";
  violation.nearest_text = "a\x07";
  const std::string text = report({violation}, outcome_of({violation}));
  EXPECT_THAT(text, testing::HasSubstr(R"(GET http://x/\x1b[2J\r\n fake)"));
  EXPECT_THAT(text, testing::HasSubstr(R"(nearest: a\x07)"));
}

TEST(ReportValues, CommandsAreShortened) {
  struct Case {
    std::vector<std::string> argv;
    std::string words;
  } const kCases[] = {
      {{}, ""},
      {{"./tests"}, "tests"},
      {{"/usr/bin/python3", "-m", "pytest"}, "python3 -m pytest"},
      {{"sh", "-c", std::string(100, 'x')}, "sh -c …"},
      {{"a\nb"}, "a\\nb"},
  };
  for (const Case& c : kCases) EXPECT_EQ(command_words(c.argv, 40), c.words);
}

TEST(ReportValues, NumbersAreGrouped) {
  EXPECT_EQ(grouped(0), "0");
  EXPECT_EQ(grouped(999), "999");
  EXPECT_EQ(grouped(1000), "1,000");
  EXPECT_EQ(grouped(1234567), "1,234,567");
}

}  // namespace
}  // namespace bigfoot
