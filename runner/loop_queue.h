// runner/loop_queue.h - What other threads have the event loop do, in the order in which they asked. Waking the loop costs more
// than most of what it is told, so what nobody waits for is told together.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>

namespace bigfoot {

class LoopQueue {
 public:
  using Task = std::move_only_function<void()>;
  explicit LoopQueue(boost::asio::any_io_executor loop) : loop_(loop), pause_(loop) {}

  void post(Task task);
  /// Before whatever is posted later, or after kSoon.
  void post_soon(Task task);
  /// Does what waits. On the loop's thread; from inside a task it does nothing: what comes behind that must wait for it.
  void run();
  /// An inotify(7) descriptor whose IN_CLOSE_WRITE events become tasks here. The kernel queues one before the thread that
  /// closed the file makes its next call, so what is posted later is later. Before the first post; not owned.
  void follow(int events, std::function<void(int watch)> closed);

 private:
  static constexpr std::chrono::milliseconds kSoon{5};  // a timeline is read after the run, or by people

  void run_soon();
  void read_closes();
  std::optional<Task> next();

  boost::asio::any_io_executor loop_;
  boost::asio::steady_timer pause_;
  std::mutex mutex_;
  std::deque<Task> tasks_;
  bool soon_ = false;  // the loop knows that it is to run them
  bool running_ = false;
  int events_ = -1;
  std::function<void(int)> closed_;
};

}  // namespace bigfoot
