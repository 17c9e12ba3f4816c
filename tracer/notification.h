// tracer/notification.h - The seccomp listener and one trapped call.
// Source: seccomp_unotify(2); kernel-notes.md in the design notes, "The notification loop".
#pragma once

#include <linux/seccomp.h>

#include <cstdint>
#include <memory>
#include <optional>

#include "tracer/ids.h"
#include "tracer/os.h"

namespace bigfoot {

class Notification;

/// The descriptor that trapped calls arrive at. Shared by the notifications that came from it.
class Listener : public std::enable_shared_from_this<Listener> {
 public:
  explicit Listener(UniqueFd fd) : fd_(std::move(fd)) {}
  /// Waits for the next trapped call. ENOENT: a call that was given up meanwhile, or (since 6.11) nobody is
  /// left, see is_deserted(); EINTR: woken by a signal.
  OsResult<Notification> receive() const;
  /// No filtered task is left.
  bool is_deserted() const;
  /// Lets the kernel wake the other side on this CPU (6.6): several times faster. False where it cannot.
  bool wake_in_step() const;
  int fd() const { return fd_.get(); }

 private:
  UniqueFd fd_;
};

/// A thread of the target that waits in a system call for exactly one answer. The answers use it up; dropped
/// without one it fails with ECONNREFUSED, since a thread left waiting hangs the user's program for ever. The
/// answers give ENOENT when the thread has gone or was interrupted: it did not see the answer then.
class Notification {
 public:
  Notification(std::shared_ptr<const Listener> listener, const seccomp_notif& received)
      : listener_(std::move(listener)), received_(received) {}
  Notification(Notification&&) noexcept = default;
  Notification& operator=(Notification&& other) noexcept;
  ~Notification();

  Tid tid() const { return static_cast<Tid>(received_.pid); }
  NotifyId id() const { return static_cast<NotifyId>(received_.id); }
  int number() const { return received_.data.nr; }
  std::uint32_t architecture() const { return received_.data.arch; }  ///< AUDIT_ARCH_*
  std::uint64_t argument(int index) const { return received_.data.args[index]; }
  /// The thread still waits in this call: what was read of its memory or looked up by its number was its own.
  bool alive() const;
  /// Gives the target a descriptor of the same open file, and lets it go on waiting. `number`: in place of what is open
  /// there; without one the lowest that is free. Gives its number.
  OsResult<int> place(int fd, std::optional<int> number, bool close_on_exec) const;

  OsResult<void> let_through() &&;                ///< the kernel runs the call
  OsResult<void> fail(Errno code) &&;             ///< it returns -1 and this errno
  OsResult<void> succeed(std::int64_t value) &&;  ///< it returns this value
  /// Gives the target a descriptor of the same open file, whose number the call returns.
  OsResult<void> install(int fd, bool close_on_exec) &&;

 private:
  OsResult<void> send(std::int64_t value, int error, std::uint32_t flags);

  std::shared_ptr<const Listener> listener_;  // null: answered, or moved from
  seccomp_notif received_;
};

}  // namespace bigfoot
