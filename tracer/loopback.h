// tracer/loopback.h - The supervisor's own listeners, where the target's stream sockets are really connected
// to. Source: kernel-notes.md, "Sockets"; connect(2), ip(7), ipv6(7), unix(7).
#pragma once

#include <map>
#include <mutex>

#include "tracer/os.h"
#include "tracer/socket_access.h"
#include "tracer/supervisor.h"

namespace bigfoot {

/// Whether the interface `lo` is up: a new network namespace has it down, and then nothing can be redirected to us.
bool loopback_is_up();
inline constexpr const char* kLoopbackCure = "ip link set lo up";

class Loopback {
 public:
  struct Connected {
    UniqueFd ours;   ///< non-blocking, CLOEXEC
    int result = 0;  ///< what the target's connect is to give: 0, or EINPROGRESS
  };
  /// Connects the target's own socket to us. The error is the one that the target is to see.
  /// `mapped`: the target asked for a v4-mapped address, or for IPv4.
  OsResult<Connected> connect(const TargetSocket& socket, bool mapped);
  /// Asks the kernel for a further connect on a socket that was connected to us: 0 or the errno of it
  /// (EISCONN, EALREADY...). Never reaches anybody else.
  int connect_again(const TargetSocket& socket, bool mapped);

 private:
  struct Door {
    UniqueFd listener;
    sockaddr_storage address{};
    socklen_t length = 0;
  };
  enum class Kind { inet, inet6, unix_stream, unix_seqpacket };

  OsResult<const Door*> door(Kind kind);
  OsResult<Connected> through(const Door& door, const sockaddr_storage& to, socklen_t length,
                              const TargetSocket& socket);
  OsResult<UniqueFd> accept_from(const Door& door, const TargetSocket& socket);
  OsResult<Connected> connect_inet6(const TargetSocket& socket, bool mapped);

  std::mutex mutex_;
  std::map<Kind, Door> doors_;
};

}  // namespace bigfoot
