// tracer/launch.h - Starts the keeper and, through it, the target with the filter in force, held before its
// execve.
#pragma once

#include <sys/types.h>

#include <expected>

#include "tracer/keeper.h"
#include "tracer/os.h"
#include "tracer/supervisor.h"

namespace bigfoot {

struct Launched {
  pid_t keeper = 0;
  pid_t main = 0;
  pid_t group = 0;             ///< the target's process group
  bool shares_group = false;   ///< it is ours: the terminal's foreground group
  bool sockets_owned = false;  ///< pidfd_getfd is not allowed, socket(2) is trapped
  bool no_new_privs = false;
  UniqueFd channel;   ///< to the keeper: KeeperReport in, KeeperOrder out
  UniqueFd listener;  ///< the target's execve already waits in it, or will
};

/// The target stays in its execve until the listener is served; then await_exec() tells how that went.
std::expected<Launched, LaunchError> launch_target(const LaunchOptions& options);
/// The next report of the keeper; with a descriptor where one came along. EPIPE: the keeper has gone.
OsResult<KeeperReport> next_report(int channel, UniqueFd* descriptor = nullptr);
/// Waits until the command runs. Serve the listener meanwhile.
std::expected<void, LaunchError> await_exec(const Launched& launched, const LaunchOptions& options);

}  // namespace bigfoot
