// runner/timeline_read.h - Reads a timeline again: the document, JSON lines, and the spool of a run that was killed.
// Source: outputs.md, "The timeline".
#pragma once

#include <expected>
#include <functional>
#include <string>
#include <vector>

#include "runner/record.h"

namespace bigfoot {

/// A test section, or several of one name: from the start of the first to the end of the last. Of a run that was cut short
/// one may be known by its calls alone.
struct StoredSection {
  std::string name;
  double started_ms = 0, ended_ms = 0;
  bool is_skipped = false;
};

/// All of a run but its interactions.
struct StoredRun {
  RunInfo run;
  RunOutcome outcome;
  bool complete = false;  ///< false: the run did not live to write its outcome; the counts are of what is there
  std::vector<Violation> violations;  ///< folded as the run itself folds them (violation_fold.h)
  std::vector<ProcessRecord> processes;
  std::vector<StoredSection> sections;  ///< in the order in which they came; without what is outside of sections
};

/// Hands over each record as JSON (what a file of lines has around it is taken off): "run", "outcome", "process",
/// "test", "interaction", "violation". Whatever the size of the file, one record is in memory at a time.
using OnRecord = std::function<void(std::string_view type, Value record)>;

/// The error names the file and what is wrong with it.
std::expected<void, std::string> read_records(const std::string& file, const OnRecord& on_record);
std::expected<StoredRun, std::string> read_run(const std::string& file);

}  // namespace bigfoot
