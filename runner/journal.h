// runner/journal.h - Turns what the endpoints saw into interactions and violations of the timeline: numbers, times,
// processes, states. Belongs to the event loop's thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "runner/process_table.h"
#include "runner/running_tests.h"
#include "runner/timeline.h"
#include "spec/ledger.h"

namespace bigfoot {

/// One call while it is on its way.
struct CallTicket {
  std::uint64_t seq = 0;
  double started_ms = 0;
};

/// Who made a call, and over what.
struct CallSite {
  Pid pid{};
  std::uint64_t connection = 0;
  std::string target;  ///< "http://api.stripe.com:80"
};

/// A list of just this finding.
std::vector<Finding> one(Finding finding);

class Journal {
 public:
  Journal(const Spec& spec, Timeline& timeline, std::chrono::steady_clock::time_point start);

  double ms_of(std::chrono::steady_clock::time_point at) const;  ///< since the start of the run
  double now_ms() const { return ms_of(std::chrono::steady_clock::now()); }
  CallTicket open_call() { return {++seq_, now_ms()}; }
  /// One that was seen earlier, and is judged only now.
  CallTicket open_call(std::chrono::steady_clock::time_point at) { return {++seq_, ms_of(at)}; }
  /// The number that the next call will have.
  std::uint64_t next_seq() const { return seq_ + 1; }
  std::uint64_t new_connection() { return ++connections_; }

  /// Records a completed call with what the ledger found. `state` is the interaction's state where nothing was found:
  /// "asserted", "ambient", "allowed". `answered` is what the program saw instead of an answer ("501", "RST").
  void record(const CallTicket& call, const CallSite& site, Interaction interaction, const Entry* entry,
              std::vector<Finding> findings, std::string_view state, std::string_view answered = {});
  /// The part of an interaction that equal calls have in common, for record_again().
  std::string repeatable(Interaction interaction, const CallSite& site, const Entry* entry) const;
  /// Records an asserted call that equals an earlier one but for its numbers. False where it cannot be told so shortly.
  bool record_again(const CallTicket& call, const CallSite& site, std::string_view repeatable);
  /// Records what no interaction belongs to (unused entries, a timeout). `likely_consequence`: the child failed by
  /// itself, and these may only follow from that.
  void record(std::vector<Finding> findings, bool likely_consequence);

  /// Tests: who is in one, and what they have done.
  RunningTests& tests() { return tests_; }
  void end_test(RunningTest& test, bool is_skipped);
  std::vector<SectionId> scope_of(Pid pid) { return tests_.none() ? std::vector<SectionId>() : tests_.scope(number_of(pid)); }
  const std::vector<ProcessRecord>& processes() const { return timeline_.processes(); }
  const RunOutcome& counts() const { return timeline_.counts(); }

  void process(const ProcessEvent& event, std::chrono::steady_clock::time_point when);
  void main_ended() { main_ended_ms_ = now_ms(); }
  int number_of(Pid pid) { return processes_.number_of(pid); }
  /// The base name of its executable, "the program" where it is not known.
  std::string program_of(Pid pid) { return processes_.program_of(pid); }
  /// The processes above it, the nearest first: "sh pid 3, make pid 2, python3 pid 1".
  std::string parents_of(Pid pid) const { return processes_.parents_of(pid); }
  bool stores_interactions() const { return timeline_.stores_interactions(); }
  /// Whether a request header is left out of interactions as noise.
  bool is_noise(const std::string& header);

 private:
  Violation to_violation(Finding finding) const;
  bool is_leak(Pid pid, double started_ms) const;
  void add(Violation violation, RunningTest* test);

  const Spec& spec_;
  Timeline& timeline_;
  std::chrono::steady_clock::time_point start_;
  ProcessTable processes_;
  RunningTests tests_{processes_};
  std::uint64_t seq_ = 0, connections_ = 0;
  std::optional<double> main_ended_ms_;
  std::unordered_map<std::string, bool> noise_;  // is_noise_header's answers; bounded, see is_noise
};

}  // namespace bigfoot
