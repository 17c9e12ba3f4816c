// tracer/proc.h - What /proc tells about a task. Source: proc(5). A task that has gone is no error: nullopt.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "tracer/ids.h"
#include "tracer/os.h"

namespace bigfoot {

struct TaskStatus {
  Pid process{};
  Pid parent{};
  std::uint64_t pending =
      0;            ///< signals this thread would handle now: pending, not blocked, not ignored; bit N-1
  int filters = 0;  ///< seccomp filters in force (5.9)
  Pid tracer{};     ///< strace or a debugger; 0: none
};
std::optional<TaskStatus> task_status(Tid tid);

/// As whom a thread opens files.
struct FileRights {
  uid_t user = 0;
  gid_t group = 0;
  std::vector<gid_t> groups;
  bool operator==(const FileRights&) const = default;
};
std::optional<FileRights> file_rights(Tid tid);

/// The umask of a thread; 0 where it has gone (and before Linux 4.7).
mode_t file_mode_mask(Tid tid);

/// The name of a thread, as ps shows it: of its program until it gives itself another. Empty: it has gone.
std::string task_name(Tid tid);
/// Its soft limit on open files; nullopt: it has gone.
std::optional<std::uint64_t> open_files_limit(Tid tid);

/// How many bytes this thread has written, to whatever; nullopt: it has gone, or the kernel does not count.
std::optional<std::uint64_t> bytes_written(Tid tid);
/// The O_ flags of an open file of the target; nullopt where the descriptor is not open.
std::optional<int> file_flags(Tid tid, RemoteFd fd);

/// The number in `socket:[N]`; nullopt where the descriptor is no socket or not open.
std::optional<SocketInode> socket_inode(Tid tid, RemoteFd fd);
/// The inode of a socket of ours.
std::optional<SocketInode> socket_inode(int fd);

std::vector<std::string> command_line(Pid pid);
/// The target of a link of /proc/PID: "exe", "cwd", "root".
std::optional<std::string> process_link(pid_t task, const char* name);
/// wait status as waitpid(2) gives it, of a process not yet reaped.
std::optional<int> zombie_status(Pid pid);

/// Whether a thread of the process has the CPU, or waits for one. False for a process that has gone.
bool is_running(Pid pid);
/// All processes below `ancestor`, itself not counted. Needs no CONFIG_PROC_CHILDREN.
std::vector<Pid> descendants_of(Pid ancestor);
/// Calls `visit` with the inode of each socket that the process has open.
void for_each_socket(Pid pid, const std::function<void(SocketInode)>& visit);

}  // namespace bigfoot
