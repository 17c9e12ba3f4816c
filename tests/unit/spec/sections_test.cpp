// tests/unit/spec/sections_test.cpp - Entries of tests: there for each time that a test begins, and for its calls only.
#include <gtest/gtest.h>

#include "tests/unit/spec/spec_text.h"

namespace bigfoot {
namespace {

class SectionsTest : public testing::Test {
 protected:
  void load(const std::string& toml) {
    spec_ = spec_of("[defaults.http]\nheaders = \"*\"\n" + toml);
    ledger_ = std::make_unique<Ledger>(spec_, quiet_world());
  }
  static std::string get(const std::string& table, const std::string& path, const std::string& more = "") {
    return "[[" + table + "]]\nhttp = \"GET http://api.example.com/" + path + "\"\nbody = \"\"\n" + more + "\n";
  }
  static std::string test(const std::string& name, const std::string& more = "") { return "[[test]]\nname = \"" + name + "\"\n" + more + "\n"; }
  SectionId begin(std::size_t test) {
    const SectionId section = ledger_->open_section({test});
    ledger_->enter({section});
    return section;
  }
  static std::string told(const std::vector<Finding>& findings) {
    std::string out;
    for (const Finding& finding : findings) out += std::string(to_text(finding.kind)) + ": " + finding.message + "\n";
    return out;
  }
  std::string call(std::string_view path) { return told(outcome(path).findings); }
  Outcome outcome(std::string_view path) { return ledger_->offer(protocol("http"), http_call("GET", path), ++seq_); }
  std::string answer(std::string_view path) { return outcome(path).rendered.value("text", Value("")).get<std::string>(); }

  Spec spec_;
  std::unique_ptr<Ledger> ledger_;
  std::uint64_t seq_ = 0;
};

TEST_F(SectionsTest, EntriesTakeCallsOfTheirTestOnly) {
  load(test("t") + get("test.expect", "a"));
  EXPECT_EQ(call("/a"), "unexpected: GET http://api.example.com/a\n");
  const SectionId section = begin(0);
  EXPECT_EQ(call("/a"), "");
  EXPECT_EQ(call("/a"), "unexpected: GET http://api.example.com/a\n") << "once a test";
  EXPECT_EQ(told(ledger_->close_section(section)), "");
  EXPECT_EQ(call("/a"), "unexpected: GET http://api.example.com/a\n");
}

TEST_F(SectionsTest, ANearestEntryIsSaidToBeOfAnotherTest) {
  load(test("t") + get("test.expect", "a"));
  const Outcome out = outcome("/a");
  ASSERT_EQ(out.findings.size(), 1u);
  ASSERT_TRUE(out.findings[0].nearest);
  EXPECT_EQ(out.findings[0].nearest_reason, "of test 't', and this call was made outside of it");
}

TEST_F(SectionsTest, EachTimeHasEntriesOfItsOwn) {
  load(test("t*") + get("test.expect", "a"));
  const SectionId first = begin(0);
  EXPECT_EQ(call("/a"), "");
  const SectionId second = begin(0);
  EXPECT_EQ(call("/a"), "");
  EXPECT_EQ(told(ledger_->close_section(second)), "");
  ledger_->enter({first});
  EXPECT_EQ(call("/a"), "unexpected: GET http://api.example.com/a\n");
}

TEST_F(SectionsTest, WhatWasNotAskedForIsToldWhenTheTestEnds) {
  load(test("t") + get("test.expect", "a") + get("test.expect", "b"));
  const SectionId section = begin(0);
  EXPECT_EQ(call("/a"), "");
  EXPECT_EQ(told(ledger_->close_section(section)), "unused: GET http://api.example.com/b never happened\n");
  EXPECT_EQ(told(ledger_->finish()), "") << "told once";
  EXPECT_EQ(ledger_->totals().met, 1u);
  EXPECT_EQ(ledger_->totals().entries, 2u);
}

TEST_F(SectionsTest, EntriesOfTheTestGoBeforeThoseOfTheRun) {
  load(get("expect", "a", "times = \"0..\"\nreply = { text = \"run\" }") + test("t") + get("test.expect", "a", "reply = { text = \"test\" }"));
  begin(0);
  EXPECT_EQ(answer("/a"), "test");
  EXPECT_EQ(answer("/a"), "run") << "its own is used up";
}

TEST_F(SectionsTest, AnEntryOfTheRunThatFitsGoesBeforeOneOfTheTestThatDoesNot) {
  const auto post = [](const std::string& table, const std::string& body, const std::string& reply) {
    return "[[" + table + "]]\nhttp = \"POST http://api.example.com/a\"\nbody = \"" + body + "\"\nreply = { text = \"" + reply + "\" }\n";
  };
  load(post("expect", "one", "run") + test("t") + post("test.expect", "two", "test"));
  begin(0);
  Fields request = http_call("POST", "/a");
  request["body"] = "one";
  const Outcome out = ledger_->offer(protocol("http"), request, ++seq_);
  EXPECT_EQ(told(out.findings), "");
  EXPECT_EQ(out.rendered["text"], Value("run"));
}

TEST_F(SectionsTest, OrderHoldsWithinATest) {
  load(get("expect", "z") + test("t") + get("test.expect", "a") + get("test.expect", "b"));
  const SectionId section = begin(0);
  EXPECT_EQ(call("/b"), "out-of-order: GET http://api.example.com/b came before t.toml:11 GET http://api.example.com/a\n");
  EXPECT_EQ(call("/a"), "") << "and the run's own entry holds nobody up";
  EXPECT_EQ(told(ledger_->close_section(section)), "");
  EXPECT_EQ(told(ledger_->finish()), "unused: GET http://api.example.com/z never happened\n");
}

TEST_F(SectionsTest, OutOfOrderInTheSecondTimeNamesTheLinesToPaste) {
  load(test("t") + get("test.expect", "a") + get("test.expect", "b"));
  ledger_->close_section(begin(0));
  begin(0);
  const Outcome out = outcome("/b");
  ASSERT_EQ(out.findings.size(), 1u);
  EXPECT_EQ(out.findings[0].suggestion,
            "any_order = \"together\"    # t.toml:7 GET http://api.example.com/a\n"
            "any_order = \"together\"    # t.toml:11 GET http://api.example.com/b");
}

TEST_F(SectionsTest, ATestMayHaveAnOrderOfItsOwn) {
  load(test("t", "order = \"any\"") + get("test.expect", "a") + get("test.expect", "b"));
  const SectionId section = begin(0);
  EXPECT_EQ(call("/b"), "");
  EXPECT_EQ(call("/a"), "");
  EXPECT_EQ(told(ledger_->close_section(section)), "");
}

TEST_F(SectionsTest, AfterMeansTheEntryOfTheSameTime) {
  load(test("t", "order = \"any\"") + get("test.expect", "a", "id = \"first\"") + get("test.expect", "b", "after = [\"first\"]"));
  ledger_->close_section(begin(0));
  begin(0);
  EXPECT_EQ(call("/a"), "");
  EXPECT_EQ(call("/b"), "");
  begin(0);
  EXPECT_EQ(call("/b"), "out-of-order: GET http://api.example.com/b came before t.toml:7 GET http://api.example.com/a\n");
}

TEST_F(SectionsTest, NamesAreBoundForTheTestThatBindsThem) {
  load(test("t") + get("test.expect", "{{id:int}}") + get("test.expect", "again/{{id}}"));
  const SectionId one = begin(0);
  EXPECT_EQ(call("/1"), "");
  const SectionId two = begin(0);
  EXPECT_EQ(call("/2"), "");
  ledger_->enter({one});
  EXPECT_EQ(call("/again/1"), "");
  ledger_->enter({two});
  EXPECT_EQ(call("/again/2"), "");
}

TEST_F(SectionsTest, WhatTheRunBindsTestsKnow) {
  load(get("expect", "{{id:int}}") + test("t") + get("test.expect", "again/{{id}}"));
  EXPECT_EQ(call("/7"), "");
  begin(0);
  EXPECT_EQ(call("/again/7"), "");
}

TEST_F(SectionsTest, InnerTestsSeeTheEntriesOfOuterOnes) {
  load(test("outer") + get("test.expect", "a", "reply = { text = \"outer\" }\ntimes = 2") + test("inner") + get("test.expect", "a", "reply = { text = \"inner\" }"));
  const SectionId outer = ledger_->open_section({0}), inner = ledger_->open_section({1});
  ledger_->enter({inner, outer});
  EXPECT_EQ(answer("/a"), "inner");
  EXPECT_EQ(answer("/a"), "outer");
}

TEST_F(SectionsTest, ATestThatNeverBeginsIsOneFinding) {
  load(test("t") + get("test.expect", "a") + get("test.expect", "b") + test("optional", "required = false") + get("test.expect", "c") +
       "[[test]]\nargv = \"*/login_test*\"\n" + get("test.expect", "d"));
  const std::vector<Finding> findings = ledger_->finish();
  EXPECT_EQ(told(findings),
            "unused: test 't' never began: its 2 expectations were not asked for\n"
            "unused: test '*/login_test*' never began: its 1 expectation was not asked for\n");
  EXPECT_EQ(findings[0].at.line, 4u);
  EXPECT_EQ(findings[0].notes, std::vector<std::string>{"nothing wrote `begin t` to $BIGFOOT_CTL"});
  EXPECT_EQ(findings[0].suggestion, "required = false");
  EXPECT_EQ(findings[1].notes, std::vector<std::string>{"no process had that command line"});
  EXPECT_EQ(ledger_->totals().entries, 3u) << "the optional one is not asked for";
}

TEST_F(SectionsTest, AnEntryThatIsAddedIsOfTheTestInForce) {
  load(test("t") + get("test.expect", "a"));
  const SectionId section = begin(0);
  Diagnostics problems;
  ledger_->add(load_spec_text("added", "version = 1\n[[expect]]\nhttp = \"GET http://api.example.com/b\"\nheaders = \"*\"\n", problems).entries.front());
  EXPECT_EQ(call("/b"), "out-of-order: GET http://api.example.com/b came before t.toml:7 GET http://api.example.com/a\n") << "behind the test's own";
  ledger_->enter({});
  EXPECT_EQ(call("/b"), "unexpected: GET http://api.example.com/b\n");
  EXPECT_EQ(told(ledger_->close_section(section)), "unused: GET http://api.example.com/a never happened\n");
}

struct NameCase {
  const char* name;
  TestSection section;
  std::vector<std::string> command;
  bool fits;
};
class SectionName : public testing::TestWithParam<NameCase> {};
TEST_P(SectionName, IsAGlob) {
  const NameCase& row = GetParam();
  EXPECT_EQ(row.section.name.empty() ? row.section.is_run_by(row.command) : row.section.is_called(row.command.front()), row.fits);
}
INSTANTIATE_TEST_SUITE_P(Sections, SectionName,
                         testing::Values(NameCase{"Whole", {.name = "test_a"}, {"test_a"}, true}, NameCase{"NotApart", {.name = "test_a"}, {"test_ab"}, false},
                                         NameCase{"Star", {.name = "test_*[x]"}, {"test_a[x]"}, true},
                                         NameCase{"Argv", {.argv = "*/login_test *--fast*"}, {"/b/login_test", "-v", "--fast"}, true},
                                         NameCase{"OtherArgv", {.argv = "*/login_test"}, {"/b/login_test", "-v"}, false}),
                         [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace bigfoot
