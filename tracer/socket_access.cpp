// tracer/socket_access.cpp - Source: pidfd_getfd(2), socket(2), SECCOMP_IOCTL_NOTIF_ADDFD in
// seccomp_unotify(2).
#include "tracer/socket_access.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include <algorithm>
#include <unordered_set>

#include "tracer/proc.h"

namespace bigfoot {
namespace {

constexpr int kTypeMask = 0xf;       // linux/net.h: SOCK_TYPE_MASK
constexpr int kProtocolMptcp = 262;  // linux/in.h: IPPROTO_MPTCP
constexpr std::size_t kFirstSweep = 256;

int option(int fd, int name) {
  int value = 0;
  socklen_t size = sizeof value;
  return ::getsockopt(fd, SOL_SOCKET, name, &value, &size) == 0 ? value : 0;
}

// The kinds that can be redirected. Raw sockets need the target's own rights to be made.
bool redirectable(int type) { return type == SOCK_STREAM || type == SOCK_DGRAM || type == SOCK_SEQPACKET; }

}  // namespace

OsResult<TargetSocket> SocketAccess::fetch(const Identity& who, RemoteFd fd) const {
  UniqueFd taken(static_cast<int>(::syscall(SYS_pidfd_getfd, who.pidfd->get(), static_cast<int>(fd), 0)));
  if (!taken) return os_error("pidfd_getfd");
  const std::optional<SocketInode> inode = socket_inode(taken.get());
  if (!inode) return std::unexpected(OsError{"fstat", ENOTSOCK});
  TargetSocket out;
  out.inode = *inode;
  out.domain = option(taken.get(), SO_DOMAIN);
  out.type = option(taken.get(), SO_TYPE);
  out.protocol = option(taken.get(), SO_PROTOCOL);
  out.fd = std::make_shared<const UniqueFd>(std::move(taken));
  return out;
}

OsResult<TargetSocket> SocketAccess::take(const Identity& who, RemoteFd fd) {
  if (!owned_) return fetch(who, fd);
  const std::optional<SocketInode> inode = socket_inode(who.caller.tid, fd);
  if (!inode) return std::unexpected(OsError{"fstat", ENOTSOCK});
  {
    const std::lock_guard lock(mutex_);
    const auto kept = kept_.find(static_cast<std::uint64_t>(*inode));
    if (kept != kept_.end()) return kept->second;
  }
  return fetch(who, fd);  // inherited from before the run, or received from elsewhere
}

void SocketAccess::create(Notification notification) {
  const int domain = static_cast<int>(notification.argument(0));
  const int type = static_cast<int>(notification.argument(1));
  const int protocol = static_cast<int>(notification.argument(2));
  if (!redirectable(type & kTypeMask)) {
    static_cast<void>(std::move(notification).let_through());
    return;
  }
  if (domain != AF_UNIX && protocol == kProtocolMptcp) {
    static_cast<void>(std::move(notification).fail(Errno{EPROTONOSUPPORT}));
    return;
  }
  UniqueFd made(::socket(domain, type | SOCK_CLOEXEC, protocol));
  if (!made) {
    static_cast<void>(std::move(notification).fail(Errno{errno}));
    return;
  }
  const std::optional<SocketInode> inode = socket_inode(made.get());
  const int number = made.get();
  TargetSocket kept{std::make_shared<const UniqueFd>(std::move(made)), inode.value_or(SocketInode{}), domain,
                    type & kTypeMask, protocol};
  bool full = false;
  {
    const std::lock_guard lock(mutex_);
    kept_[static_cast<std::uint64_t>(kept.inode)] = kept;
    full = kept_.size() > sweep_at_;
  }
  // Swept before this socket is the target's: one that is not yet in its table would look closed.
  if (full) sweep();
  {
    const std::lock_guard lock(mutex_);
    kept_[static_cast<std::uint64_t>(kept.inode)] = kept;
  }
  const OsResult<void> installed = std::move(notification).install(number, (type & SOCK_CLOEXEC) != 0);
  if (!installed) forget(kept.inode);
}

void SocketAccess::forget(SocketInode inode) {
  const std::lock_guard lock(mutex_);
  kept_.erase(static_cast<std::uint64_t>(inode));
}

void SocketAccess::sweep() {
  if (!owned_) return;
  std::unordered_set<std::uint64_t> open;
  for (const Pid pid : living_()) {
    for_each_socket(pid, [&open](SocketInode inode) { open.insert(static_cast<std::uint64_t>(inode)); });
  }
  const std::lock_guard lock(mutex_);
  std::erase_if(kept_, [&open](const auto& entry) { return !open.contains(entry.first); });
  sweep_at_ = std::max(kFirstSweep, 2 * kept_.size());
}

}  // namespace bigfoot
