// tracer/ids.h - Numbers that must not be mixed are types.
#pragma once

#include <sys/types.h>

#include <cstdint>

namespace bigfoot {

enum class Pid : pid_t {};                    ///< a process (thread group), as the supervisor's pid namespace counts
enum class Tid : pid_t {};                    ///< one thread: what seccomp_notif.pid holds, whatever its name says
enum class RemoteFd : int {};                 ///< a descriptor in the target: never pass it to a syscall here
enum class NotifyId : std::uint64_t {};       ///< seccomp_notif.id
enum class Errno : int {};                    ///< positive; the errno that the target is to see
enum class SocketInode : std::uint64_t {};    ///< of `socket:[N]` in /proc/PID/fd: what names a socket across dup and fork
template <class T>
struct RemotePtr {
  std::uint64_t address = 0;  ///< in the target; read it with RemoteMemory
};

}  // namespace bigfoot
