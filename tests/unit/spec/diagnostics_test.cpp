// tests/unit/spec/diagnostics_test.cpp - How problems are shown, sorted and cured.
#include "spec/diagnostics.h"

#include <gtest/gtest.h>

namespace bigfoot {
namespace {

struct Shown {
  const char* name;
  Diagnostic problem;
  const char* text;
};

const Shown kShown[] = {
    {"KeyWithCure",
     {Severity::error, {"expectations.toml", 7, 1}, 5, "unknown key 'metod' in [[expect]]", "did you mean 'method'?", "metod = \"GET\""},
     "expectations.toml:7:1: error: unknown key 'metod' in [[expect]]\n"
     "  metod = \"GET\"\n"
     "  ^~~~~\n"
     "  did you mean 'method'?\n"},
    {"OneColumn", {Severity::warning, {"a.toml", 2, 3}, 1, "odd", "", "a = 1"}, "a.toml:2:3: warning: odd\n  a = 1\n    ^\n"},
    {"WholeFile", {Severity::error, {"a.toml", 0, 0}, 1, "this spec cannot be read", "there is no such file", ""},
     "a.toml: error: this spec cannot be read\n  there is no such file\n"},
    {"NotHere", {Severity::not_here, {"a.toml", 1, 1}, 4, "not built yet", "", "http = 1"}, "a.toml:1:1: note: not built yet\n  http = 1\n  ^~~~\n"},
    {"UnderlineEndsWithTheLine", {Severity::error, {"a.toml", 1, 5}, 99, "too long", "", "a = '''"}, "a.toml:1:5: error: too long\n  a = '''\n      ^~~\n"},
    {"PlaceBehindTheLine", {Severity::error, {"a.toml", 1, 50}, 3, "end", "", "a ="}, "a.toml:1:50: error: end\n  a =\n     ^\n"},
    {"TabsStayTabs", {Severity::error, {"a.toml", 1, 3}, 2, "tab", "", "\t\tab = 1"}, "a.toml:1:3: error: tab\n  \t\tab = 1\n  \t\t^~\n"},
    {"CharactersNotBytes", {Severity::error, {"a.toml", 1, 8}, 1, "bad", "", "é = \"ü\" x"}, "a.toml:1:8: error: bad\n  é = \"ü\" x\n         ^\n"},
    {"CureOfTwoLines", {Severity::error, {"a.toml", 1, 1}, 1, "bad", "one\ntwo", "x"}, "a.toml:1:1: error: bad\n  x\n  ^\n  one\n  two\n"},
};

TEST(DiagnosticText, IsPlaceLineCaretAndCure) {
  for (const Shown& shown : kShown) EXPECT_EQ(to_text(shown.problem), shown.text) << shown.name;
}

TEST(Diagnostics, FillInTheLineOfAFileThatTheyRemember) {
  Diagnostics problems;
  problems.remember("a.toml", "first\r\nsecond\nthird");
  problems.add({Severity::error, {"a.toml", 1, 1}, 1, "x", "", ""});
  problems.add({Severity::error, {"a.toml", 3, 1}, 1, "x", "", ""});
  problems.add({Severity::error, {"a.toml", 4, 1}, 1, "x", "", ""});
  problems.add({Severity::error, {"b.toml", 1, 1}, 1, "x", "", ""});
  EXPECT_EQ(problems.all()[0].source_line, "first");
  EXPECT_EQ(problems.all()[1].source_line, "third");
  EXPECT_EQ(problems.all()[2].source_line, "");
  EXPECT_EQ(problems.all()[3].source_line, "");
}

TEST(Diagnostics, AreSortedByFileAsReadThenByPlaceAndToldOnce) {
  Diagnostics problems;
  problems.remember("z.toml", "1\n2\n3");
  problems.remember("a.toml", "1\n2\n3");
  const auto add = [&](const char* file, unsigned line, const char* what) { problems.add({Severity::error, {file, line, 1}, 1, what, "", ""}); };
  add("a.toml", 1, "third");
  add("z.toml", 2, "second");
  add("z.toml", 1, "first");
  add("z.toml", 2, "second");
  problems.sort();
  ASSERT_EQ(problems.all().size(), 3u);
  EXPECT_EQ(problems.all()[0].what, "first");
  EXPECT_EQ(problems.all()[1].what, "second");
  EXPECT_EQ(problems.all()[2].what, "third");
}

TEST(Diagnostics, KnowHowSevereTheyAre) {
  Diagnostics problems;
  EXPECT_FALSE(problems.has(Severity::warning));
  problems.add({Severity::not_here, {}, 1, "x", "", ""});
  EXPECT_TRUE(problems.has(Severity::warning));
  EXPECT_TRUE(problems.has(Severity::not_here));
  EXPECT_FALSE(problems.has(Severity::error));
}

struct Near {
  const char* word;
  const char* nearest;
};
const Near kNear[] = {
    {"metod", "method"}, {"mehtod", "method"}, {"METHOD", "method"}, {"bdy", "body"},      {"replys", "reply"}, {"xyz", ""},
    {"", ""},            {"headrs", "headers"}, {"hedaers", "headers"}, {"timeout", "times"}, {"q", ""},
};

TEST(NearestWord, IsWhatWasProbablyMeant) {
  const std::vector<std::string_view> candidates = {"method", "body", "reply", "headers", "times"};
  for (const Near& near : kNear) EXPECT_EQ(nearest_word(near.word, candidates), near.nearest) << near.word;
  EXPECT_EQ(nearest_word(std::string(5000, 'a'), candidates), "");
}

}  // namespace
}  // namespace bigfoot
