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

}  // namespace bigfoot
