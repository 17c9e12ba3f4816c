// tests/unit/tracer/output_targets.h - The programs under test that write to their standard output and error.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace bigfoot::test {

/// By name, as those of targets.cpp.
const std::map<std::string, int (*)(const std::vector<std::string>&)>& output_targets();

}  // namespace bigfoot::test
