// runner/endpoints/file_writes.h - Files that the program has open for writing, each until its last descriptor is closed: only
// then is it known what was written. Source: inotify(7), IN_CLOSE_WRITE; fcntl(2), F_SETLEASE.
#pragma once

#include <boost/asio/posix/stream_descriptor.hpp>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "runner/services.h"
#include "tracer/os.h"

namespace bigfoot {

class FileWrites {
 public:
  explicit FileWrites(Services& services);

  /// Of one file, in bytes: as much as a container has of /dev/shm. What lies behind is not judged, and the user is told.
  static constexpr std::size_t kMostContent = 64 * 1024 * 1024;

  /// What came of one open for writing. `content`: of the file, from `from` on. Of a file that several have open at the same
  /// time it comes when the last is closed.
  using Finish = std::function<void(std::string content)>;
  /// An open file description for writing goes to the target next. `reader`: the same file, open for reading.
  OsResult<void> begin(UniqueFd reader, off_t from, Finish finish);

  /// For LoopQueue::follow().
  int events() { return events_.native_handle(); }
  /// What was read there.
  void closed(int watch);
  /// Finishes all that is left; nobody is left who could write.
  void end();

 private:
  struct Open {
    off_t from = 0;
    Finish finish;
  };
  struct File {
    UniqueFd reader;
    std::deque<Open> opens;
  };
  void wait();
  void finish_first(File& file);

  Services& services_;
  asio::posix::stream_descriptor events_;
  std::map<int, File> files_;  // by watch descriptor
};

}  // namespace bigfoot
