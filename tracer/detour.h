// tracer/detour.h - Sends a thread that waits in a notification into another system call than its own: by ptrace, for the
// moment that this takes, and with no write to its memory, which its parent may share (vfork).
// Source: ptrace(2) (PTRACE_SEIZE), kernel-notes.md, "execve".
#pragma once

#include <array>
#include <cstdint>

#include "tracer/ids.h"
#include "tracer/os.h"

namespace bigfoot {

/// The order: seize, interrupt, answer the notification with fail(kAnswer), wait, divert. All on one thread, the tracer
/// that ptrace knows; the end of the Detour lets the target's thread go. Answered it must be before that in any case, since
/// a thread is let go from a stop only, and one that waits for an answer does not stop.
class Detour {
 public:
  /// What the call is answered with. The target does not see it where divert() follows.
  static constexpr Errno kAnswer{EINTR};

  /// EPERM: another debugger has it, or it may not be traced; ESRCH: gone.
  static OsResult<Detour> seize(Tid tid);
  Detour(Detour&& other) noexcept : tid_(std::exchange(other.tid_, 0)), stopped_(other.stopped_), signal_(other.signal_) {}
  Detour& operator=(Detour&&) = delete;
  ~Detour();

  /// It stops as soon as it has left its call, before any signal handler runs.
  void interrupt();
  /// Until it has stopped. ESRCH: gone.
  OsResult<void> wait();
  /// Stopped: it makes this system call next, with a handler of a signal that is pending before it.
  OsResult<void> divert(long number, const std::array<std::uint64_t, 5>& arguments);

 private:
  explicit Detour(pid_t tid) : tid_(tid) {}
  pid_t tid_;  // 0: gone or let go
  bool stopped_ = false;
  int signal_ = 0;  // it stopped where this one was about to be delivered
};

}  // namespace bigfoot
