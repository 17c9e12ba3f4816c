// runner/endpoints/log_file.h - A log file that grows, is cut short, or is replaced by another (log rotation).
// Source: logrotate(8) ("create", "copytruncate"), inotify(7).
#pragma once

#include <memory>
#include <string>

#include "tracer/os.h"

namespace bigfoot {

/// What is appended to a file, wherever that is.
class LogFile {
 public:
  virtual ~LogFile() = default;
  /// What was written since the last time, at most a part of it; empty: nothing more for now.
  virtual std::string more() = 0;
};

/// The real file at a path. What it holds now is not told of, and it need not be there yet.
std::unique_ptr<LogFile> follow_file(const std::string& path);

/// Becomes readable when something happens in the folders of these files; take() makes it quiet again.
class FolderWatch {
 public:
  FolderWatch();
  int fd() const { return inotify_.get(); }
  /// False where the folder is not there (yet), or cannot be watched.
  bool add(const std::string& path_of_file);
  void take();

 private:
  UniqueFd inotify_;
};

}  // namespace bigfoot
