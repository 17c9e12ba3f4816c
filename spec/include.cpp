// spec/include.cpp - File names with one kind of wildcard, in their last part only.
#include "spec/include.h"

#include <algorithm>
#include <filesystem>
#include <string_view>

namespace bigfoot {
namespace {

bool fits(std::string_view pattern, std::string_view name) {
  std::size_t star = pattern.npos, retry = 0, p = 0, n = 0;
  while (n < name.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      retry = n;
    } else if (p < pattern.size() && pattern[p] == name[n]) {
      ++p;
      ++n;
    } else if (star != pattern.npos) {
      p = star + 1;
      n = ++retry;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

}  // namespace

std::vector<std::string> included_files(const std::string& pattern) {
  namespace fs = std::filesystem;
  const fs::path path(pattern);
  const std::string last = path.filename().string();
  std::error_code error;
  std::vector<std::string> files;
  if (last.find('*') == last.npos) {
    if (fs::is_regular_file(path, error)) files.push_back(pattern);
    return files;
  }
  const fs::path folder = path.parent_path();
  for (fs::directory_iterator item(folder.empty() ? fs::path(".") : folder, error), end; !error && item != end; item.increment(error)) {
    const std::string name = item->path().filename().string();
    std::error_code ignored;  // a file that vanished meanwhile is none
    if (fits(last, name) && !name.starts_with('.') && item->is_regular_file(ignored)) files.push_back((folder / name).string());
  }
  std::ranges::sort(files);
  return files;
}

}  // namespace bigfoot
