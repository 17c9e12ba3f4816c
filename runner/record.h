// runner/record.h - What one run remembers: interactions, violations, processes, the outcome. The timeline stores
// these and every report is made from them. Source: outputs.md, "Violations" and "The timeline".
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "protocols/value.h"
#include "spec/ledger.h"

namespace bigfoot {

/// Where an expectation stands in the spec.
struct ExpectationRef {
  std::string id;  ///< "" where the entry has none
  std::string file;
  unsigned line = 0;
};

/// One completed call, in the order of `seq`.
struct Interaction {
  std::uint64_t seq = 0;
  double t_ms = 0;         ///< since the start of the run
  double duration_ms = 0;
  int pid = 0;             ///< the small, stable number
  std::uint64_t connection = 0;  ///< 0: none
  std::string protocol;    ///< "http", "dns", "socket"
  std::string op;
  std::string target;      ///< "http://api.stripe.com:80"
  std::string test;        ///< section, "" outside
  std::string state;       ///< "asserted", "ambient", "allowed", or the violation's kind
  std::optional<ExpectationRef> expectation;
  Fields request;          ///< as the timeline shows it (bodies as raw bytes: the timeline gives them their form)
  Fields response;
};

struct Violation {
  ViolationKind kind = ViolationKind::unexpected;
  std::optional<std::uint64_t> interaction;
  std::optional<ExpectationRef> expectation;
  std::uint64_t connection = 0;     ///< of the interaction, for --update
  int pid = 0;                      ///< 0: no process is to blame (unused)
  std::string test;                 ///< section, "" outside
  double t_ms = 0;
  std::string message;              ///< one line
  std::string headline;             ///< the call in short, for the report's first line; "": the message stands there
  std::string answered;             ///< what the program saw: "501", "RST"; may be empty
  std::vector<Difference> fields;
  std::size_t fields_equal = 0;
  std::optional<ExpectationRef> nearest;
  std::string nearest_text;         ///< "GET https://api.stripe.com/v1/balances   path differs at \"s\""
  std::vector<std::string> notes;
  std::string suggestion_verb;      ///< "accept it", "add"
  std::string suggestion;           ///< TOML to paste
  bool likely_consequence = false;  ///< the child failed by itself: this may only follow from it
  Patch patch;                      ///< for --update; in memory only
  std::uint64_t times = 1;          ///< how many equal ones this stands for (the timeline folds them for the report)
};

struct ProcessRecord {
  int pid = 0;
  int host_pid = 0;
  int ppid = 0;
  std::vector<std::string> argv;
  std::string exe;
  double started_ms = 0;
  std::optional<double> ended_ms;
  std::optional<int> exit_code;
  std::optional<int> signal;
};

/// A test section that has ended.
struct TestRecord {
  std::string name;
  int pid = 0;  ///< the process that began it, or that it was chosen for
  double started_ms = 0, ended_ms = 0;
  bool is_skipped = false;
};

struct RunInfo {
  std::vector<std::string> command;
  std::string cwd;
  std::vector<std::string> specs;
  std::string started_at;  ///< RFC 3339 with milliseconds, UTC
  double duration_ms = 0;
  std::string version, kernel, arch;
  std::uint64_t seed = 0;
};

struct RunOutcome {
  bool pass = false;
  int exit_status = 0;
  std::optional<int> child_exit_code;
  std::optional<int> child_signal;
  std::string ended_by;  ///< "" the child itself, "timeout", "signal"
  std::uint64_t interactions = 0, asserted = 0, ambient = 0, allowed = 0;
  std::array<std::uint64_t, 11> violations{};  ///< by ViolationKind
  std::size_t expectations_met = 0, expectations = 0;
};

}  // namespace bigfoot
