// runner/loop_queue.h - What other threads have the event loop do, in the order in which they asked. Waking the loop costs more
// than most of what it is told, so what nobody waits for is told together.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <deque>
#include <functional>
#include <mutex>

namespace bigfoot {

class LoopQueue {
 public:
  using Task = std::move_only_function<void()>;
  explicit LoopQueue(boost::asio::any_io_executor loop) : loop_(loop), pause_(loop) {}

  void post(Task task);
  /// Before whatever is posted later, or after kSoon.
  void post_soon(Task task);
  /// Does what waits. On the loop's thread.
  void run();

 private:
  static constexpr std::chrono::milliseconds kSoon{5};  // a timeline is read after the run, or by people

  void run_soon();

  boost::asio::any_io_executor loop_;
  boost::asio::steady_timer pause_;
  std::mutex mutex_;
  std::deque<Task> tasks_;
  bool soon_ = false;  // the loop knows that it is to run them
};

}  // namespace bigfoot
