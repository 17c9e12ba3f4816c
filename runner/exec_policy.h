// runner/exec_policy.h - What the spec says of an execve whatever has happened before: most need not be asked about.
#pragma once

#include "runner/program_names.h"
#include "tracer/supervisor.h"

namespace bigfoot {

/// Never changes: any thread may ask.
class ExecPolicy {
 public:
  ExecPolicy(const Spec& spec, const ProgramNames& programs);

  enum class Verdict {
    ask,      ///< an entry may fit, or it must be refused, or it only leads to another
    pass,     ///< let through, and nobody need know
    allowed,  ///< let through by a rule, or by [guard] exec = "off"
    warned,   ///< let through by [guard] exec = "warn"
  };
  Verdict judge(const ExecCall& call) const;

 private:
  bool may_be_meant(const ExecCall& call, const std::string& program) const;

  const Spec& spec_;
  const ProgramNames& programs_;
  const bool watched_;
  const GuardLevel level_;
  bool any_command_ = false;  // an entry fits every program, or compares what only the loop reads
  bool any_entry_ = false;
};

/// The program's path without symbolic links; "" where it is not there, or the process sees other files than we do.
std::string resolved_path(const ExecCall& call);

}  // namespace bigfoot
