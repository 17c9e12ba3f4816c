// tracer/socket_access.h - A descriptor of ours for a socket of the target: the same open file description.
// Two ways (kernel-notes.md, "Sockets"): pidfd_getfd where it is allowed; else sockets are made by the
// supervisor, which keeps a duplicate of each from its birth on.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <unordered_map>

#include "tracer/ids.h"
#include "tracer/notification.h"
#include "tracer/os.h"
#include "tracer/processes.h"

namespace bigfoot {

struct TargetSocket {
  std::shared_ptr<const UniqueFd> fd;
  SocketInode inode{};
  int domain = 0;
  int type = 0;  ///< SOCK_STREAM, without flags
  int protocol = 0;
};

class SocketAccess {
 public:
  /// `owned`: the second way. `living` names the processes to look at when closed sockets are swept.
  SocketAccess(bool owned, std::function<std::vector<Pid>()> living)
      : owned_(owned), living_(std::move(living)) {}

  /// EBADF and ENOTSOCK as the target's own call would say; others: out of reach.
  OsResult<TargetSocket> take(const Identity& who, RemoteFd fd);
  /// Makes the socket that the target asks for, installs it and keeps a duplicate.
  void create(Notification notification);
  /// Gives up the duplicate: from now on the target's close is the last one. Nothing to do where none is
  /// kept.
  void forget(SocketInode inode);
  /// Gives up the duplicates of sockets that no living process has open.
  void sweep();

 private:
  OsResult<TargetSocket> fetch(const Identity& who, RemoteFd fd) const;

  const bool owned_;
  const std::function<std::vector<Pid>()> living_;
  std::mutex mutex_;
  std::unordered_map<std::uint64_t, TargetSocket> kept_;
  std::size_t sweep_at_ =
      256;  // twice what the last sweep left: each socket is looked at a bounded number of times
};

}  // namespace bigfoot
