// runner/update.h - --update around spec/update.h: the files as they are on disk, and the summary.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "spec/update.h"

namespace bigfoot {

/// The specs of a run, as their bytes were when it started.
class SpecFiles {
 public:
  explicit SpecFiles(const std::vector<std::string>& files);
  const std::map<std::string, std::string>& texts() const { return texts_; }
  /// Writes a file anew, by renaming a whole new one into its place: its mode and, where it is a symbolic link, the link stay.
  /// Gives why that is refused: it is read-only, or somebody changed it meanwhile; "" where it is written.
  std::string write(const std::string& file, const std::string& text) const;

 private:
  std::map<std::string, std::string> texts_;
};

/// Writes what the plan says and gives the summary, for stderr.
std::string apply_update(const SpecFiles& files, UpdatePlan plan);

}  // namespace bigfoot
