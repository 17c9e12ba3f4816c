// tracer/output_calls.h - Writes to the standard output and error of the run, seen before they are done.
// Source: write(2), writev(2), pipe(7) ("PIPE_BUF"); kcmp(2); proc(5) ("/proc/PID/fd", "fdinfo", "io").
#pragma once

#include <sys/stat.h>

#include <array>
#include <cstdint>
#include <mutex>
#include <optional>
#include <unordered_map>

#include "tracer/delivery.h"
#include "tracer/notification.h"
#include "tracer/processes.h"

namespace bigfoot {

/// Every write of the tree by descriptor 1 or 2 waits here; one to another file than the run's costs a look
/// at it.
class OutputCalls {
 public:
  /// Which are asked about.
  struct Plan {
    bool standard_output = false, standard_error = false;
  };
  OutputCalls(Delivery& delivery, Processes& processes, Plan plan);
  void write(Notification notification);
  void writev(Notification notification);

 private:
  friend class OutputCall;
  struct Buffer;
  struct Meant {
    int descriptor = 1;
    bool may_wait = false;  // a pipe, a socket, a terminal
    bool is_ours =
        false;  // not just the same file, the same opening of it: its flags are those of our descriptor
  };
  /// A write that may have had to wait for room. A signal may end it before all is written, and it is made
  /// again then.
  struct Begun {
    std::uint64_t from = 0, to = 0;  // addresses; told of to here
    std::uint64_t written = 0;       // by its thread, before it
  };

  void take(Notification notification, const Buffer& buffer);
  bool is_held(int descriptor) const;
  std::optional<Meant> meant(Tid tid, RemoteFd number) const;
  std::size_t told_before(Tid tid, const Buffer& buffer);
  void remember(const OutputCall::State& call);

  Delivery& delivery_;
  Processes& processes_;
  const Plan plan_;
  std::array<struct stat, 3> ours_{};  // by number; where ours is closed nothing is like it
  std::array<bool, 3> open_{};
  std::mutex mutex_;
  std::unordered_map<pid_t, Begun> begun_;  // by thread
};

}  // namespace bigfoot
