// runner/report.h - The text report. Source: spec-format.md, section 5.
#pragma once

#include <string>
#include <vector>

#include "runner/record.h"

namespace bigfoot {

struct ReportInput {
  const RunInfo& run;
  const RunOutcome& outcome;
  const std::vector<Violation>& violations;
  const std::vector<ProcessRecord>& processes;
};

/// Everything of ours that goes to stderr after the child has ended; "" where there is nothing to say (green and not verbose).
std::string text_report(const ReportInput& input, bool color, bool verbose);

/// The parts of it that other forms of report are made of: its first line; the lines of one violation, head first.
std::string summary_text(const RunOutcome& outcome);
std::string violation_text(const ReportInput& input, const Violation& violation);
/// "MISMATCH  #4  POST https://api.stripe.com/v1/charges"
std::string violation_head(const Violation& violation);
/// The command in short: "pytest tests -k login".
std::string command_text(const RunInfo& run);
/// How the command failed by itself ("the command failed with status 7"), "" where it did not or the run was ended.
std::string own_failure(const RunOutcome& outcome);
std::uint64_t problem_count(const RunOutcome& outcome);

}  // namespace bigfoot
