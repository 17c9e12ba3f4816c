// runner/inbox.h - What the notification thread saw, in its order, until the event loop looks. A post to the loop alone
// would not do: the bytes of a later call may be read from a socket before the loop comes to what was posted.
#pragma once

#include <chrono>
#include <mutex>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "tracer/supervisor.h"

namespace bigfoot {

/// A write to the standard output or error of the run. `held`: its thread waits until the loop has taken this.
struct Output {
  Pid pid{};
  int descriptor = 1;
  std::string bytes;
  std::chrono::steady_clock::time_point at{};
  bool swallowed = false;
  std::optional<OutputCall> held = std::nullopt;
};

/// Thread-safe.
class Inbox {
 public:
  using Item = std::variant<Output, ProcessEvent, UniqueFd>;  // the descriptor: a new datagram socket of ours

  /// True where the loop does not know yet that something is here.
  bool put(Item item);
  /// Answers the call, at once where the loop keeps up: a program that writes faster than it is judged waits for that.
  bool put(OutputCall call, bool swallow);
  std::vector<Item> take();

 private:
  static constexpr std::size_t kFarBehind = 4 * 1024 * 1024;  // bytes: some 40,000 lines
  std::mutex mutex_;
  std::vector<Item> items_;
  std::size_t bytes_ = 0;
};

/// Gives the answer of a call that was seen.
void answer(OutputCall call, bool swallow);

}  // namespace bigfoot
