// runner/reports/report_files.cpp - See report_files.h.
#include "runner/reports/report_files.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <iostream>

#include "runner/report.h"
#include "runner/reports/reports.h"

namespace bigfoot {

std::expected<void, std::string> write_report(ReportForm form, std::ostream& out, const StoredRun& run, const std::string& file) {
  switch (form) {
    case ReportForm::junit: write_junit(out, run); return {};
    case ReportForm::html: return write_page(out, run, file);
    case ReportForm::har: return write_har(out, run, file);
    case ReportForm::github: break;
  }
  const char* workspace = std::getenv("GITHUB_WORKSPACE");
  write_github(out, run, workspace == nullptr ? "" : workspace);
  return {};
}

std::expected<ReportFiles, std::string> ReportFiles::open(const std::vector<ReportTarget>& targets) {
  ReportFiles all;
  for (const ReportTarget& target : targets) {
    File file{target, {}};
    if (target.file != "-") {
      file.stream.open(target.file, std::ios::binary | std::ios::trunc);
      if (!file.stream) return std::unexpected(fmt::format("cannot write {}: {}", target.file, std::strerror(errno)));
    }
    all.files_.push_back(std::move(file));
  }
  return all;
}

std::optional<std::string> ReportFiles::write(const Timeline& timeline) {
  if (files_.empty()) return std::nullopt;
  const std::string stored = timeline.stored_at();
  const auto run = read_run(stored);
  if (!run) return fmt::format("cannot make the reports: {}", run.error());
  std::string problem;
  for (File& file : files_) {
    std::ostream& out = file.stream.is_open() ? file.stream : std::cout;
    // What the command wrote last may have no line end, and a workflow command must begin its line.
    if (file.target.form == ReportForm::github) out << '\n';
    errno = 0;
    const auto written = write_report(file.target.form, out, *run, stored);
    if (!written) {
      problem = written.error();
    } else if (!out.flush()) {
      problem = fmt::format("cannot write {}: {}", file.target.file == "-" ? "to stdout" : file.target.file, std::strerror(errno));
    }
  }
  if (problem.empty()) return std::nullopt;
  return problem;
}

}  // namespace bigfoot
