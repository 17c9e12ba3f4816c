// runner/timeline.h - The one record of a run: spooled while it happens, written as one document at the end, read
// again by `bigfoot-run report`. Source: outputs.md, "The timeline".
#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runner/record.h"
#include "runner/redactor.h"
#include "spec/update.h"

namespace bigfoot {

struct TimelineOptions {
  std::optional<std::string> file;  ///< none: nothing is stored, violations and counts are still kept
  std::size_t body_limit = 64 * 1024;
  bool read_again = false;  ///< records are stored even without a file, for the reports that are made from them at the end
  bool keeps_patches = false;       ///< --update
};

/// Memory is bounded: interactions go to the spool only; of each violation kind the first kKeptViolations are kept
/// for the report, all are spooled and counted.
class Timeline {
 public:
  static constexpr std::size_t kKeptViolations = 1000;
  static constexpr std::size_t kKeptPatches = 10'000;
  static std::expected<std::unique_ptr<Timeline>, std::string> open(const TimelineOptions& options, const RunInfo& run, const Redactor& redactor);
  virtual ~Timeline() = default;

  virtual void add(Interaction interaction) = 0;   ///< counts it by state; redacts; spools at once
  /// What the records of equal calls have in common: all but number, times, process and connection. Redacted.
  virtual std::string repeatable(Interaction interaction) const = 0;
  /// Adds an asserted call that equals an earlier one: of `numbers` only what `repeatable` leaves out is read.
  virtual void add_again(const Interaction& numbers, std::string_view repeatable) = 0;
  virtual Violation add(Violation violation) = 0;  ///< gives it as it is stored: redacted
  virtual void add(const ProcessRecord& process) = 0;  ///< again with the same pid: replaces it (ended)
  virtual void add(const TestRecord& test) = 0;
  virtual const RunOutcome& counts() const = 0;
  /// True where interactions are stored somewhere: else the caller need not fill request and response.
  virtual bool stores_interactions() const = 0;

  /// Writes the document and gives what went wrong with the file, if anything.
  virtual std::optional<std::string> finish(const RunInfo& run, const RunOutcome& outcome) = 0;
  /// A file that has all records once more (timeline_read.h), from finish() on for as long as this lives; "" where nothing is stored.
  virtual std::string stored_at() const = 0;
  virtual const std::vector<Violation>& violations() const = 0;  ///< the kept ones, redacted, in order
  virtual const std::vector<ProcessRecord>& processes() const = 0;
  /// For --update: of every violation, up to kKeptPatches, redacted.
  virtual const std::vector<Patchable>& patches() const = 0;
};

}  // namespace bigfoot
