// runner/inbox.h - What the notification thread saw, in its order, until the event loop looks. A post to the loop alone
// would not do: the bytes of a later call may be read from a socket before the loop comes to what was posted.
#pragma once

#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <variant>

#include "tracer/supervisor.h"

namespace bigfoot {

/// A write to the standard output or error of the run. `held`: its thread waits until the loop has taken this.
struct Output {
  Pid pid{};
  int descriptor = 1;
  std::string bytes;
  bool swallowed = false;
  std::optional<OutputCall> held = std::nullopt;
};

/// The last descriptor of one of the watched files that were open for writing was closed: its inotify(7) watch.
struct FileClosed {
  int watch = -1;
};

/// Thread-safe.
class Inbox {
 public:
  using Item = std::variant<Output, ProcessEvent, UniqueFd, FileClosed>;  // the descriptor: a new datagram socket of ours

  /// An inotify descriptor whose events come in here, IN_CLOSE_WRITE as FileClosed: the kernel queues one before the thread
  /// that closed makes its next call, so here is the place that knows what came first. Before the launch; not owned.
  void follow(int events) { events_ = events; }

  /// True where the loop does not know yet that something is here.
  bool put(Item item);
  /// Answers the call, at once where the loop keeps up: a program that writes faster than it is judged waits for that.
  bool put(OutputCall call, bool swallow);
  std::deque<Item> take();

 private:
  void read_closes();

  static constexpr std::size_t kFarBehind = 4 * 1024 * 1024;  // bytes: some 40,000 lines
  std::mutex mutex_;
  std::deque<Item> items_;
  std::size_t bytes_ = 0;
  int events_ = -1;
};

/// Gives the answer of a call that was seen.
void answer(OutputCall call, bool swallow);

}  // namespace bigfoot
