// tests/unit/tracer/file_targets.h - The programs under test that open files and look at them.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace bigfoot::test {

/// By name, as those of targets.cpp.
const std::map<std::string, int (*)(const std::vector<std::string>&)>& file_targets();

// file_answer_targets.cpp
int reads_given(const std::vector<std::string>& arguments);
int reads_descriptions(const std::vector<std::string>& arguments);
int reads_links(const std::vector<std::string>& arguments);
int reads_list(const std::vector<std::string>& arguments);
int changes_nothing(const std::vector<std::string>& arguments);
int uses_staged_folder(const std::vector<std::string>& arguments);
int names_in_root(const std::vector<std::string>& arguments);
int moves_links(const std::vector<std::string>& arguments);
int file_call_storm(const std::vector<std::string>& arguments);

}  // namespace bigfoot::test
