// runner/program_names.h - The programs that the spec's entries of `which` and `exec` name: which files a program may look at
// to find them.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "spec/spec.h"

namespace bigfoot {

/// Never changes: any thread may ask.
class ProgramNames {
 public:
  explicit ProgramNames(const Spec& spec, Surroundings around);

  /// No entry names one: look-ups need not be watched.
  bool empty() const { return names_.empty() && patterns_.empty(); }
  /// Whether the last part of the path is the name of one. Asked for every look of the tree at a file.
  bool may_be_meant(std::string_view path) const;

 private:
  Surroundings around_;
  std::set<std::string, std::less<>> names_;
  std::vector<PatternPtr> patterns_;  // names with holes
};

}  // namespace bigfoot
