// tracer/target_path.h - Paths as a process of the tree sees them: its working directory and its root.
// Source: proc(5) ("/proc/PID/root"), openat2(2) (RESOLVE_IN_ROOT).
#pragma once

#include <fcntl.h>

#include <optional>
#include <string>

#include "tracer/ids.h"
#include "tracer/os.h"

namespace bigfoot {

constexpr auto kWorkingDirectory = static_cast<RemoteFd>(AT_FDCWD);

/// Absolute, as the process would write it itself; symbolic links are not followed. `folder`: where a
/// relative path starts, AT_FDCWD for the working directory. Empty: the folder is not there, or is none.
std::string absolute_path(Tid tid, const std::string& path, RemoteFd folder = kWorkingDirectory);
/// What is open as `fd`, by the name it has below the root of the process; "/memfd:x (deleted)" for one without.
/// `same_root`: its root is known to be ours.
std::string open_file_path(Tid tid, RemoteFd fd, bool same_root = false);
/// By the name it has below the root of the process, of a path below ours.
std::string below_root_of(Tid tid, std::string path);
/// As the process itself would name it. Empty: it has gone, or the folder is outside its root.
std::string working_directory(Tid tid);
/// The file that execve(2) of this path would run, O_PATH. The error is what execve would say at once; a missing
/// interpreter is not looked for. An empty path: what is open as `folder` (AT_EMPTY_PATH).
OsResult<UniqueFd> open_program(Tid tid, const std::string& path, RemoteFd folder, bool follow);
/// The file, O_PATH; last symbolic link followed.
OsResult<UniqueFd> open_path(Tid tid, const std::string& path);
/// The regular file of this absolute path, for reading, with the rights of the target. Anything else is left
/// alone, since opening a FIFO or a device does something, and gives EINVAL; a link that is not to be
/// followed ELOOP.
OsResult<UniqueFd> open_file(Tid tid, const std::string& path, bool follow);
/// What open(2) of this absolute path would open for the target: with its root and its rights. `mode`: of a file that is made.
OsResult<UniqueFd> open_as(Tid tid, const std::string& path, int flags, mode_t mode);
/// One name for a file however it is written: links of its folder followed. Also for a file that is not there
/// yet; nullopt where its folder is not either.
std::optional<std::string> canonical_path(Tid tid, const std::string& path);
/// A regular file that may be executed.
bool is_executable(int path_fd);

}  // namespace bigfoot
