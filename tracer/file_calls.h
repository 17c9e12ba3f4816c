// tracer/file_calls.h - The calls that name a file, held where the handler wants to see them.
// Source: kernel-notes.md, "openat and trust"; the manual page in each row of calls.cpp.
#pragma once

#include <optional>
#include <string>

#include "tracer/delivery.h"
#include "tracer/file_requests.h"
#include "tracer/notification.h"
#include "tracer/path_resolver.h"
#include "tracer/processes.h"

namespace bigfoot {

/// Each such call of the tree waits here: a path that the handler does not want costs one read of memory, its
/// question, and the answer.
class FileCalls {
 public:
  struct Plan {
    bool all = false;   ///< LaunchOptions::Files::all
    std::string stage;  ///< LaunchOptions::stage
  };
  /// `keeper` and this process are those whose memory nobody in the tree gets to open.
  FileCalls(Delivery& delivery, Processes& processes, Pid keeper, Plan plan);
  void take(Notification notification, const FileArguments& where);
  /// getdents64(2).
  void list(Notification notification);
  void mount(Notification notification);
  /// What else changes which file a path names: chroot(2), setns(2).
  void change_roots(Notification notification);

 private:
  bool is_memory_of_ours(const std::string& path) const;
  bool walks_through_watched(const std::string& path) const;
  bool is_watched(Tid tid, TargetName& name, const FileCall::Request& request, std::string& resolved);
  bool take_names(const Notification& notification, const FileArguments& where, std::string path,
                  FileQuestion& question);
  void note_change(Tid tid, const FileCall::Request& request);
  void take_wanted(Notification notification, const std::string& path, FileQuestion question);
  void ask(Notification notification, FileQuestion question);

  Delivery& delivery_;
  Processes& processes_;
  const std::string own_folder_, keeper_folder_;  // "/proc/4211/"
  const bool all_;
  PathResolver names_;
};

}  // namespace bigfoot
