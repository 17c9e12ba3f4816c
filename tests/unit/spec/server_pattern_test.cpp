// tests/unit/spec/server_pattern_test.cpp - "localhost" of an entry, and the addresses that a connection has instead.
#include <gtest/gtest.h>

#include "spec/url_pattern.h"
#include "tests/unit/spec/spec_text.h"

namespace bigfoot {
namespace {

struct Case {
  const char* wanted;
  const char* actual;
  bool fits;
};
const Case kCases[] = {
    {"localhost", "localhost", true},
    {"localhost", "127.0.0.1", true},
    {"localhost", "127.0.1.1", true},
    {"localhost", "::1", true},
    {"localhost", "::ffff:127.0.0.1", true},
    {"localhost", "192.0.2.1", false},
    {"localhost", "db.example.com", false},
    {"127.0.0.1", "127.0.0.1", true},
    {"127.0.0.1", "::1", false},
    {"127.0.0.1", "localhost", false},
    {"localhost:6379", "127.0.0.1:6379", true},
    {"localhost:6379", "[::1]:6379", true},
    {"localhost:6379", "127.0.0.1:6380", false},
    {"localhost.example.com", "127.0.0.1", false},
};

TEST(ServerPattern, LocalhostFitsItsAddresses) {
  for (const Case& row : kCases) {
    const PatternPtr pattern = server_pattern(pattern_of("\"" + std::string(row.wanted) + "\"", compile_pattern));
    MatchReport report;
    EXPECT_EQ(pattern->match(row.actual, "host", {}, {}, &report), row.fits) << row.wanted << " and " << row.actual;
    EXPECT_EQ(report.differences.empty(), row.fits) << row.wanted << " and " << row.actual;
    if (!row.fits) {
      EXPECT_EQ(report.differences.front().actual, Value(row.actual));
    }
  }
}

}  // namespace
}  // namespace bigfoot
