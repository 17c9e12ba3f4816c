// runner/endpoints/execs.h - Commands that the program starts: played by the stub, refused, failed, or run
// for real. Source: spec-format.md, 4.6, section 3 (row `exec`) and section 9, decisions 5 and 9.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <string>
#include <unordered_map>
#include <vector>

#include "runner/endpoints/lookups.h"
#include "runner/services.h"
#include "tracer/supervisor.h"

namespace bigfoot {

class Execs {
 public:
  /// `stub`: from open_stub(); empty where no execve is held.
  Execs(Services& services, Lookups& lookups, UniqueFd stub)
      : services_(services), lookups_(lookups), stub_(std::move(stub)) {}

  /// The run's own command, which is always let through.
  void main_starts(Pid pid, const std::string& path);
  /// One that was let through without being asked for.
  void passed(Pid pid, const std::string& path, const std::vector<std::string>& argv, bool warned);
  /// Answers the call, and plays the command to its end where an entry says how.
  asio::awaitable<void> serve(ExecCall call);
  void process_ended(Pid pid);
  /// What it prints now is what the spec, or the report, has it print.
  bool has_replaced(Pid pid) const { return replaced_.contains(pid); }

 private:
  struct Asked;
  /// A look-up in PATH by execve(2): what failed so far, and with what.
  struct Search {
    std::vector<std::string> argv;
    std::string program;
    std::vector<std::string> folders;  ///< PATH, the caller's or the one that it hands on: which of them it walks is its affair
    SearchSteps steps;
    int code = 0;
  };

  bool starts_own(const ExecCall& call);
  int code_of_search(const ExecCall& call);
  void remember_search(const ExecCall& call, int code);
  void fail(ExecCall call, int code);
  asio::awaitable<void> fail_later(ExecCall call, Asked asked, ExecOutcome outcome);
  asio::awaitable<void> play(ExecCall call, Asked asked, ExecOutcome outcome);
  void warn_of(const std::vector<std::string>& argv);
  void judge_by_guard(ExecCall call, Asked asked, ExecOutcome outcome);
  void refuse(ExecCall call, Asked asked, const Entry* entry, std::string text,
              std::vector<Finding> findings);
  /// What the stub hears of us; nothing, and the errno of the call and what is to be told of that, where it does not run.
  struct Replaced {
    UniqueFd channel;
    int error = 0;
    std::string why, cure;
  };
  Replaced replace(ExecCall call);
  void record(Asked asked, const Entry* entry, Fields response, std::vector<Finding> findings,
              std::string_view state, std::string_view answered = {});

  Services& services_;
  Lookups& lookups_;
  UniqueFd stub_;
  std::unordered_map<Pid, Search> searches_;
  std::set<Pid> replaced_;
  Pid main_{};
  bool own_to_come_ =
      false;  // the run's own command is `env`, or what a shebang has it run: it starts the real one
};

}  // namespace bigfoot
