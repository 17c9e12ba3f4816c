// tracer/target_start.h - The child that becomes the target: filter, signals, execve.
#pragma once

#include "tracer/keeper.h"

namespace bigfoot {

/// What the child tells the keeper before it is the target.
struct TargetStep {
  enum class Kind { listening, failed } kind = Kind::failed;
  LaunchStage stage = LaunchStage::clone;
  int code = 0;       ///< failed: errno
  int listener = -1;  ///< listening: its number in the keeper's table, which the child has left
  bool no_new_privs = false;
  bool killable = false;
};

/// Starts the child with the keeper's table of descriptors, so that the listener it makes is the keeper's
/// too: after the filter it could not hand it over, sendmsg is trapped. Gives its pid, or -1 and errno.
pid_t clone_target(const KeeperPlan& plan, int report_fd);

}  // namespace bigfoot
