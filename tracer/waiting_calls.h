// tracer/waiting_calls.h - Calls of the target that have to wait for a descriptor: held off the notification
// thread. The kernel would wake such a call for a signal; held in a notification it cannot (kernel-notes.md,
// WAIT_KILLABLE_RECV), so its thread's pending signals are looked at now and then and it is answered EINTR.
#pragma once

#include <chrono>
#include <functional>
#include <mutex>
#include <optional>
#include <unordered_map>

#include "tracer/notification.h"
#include "tracer/os.h"

namespace bigfoot {

struct WaitingCall {
  Notification notification;
  UniqueFd fd;                                                    ///< its own: a duplicate
  std::uint32_t events = 0;                                       ///< EPOLLIN or EPOLLOUT
  std::optional<std::chrono::steady_clock::time_point> deadline;  ///< then EAGAIN, as SO_RCVTIMEO does
  /// Tries again; true when it has answered.
  std::move_only_function<bool(Notification&)> attempt;
};

class WaitingCalls {
 public:
  /// Events of `epoll` whose data has the highest bit set are for on_ready().
  explicit WaitingCalls(int epoll);
  static bool is_ours(std::uint64_t data) { return (data & kBit) != 0; }

  void add(WaitingCall call);
  void on_ready(std::uint64_t data);
  /// Answers those with a signal or whose time is over; drops those that are gone.
  void look_after();
  /// Milliseconds until look_after() wants to be called again, -1: nobody waits.
  int pause() const;
  void drop_all();

 private:
  using Calls = std::unordered_map<std::uint64_t, WaitingCall>;
  static constexpr std::uint64_t kBit = 1ULL << 63;
  static constexpr int kPause = 20;  // a signal's handler runs that much later at worst
  static constexpr std::uint64_t kWake = kBit - 1;
  void rearm(std::uint64_t key, const WaitingCall& call, int operation);
  Calls::iterator drop(Calls::iterator call);

  const int epoll_;
  UniqueFd wake_;  // readable when somebody new waits: whoever watches learns of the pause to keep
  mutable std::mutex mutex_;
  std::uint64_t next_ = 0;
  Calls calls_;
};

}  // namespace bigfoot
