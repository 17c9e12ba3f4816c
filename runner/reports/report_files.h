// runner/reports/report_files.h - What a run writes besides its timeline: --junit, --html, --har, --github.
#pragma once

#include <expected>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "runner/options.h"
#include "runner/timeline.h"
#include "runner/timeline_read.h"

namespace bigfoot {

/// Writes one form of a report; gives what went wrong, if anything.
std::expected<void, std::string> write_report(ReportForm form, std::ostream& out, const StoredRun& run, const std::string& file);

/// Files are opened before anything runs: one that cannot be written is told at once, not after an hour of tests.
class ReportFiles {
 public:
  static std::expected<ReportFiles, std::string> open(const std::vector<ReportTarget>& targets);
  bool empty() const { return files_.empty(); }
  /// `timeline` has finished.
  std::optional<std::string> write(const Timeline& timeline);

 private:
  struct File {
    ReportTarget target;
    std::ofstream stream;  // not open: stdout
  };
  std::vector<File> files_;
};

}  // namespace bigfoot
