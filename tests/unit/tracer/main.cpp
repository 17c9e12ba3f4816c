// tests/unit/tracer/main.cpp - The tests, or one of the programs under test (targets.h).
#include <gtest/gtest.h>

#include "targets.h"

int main(int argc, char** argv) {
  if (const std::optional<int> result = bigfoot::test::run_as_target(argc, argv)) return *result;
  ::testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
