// tracer/file_calls.h - Opens for reading, and looks at files (the stat and access families), by path.
// Source: kernel-notes.md, "openat and trust"; open(2), openat2(2), stat(2), statx(2), access(2).
#pragma once

#include <fcntl.h>

#include <cstdint>
#include <optional>
#include <string>

#include "tracer/delivery.h"
#include "tracer/notification.h"
#include "tracer/processes.h"
#include "tracer/target_path.h"

namespace bigfoot {

/// Each open of the tree waits here: a path that the handler does not want costs one read of memory, its
/// question, and the answer.
class FileCalls {
 public:
  /// An open with one of these flags makes or changes a file, or opens a folder.
  static constexpr std::uint64_t kNotForReading =
      O_ACCMODE | O_DIRECTORY | O_PATH | O_CREAT | O_TMPFILE | O_TRUNC;

  /// `keeper` and this process are those whose memory nobody in the tree gets to open.
  FileCalls(Delivery& delivery, Processes& processes, Pid keeper);
  void open(Notification notification);
  void openat(Notification notification);
  void openat2(Notification notification);
  void stat(Notification notification);
  void lstat(Notification notification);
  void newfstatat(Notification notification);
  void statx(Notification notification);
  void access(Notification notification);
  void faccessat(Notification notification);
  void faccessat2(Notification notification);

  /// What a call asks for beside its path, and how it is answered.
  struct Question {
    FileCall::Operation operation = FileCall::Operation::open;
    void (*answer)(Notification, const Question&, int fd) = nullptr;
    void (*tell)(Notification, const Question&, const struct stat& info) = nullptr;  ///< stat, statx
    RemoteFd folder = kWorkingDirectory;
    bool follow = true;          ///< a link at the end of the path
    bool close_on_exec = false;  ///< open
    std::uint64_t buffer = 0;    ///< stat, statx: where the result goes
    std::uint64_t mode = 0;      ///< access
  };

 private:
  bool is_memory_of_ours(const std::string& path) const;
  bool is_wanted(const OsResult<std::string>& path);
  std::optional<std::string> path_of_open(Notification& notification, int argument);
  void look(Notification notification, int path_argument, const Question& question);
  void ask(Notification notification, const std::string& path, const Question& question);

  Delivery& delivery_;
  Processes& processes_;
  const std::string own_folder_, keeper_folder_;  // "/proc/4211/"
};

}  // namespace bigfoot
