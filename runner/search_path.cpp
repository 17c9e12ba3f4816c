// runner/search_path.cpp - see search_path.h.
#include "runner/search_path.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>

namespace bigfoot {
namespace {

constexpr std::string_view kPath = "PATH=";

}  // namespace

std::vector<std::string> folders_of(std::string_view path_variable) {
  std::vector<std::string> out;
  for (std::size_t from = 0; from < path_variable.size();) {
    const std::size_t end = std::min(path_variable.find(':', from), path_variable.size());
    std::string_view folder = path_variable.substr(from, end - from);
    while (folder.size() > 1 && folder.ends_with('/')) folder.remove_suffix(1);
    if (folder.starts_with('/')) out.emplace_back(folder);
    from = end + 1;
  }
  return out;
}

std::vector<std::string> search_path(const std::vector<std::string>& environment) {
  const auto found = std::ranges::find_if(environment, [](const std::string& each) { return each.starts_with(kPath); });
  if (found == environment.end()) return {};
  return folders_of(std::string_view(*found).substr(kPath.size()));
}

std::vector<std::string> search_path(Pid pid) {
  std::ifstream file(fmt::format("/proc/{}/environ", static_cast<pid_t>(pid)), std::ios::binary);
  for (std::string variable; std::getline(file, variable, '\0');)
    if (variable.starts_with(kPath)) return folders_of(std::string_view(variable).substr(kPath.size()));
  return {};
}

std::string folder_of(const std::string& path) {
  std::string out = path.substr(0, std::max<std::size_t>(path.rfind('/'), 1));
  while (out.size() > 1 && out.ends_with('/')) out.pop_back();
  return out;
}

bool is_next_folder(const std::vector<std::string>& folders, const std::string& first, const std::string& second) {
  return std::ranges::adjacent_find(folders, [&](const std::string& one, const std::string& other) {
           return one == first && other == second;
         }) != folders.end();
}

bool SearchSteps::could_be(const std::string& path, const std::vector<std::string>& folders) const {
  const auto tried = tried_.find(path);
  return tried == tried_.end() || tried->second < std::ranges::count(folders, folder_of(path));
}

}  // namespace bigfoot
