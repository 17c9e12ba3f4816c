// tests/unit/spec/protocol_guide_test.cpp - `explain` knows every protocol, operator and violation, and its examples are good.
#include <gtest/gtest.h>

#include "spec/protocol_guide.h"
#include "tests/unit/spec/spec_text.h"

namespace bigfoot {
namespace {

TEST(ProtocolGuide, HasARowForEachProtocol) {
  ASSERT_EQ(protocol_guides().size(), all_protocols().size());
  for (std::size_t i = 0; i < all_protocols().size(); ++i) EXPECT_EQ(protocol_guides()[i].name, all_protocols()[i]->name);
}

TEST(ProtocolGuide, ExamplesAreOfTheirProtocolAndHaveNothingToLint) {
  for (const ProtocolGuide& guide : protocol_guides()) {
    SCOPED_TRACE(guide.name);
    Diagnostics problems;
    const Spec spec = load_spec_text("t.toml", "version = 1\n" + std::string(guide.example), problems);
    EXPECT_FALSE(problems.has(Severity::error)) << all_text(problems);
    for (const Diagnostic& problem : problems.all()) EXPECT_EQ(problem.severity, Severity::not_here) << to_text(problem);
    ASSERT_EQ(spec.entries.size(), 1u);
    EXPECT_EQ(spec.entries[0].protocol->name, guide.name);
  }
}

TEST(ProtocolGuide, HasARowForEachOperatorAndViolation) {
  for (const OperatorRow& row : operator_rows()) EXPECT_FALSE(row.help.empty()) << row.name;
  for (std::size_t i = 0; i < violation_guides().size(); ++i) EXPECT_EQ(violation_guides()[i].kind, to_text(static_cast<ViolationKind>(i)));
  EXPECT_EQ(violation_guides().back().kind, to_text(ViolationKind::timeout));
}

}  // namespace
}  // namespace bigfoot
