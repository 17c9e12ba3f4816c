// bigfoot_gtest.h - A section for each GoogleTest test, named `Suite.Name`: include it in one source file or more, nothing else
// is needed. A test that did not keep to the spec fails with the report, even where its own assertions hold.
// Source: googletest docs/advanced.md, "Extending googletest by Handling Test Events".
#pragma once

#include <gtest/gtest.h>

#include "bigfoot.h"

namespace bigfoot {

/// SetUp and TearDown belong to the section; SetUpTestSuite and environments are of the whole run.
class GtestListener : public testing::EmptyTestEventListener {
  static std::string name_of(const testing::TestInfo& test) { return std::string(test.test_suite_name()) + "." + test.name(); }

  void OnTestStart(const testing::TestInfo& test) override {
    if (const std::string answer = bigfoot::begin(name_of(test)); answer.rfind("{\"error\"", 0) == 0) ADD_FAILURE() << text_of(answer, "message");
  }
  void OnTestEnd(const testing::TestInfo& test) override {
    const Verdict verdict = test.result()->Skipped() ? bigfoot::skip(name_of(test)) : bigfoot::end(name_of(test));
    if (!verdict.passed) ADD_FAILURE() << verdict.report;
  }
};

/// Listeners hear of the end of a test in reverse order: this one before the printer says OK.
inline const bool kGtestListenerIsThere = [] {
  if (is_active()) testing::UnitTest::GetInstance()->listeners().Append(new GtestListener);
  return true;
}();

}  // namespace bigfoot
