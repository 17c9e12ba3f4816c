// runner/exec_policy.cpp - see exec_policy.h.
#include "runner/exec_policy.h"

#include <algorithm>
#include <filesystem>

#include "spec/command_text.h"
#include "spec/command_call.h"
#include "tracer/proc.h"

namespace bigfoot {

ExecPolicy::ExecPolicy(const Spec& spec, const ProgramNames& programs)
    : spec_(spec), programs_(programs), watched_(spec.exec_is_watched()), level_(spec.exec_level()) {
  for (const Entry& entry : spec.entries) {
    if (!is_command(*entry.protocol)) continue;
    any_entry_ = true;
    const bool by_name = entry.protocol->name == "exec" && !entry.identity.empty() && entry.identity.front().pattern &&
                         !entry.identity.front().pattern->is_any();
    any_command_ = any_command_ || (entry.protocol->name == "exec" && !by_name);
  }
  any_command_ = any_command_ || spec.exec_compares("cwd");
}

ExecPolicy::Verdict ExecPolicy::judge(const ExecCall& call) const {
  const std::string program = base_name(call.path());
  if (may_be_meant(call, program) || leads_on(program, call.argv())) return Verdict::ask;
  if (spec_.guard.denying_exec(call.path(), program) != nullptr) return Verdict::ask;
  if (call.would_fail() != 0) return Verdict::pass;  // the next entry of PATH, or an error that is the program's own
  if (spec_.guard.allowing_exec(call.path(), program) != nullptr) return Verdict::allowed;
  if (!watched_) return Verdict::pass;
  if (level_ == GuardLevel::error) return Verdict::ask;
  return level_ == GuardLevel::warn ? Verdict::warned : Verdict::allowed;
}

bool ExecPolicy::may_be_meant(const ExecCall& call, const std::string& program) const {
  if (any_command_ || programs_.may_be_meant(program)) return true;
  if (!call.argv().empty() && programs_.may_be_meant(call.argv().front())) return true;
  if (!any_entry_) return false;
  // A shell's text may be an entry's, or name the program of one.
  return shell_command(call.path(), call.argv()).has_value() || (!programs_.empty() && programs_.may_be_meant(resolved_path(call)));
}

std::string resolved_path(const ExecCall& call) {
  std::error_code error;
  if (process_link(static_cast<pid_t>(call.caller().pid), "root") !=
      std::filesystem::read_symlink("/proc/self/root", error).string())
    return "";
  const std::filesystem::path path = std::filesystem::canonical(call.path(), error);
  return error ? "" : path.string();
}

}  // namespace bigfoot
