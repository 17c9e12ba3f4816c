// spec/log_outcome.h - What the ledger says of lines of log channels. Source: spec-format.md, 4.10 and section 3 (row `log`).
#pragma once

#include <string>
#include <vector>

#include "spec/finding.h"

namespace bigfoot {

/// What becomes of one record of a channel.
struct LogOutcome {
  const Entry* entry = nullptr;  ///< null: no entry fits
  /// No entry names it and its channel is not strict, or it is below `ignore_below`: for the timeline at most.
  bool ambient = false;
  std::vector<Finding> findings;
  std::string warning;  ///< instead of a finding, where guard.log is "warn": the record is ambient then
};

}  // namespace bigfoot
