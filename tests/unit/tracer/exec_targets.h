// tests/unit/tracer/exec_targets.h - Programs under test that run other programs, in every way there is.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace bigfoot::test {

const std::map<std::string, int (*)(const std::vector<std::string>&)>& exec_targets();

}  // namespace bigfoot::test
