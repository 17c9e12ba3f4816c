// tracer/file_requests.h - What a call that names a file asks for, read from its arguments and the target's
// memory. Source: open(2), openat2(2), the manual page in each row of calls.cpp.
#pragma once

#include <fcntl.h>

#include <cstdint>
#include <optional>
#include <string>

#include "tracer/file_arguments.h"
#include "tracer/ids.h"
#include "tracer/notification.h"
#include "tracer/os.h"

namespace bigfoot {

/// An open with one of these flags makes or changes a file, or opens a folder.
constexpr std::uint64_t kNotForReading = O_ACCMODE | O_DIRECTORY | O_PATH | O_CREAT | O_TMPFILE | O_TRUNC;

/// Where the answer of a call goes, and how it looks.
struct FileAnswer {
  FileArguments::Layout layout = FileArguments::Layout::plain;
  bool close_on_exec = false;  ///< open
  std::uint64_t buffer = 0;
  std::int64_t size = 0;  ///< of the buffer
  RemoteFd listed{};      ///< list
};

struct FileQuestion {
  FileCall::Request request;  ///< without its names
  RemoteFd folder{}, other_folder{};
  bool in_folder = false;   ///< openat2: `folder` is the root
  bool descriptor = false;  ///< an empty path means what is open as `folder`
  bool only_reads = false;  ///< an open for reading, a look or an access
  FileAnswer answer;
};

/// Up to PATH_MAX bytes.
OsResult<std::string> read_path(const Notification& notification, int argument);
/// nullopt: the kernel refuses such a call.
std::optional<FileQuestion> read_question(const Notification& notification, const FileArguments& where);
/// What only a handler needs: times, the text of a symbolic link, the target's umask. False: the kernel
/// refuses it, or there is no path at all (utimensat(2) of a descriptor).
bool read_rest(const Notification& notification, const FileArguments& where, FileCall::Request& request);

}  // namespace bigfoot
