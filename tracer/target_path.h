// tracer/target_path.h - Paths as a process of the tree sees them: its working directory and its root.
// Source: proc(5) ("/proc/PID/root"), openat2(2) (RESOLVE_IN_ROOT).
#pragma once

#include <optional>
#include <string>

#include "tracer/ids.h"
#include "tracer/os.h"

namespace bigfoot {

/// Absolute, as the process would write it itself; symbolic links are not followed.
std::string absolute_path(Tid tid, const std::string& path);
/// The file, O_PATH; last symbolic link followed.
OsResult<UniqueFd> open_path(Tid tid, const std::string& path);
/// One name for a file however it is written: links of its folder followed. Also for a file that is not there
/// yet; nullopt where its folder is not either.
std::optional<std::string> canonical_path(Tid tid, const std::string& path);
/// A regular file that may be executed.
bool is_executable(int path_fd);

}  // namespace bigfoot
