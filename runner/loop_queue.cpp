// runner/loop_queue.cpp - see loop_queue.h.
#include "runner/loop_queue.h"

#include <boost/asio/post.hpp>
#include <utility>

namespace bigfoot {

void LoopQueue::post(Task task) {
  {
    const std::lock_guard lock(mutex_);
    tasks_.push_back(std::move(task));
  }
  boost::asio::post(loop_, [this] { run(); });
}

void LoopQueue::post_soon(Task task) {
  {
    const std::lock_guard lock(mutex_);
    tasks_.push_back(std::move(task));
    if (std::exchange(soon_, true)) return;
  }
  boost::asio::post(loop_, [this] { run_soon(); });
}

void LoopQueue::run_soon() {
  pause_.expires_after(kSoon);
  pause_.async_wait([this](const boost::system::error_code&) {
    {
      const std::lock_guard lock(mutex_);
      soon_ = false;
    }
    run();
  });
}

// One by one: a task may end with others that must come after it, and tasks may add to the queue.
void LoopQueue::run() {
  for (;;) {
    Task task;
    {
      const std::lock_guard lock(mutex_);
      if (tasks_.empty()) return;
      task = std::move(tasks_.front());
      tasks_.pop_front();
    }
    task();
  }
}

}  // namespace bigfoot
