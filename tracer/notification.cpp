// tracer/notification.cpp - The ioctls of seccomp_unotify(2).
#include "tracer/notification.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>

#include <cstring>

namespace bigfoot {
namespace {

// linux/seccomp.h of 6.6; Debian 12's header is older.
constexpr unsigned long kSetFlags = _IOW('!', 4, std::uint64_t);
constexpr unsigned long kSyncWakeUp = 1;

// The kernel copies as many bytes as its own structures have, which may have grown since our header.
struct alignas(8) ReceiveBuffer {
  seccomp_notif value{};
  char growth[256]{};
};
struct alignas(8) AnswerBuffer {
  seccomp_notif_resp value{};
  char growth[128]{};
};

}  // namespace

OsResult<Notification> Listener::receive() const {
  ReceiveBuffer buffer;
  if (::ioctl(fd_.get(), SECCOMP_IOCTL_NOTIF_RECV, &buffer) != 0) return os_error("ioctl");
  return Notification(shared_from_this(), buffer.value);
}

bool Listener::is_deserted() const {
  pollfd watched{fd_.get(), 0, 0};
  return ::poll(&watched, 1, 0) > 0 && (watched.revents & POLLHUP) != 0;
}

bool Listener::wake_in_step() const {
  // The flag goes by value: with a pointer the kernel says EINVAL.
  return ::ioctl(fd_.get(), kSetFlags, kSyncWakeUp) == 0;
}

Notification& Notification::operator=(Notification&& other) noexcept {
  if (this != &other) {
    if (listener_) static_cast<void>(send(0, -ECONNREFUSED, 0));
    listener_ = std::move(other.listener_);
    received_ = other.received_;
  }
  return *this;
}

Notification::~Notification() {
  if (listener_) static_cast<void>(send(0, -ECONNREFUSED, 0));
}

bool Notification::alive() const {
  return listener_ && ::ioctl(listener_->fd(), SECCOMP_IOCTL_NOTIF_ID_VALID, &received_.id) == 0;
}

OsResult<void> Notification::let_through() && { return send(0, 0, SECCOMP_USER_NOTIF_FLAG_CONTINUE); }

OsResult<void> Notification::fail(Errno code) && { return send(0, -static_cast<int>(code), 0); }

OsResult<void> Notification::succeed(std::int64_t value) && { return send(value, 0, 0); }

OsResult<int> Notification::place(int fd, std::optional<int> number, bool close_on_exec) const {
  seccomp_notif_addfd request{};
  request.id = received_.id;
  request.flags = number ? SECCOMP_ADDFD_FLAG_SETFD : 0;
  request.srcfd = static_cast<std::uint32_t>(fd);
  request.newfd = static_cast<std::uint32_t>(number.value_or(0));
  request.newfd_flags = close_on_exec ? O_CLOEXEC : 0;
  const int placed = ::ioctl(listener_->fd(), SECCOMP_IOCTL_NOTIF_ADDFD, &request);
  if (placed < 0) return os_error("ioctl");
  return placed;
}

OsResult<void> Notification::install(int fd, bool close_on_exec) && {
  seccomp_notif_addfd request{};
  request.id = received_.id;
  request.flags = SECCOMP_ADDFD_FLAG_SEND;
  request.srcfd = static_cast<std::uint32_t>(fd);
  request.newfd_flags = close_on_exec ? O_CLOEXEC : 0;
  if (::ioctl(listener_->fd(), SECCOMP_IOCTL_NOTIF_ADDFD, &request) >= 0) {
    listener_.reset();
    return {};
  }
  const OsError error{"ioctl", errno};
  // The target's table is full (EMFILE), say: the call fails with that. ENOENT from this answer changes
  // nothing.
  static_cast<void>(send(0, -error.code, 0));
  return std::unexpected(error);
}

OsResult<void> Notification::send(std::int64_t value, int error, std::uint32_t flags) {
  AnswerBuffer buffer;
  buffer.value.id = received_.id;
  buffer.value.val = value;
  buffer.value.error = error;
  buffer.value.flags = flags;
  const std::shared_ptr<const Listener> listener = std::move(listener_);
  if (::ioctl(listener->fd(), SECCOMP_IOCTL_NOTIF_SEND, &buffer) != 0) return os_error("ioctl");
  return {};
}

}  // namespace bigfoot
