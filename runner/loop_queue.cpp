// runner/loop_queue.cpp - see loop_queue.h.
#include "runner/loop_queue.h"

#include <sys/inotify.h>
#include <unistd.h>

#include <array>
#include <boost/asio/post.hpp>
#include <utility>

namespace bigfoot {

void LoopQueue::post(Task task) {
  {
    const std::lock_guard lock(mutex_);
    read_closes();
    tasks_.push_back(std::move(task));
  }
  boost::asio::post(loop_, [this] { run(); });
}

void LoopQueue::post_soon(Task task) {
  {
    const std::lock_guard lock(mutex_);
    read_closes();
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
  if (std::exchange(running_, true)) return;
  while (std::optional<Task> task = next()) (*task)();
  running_ = false;
}

std::optional<LoopQueue::Task> LoopQueue::next() {
  const std::lock_guard lock(mutex_);
  if (tasks_.empty()) read_closes();
  if (tasks_.empty()) return std::nullopt;
  Task task = std::move(tasks_.front());
  tasks_.pop_front();
  return task;
}

void LoopQueue::follow(int events, std::function<void(int watch)> closed) {
  events_ = events;
  closed_ = std::move(closed);
}

// Under the lock, so that nothing comes between what is read and its place in the queue.
void LoopQueue::read_closes() {
  if (events_ < 0) return;
  constexpr std::size_t kRoom = 4096;
  alignas(inotify_event) std::array<char, kRoom> room;
  for (ssize_t got; (got = ::read(events_, room.data(), room.size())) > 0;) {
    for (std::size_t at = 0; at < static_cast<std::size_t>(got);) {
      const auto* event = reinterpret_cast<const inotify_event*>(room.data() + at);
      if ((event->mask & IN_CLOSE_WRITE) != 0) tasks_.push_back([this, watch = event->wd] { closed_(watch); });
      at += sizeof(inotify_event) + event->len;
    }
  }
}

}  // namespace bigfoot
