// runner/search_path.h - Walks through the folders of PATH: which steps belong to one search for a program.
// Source: POSIX.1-2017, 8.3 (PATH); execvp(3).
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "tracer/ids.h"

namespace bigfoot {

/// The folders of a PATH, as they stand there: one may stand there twice. Relative ones are left out, and so are slashes at
/// the end.
std::vector<std::string> folders_of(std::string_view path_variable);
/// Of the PATH among variables as execve(2) takes them; none where it is not set.
std::vector<std::string> search_path(const std::vector<std::string>& environment);
/// Of the PATH that the process was started with; a shell may have set another since.
std::vector<std::string> search_path(Pid pid);

std::string folder_of(const std::string& path);
/// Whether `second` stands right behind `first` somewhere.
bool is_next_folder(const std::vector<std::string>& folders, const std::string& first, const std::string& second);

/// What one search has tried so far.
class SearchSteps {
 public:
  bool empty() const { return tried_.empty(); }
  /// Whether this search could try this path next: it has not yet, or not as often as its folder stands in PATH.
  bool could_be(const std::string& path, const std::vector<std::string>& folders) const;
  void add(const std::string& path) {
    ++tried_[path];
    last_ = path;
  }
  const std::string& last() const { return last_; }

 private:
  std::map<std::string, int> tried_;
  std::string last_;
};

}  // namespace bigfoot
