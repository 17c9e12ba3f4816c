// tests/unit/tracer/file_targets.h - The programs under test that open files and look at them.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace bigfoot::test {

/// By name, as those of targets.cpp.
const std::map<std::string, int (*)(const std::vector<std::string>&)>& file_targets();

}  // namespace bigfoot::test
