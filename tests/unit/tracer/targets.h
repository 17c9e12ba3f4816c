// tests/unit/tracer/targets.h - Small programs under test, inside the test's own binary: started with
// BIGFOOT_TARGET set it runs the one of that name instead of any test.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace bigfoot::test {

/// The command that runs a target, by an absolute path.
std::vector<std::string> target_command(const std::vector<std::string>& arguments = {});
/// For LaunchOptions::env.
std::pair<std::string, std::string> target_name(const std::string& name);
/// The result of the target that this process is to be; nullopt: it is the test itself.
std::optional<int> run_as_target(int argc, char** argv);

}  // namespace bigfoot::test
