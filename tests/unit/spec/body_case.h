// tests/unit/spec/body_case.h - A body against a pattern, and what is told of it: a row of the tables in pattern_test and operators_test.
#pragma once

#include "tests/unit/spec/spec_text.h"

namespace bigfoot {

struct BodyCase {
  const char* name;
  std::string pattern;  // TOML
  std::string body;
  const char* differences;  // "" where it fits
};

inline void check(const BodyCase& row) {
  const PatternPtr pattern = pattern_of(row.pattern);
  ASSERT_TRUE(pattern);
  MatchReport report;
  const bool fits = pattern->match(row.body, "body", {}, quiet_world(), &report);
  EXPECT_EQ(differences_text(report.differences), row.differences);
  EXPECT_EQ(report.differing, report.differences.size());
  EXPECT_EQ(fits, std::string_view(row.differences).empty());
  EXPECT_EQ(pattern->match(row.body, "body", {}, quiet_world(), nullptr), fits) << "the short way says the same";
}

}  // namespace bigfoot
