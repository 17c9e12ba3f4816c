// tracer/keeper.h - The process between the supervisor and the target: parent and reaper of the whole tree.
// Why one: bigfoot-run can die of SIGKILL, and a tree whose filter has lost its listener must not run on (its
// trapped calls give ENOSYS). The keeper notices and kills it; it also keeps orphans countable and their exit
// codes known. Source: PR_SET_CHILD_SUBREAPER(2const), seccomp_unotify(2), clone(2).
#pragma once

#include <linux/filter.h>
#include <signal.h>

#include <array>
#include <cstdint>

#include "tracer/ids.h"
#include "tracer/os.h"

namespace bigfoot {

/// The name of the keeper (task_name()) and of the target before it has become the command.
inline constexpr const char* kKeeperName = "bigfoot-keeper";

/// What the keeper tells, one packet each. The listener comes with `Kind::listener` as SCM_RIGHTS.
struct KeeperReport {
  enum class Kind : std::int32_t {
    listener,  ///< pid: of the target; code: 1 when no_new_privs had to be set; status: 1 with
               ///< WAIT_KILLABLE_RECV
    failed,    ///< nothing will run: code is the errno, status a LaunchStage
    running,   ///< the command's execve succeeded (or it was killed before)
    reaped,    ///< pid ended; code is waitid's si_code, status its si_status
    empty      ///< no process of the tree is left
  } kind = Kind::empty;
  pid_t pid = 0;
  std::int32_t code = 0;
  std::int32_t status = 0;
};
enum class LaunchStage : std::int32_t { clone, seccomp, files, execve };

/// What the supervisor tells.
enum class KeeperOrder : char { start = 's', kill = 'k' };

/// The filter, written after the fork (it depends on what the keeper lets the supervisor do), read by the
/// child.
struct SharedFilter {
  static constexpr std::size_t kMostInstructions = 4096;  // linux/bpf_common.h: BPF_MAXINSNS
  std::uint16_t size = 0;
  sock_filter program[kMostInstructions];
};

/// Signal mask and dispositions of a process.
struct SignalState {
  sigset_t mask{};
  std::array<bool, 65> ignored{};  ///< by number
};

struct KeeperPlan {
  const char* const* candidates = nullptr;  ///< paths to try in turn as execvp(3) does; ends with null
  char* const* argv = nullptr;
  char* const* script_argv = nullptr;  ///< room for "/bin/sh", the script, argv[1]..., null
  char* const* env = nullptr;
  SignalState signals;    ///< for the target
  bool own_group = true;  ///< the target leads a process group of its own
  pid_t group = 0;        ///< else it joins this one
  const SharedFilter* filter = nullptr;
};

/// The life of the keeper, in a freshly forked process. `channel`: its end, a unix SOCK_SEQPACKET.
[[noreturn]] void run_keeper(const KeeperPlan& plan, int channel);

}  // namespace bigfoot
