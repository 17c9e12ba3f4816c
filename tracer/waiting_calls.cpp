// tracer/waiting_calls.cpp - Source: epoll(7), socket(7) (SO_RCVTIMEO), signal(7) ("Interruption of system
// calls").
#include "tracer/waiting_calls.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>

#include <vector>

#include "tracer/proc.h"

namespace bigfoot {

WaitingCalls::WaitingCalls(int epoll) : epoll_(epoll), wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.u64 = kBit | kWake;
  ::epoll_ctl(epoll_, EPOLL_CTL_ADD, wake_.get(), &event);
}

void WaitingCalls::rearm(std::uint64_t key, const WaitingCall& call, int operation) {
  epoll_event event{};
  event.events = call.events | EPOLLONESHOT;
  event.data.u64 = kBit | key;
  ::epoll_ctl(epoll_, operation, call.fd.get(), &event);
}

void WaitingCalls::add(WaitingCall call) {
  const std::lock_guard lock(mutex_);
  const std::uint64_t key = next_++;
  const auto added = calls_.emplace(key, std::move(call)).first;
  rearm(key, added->second, EPOLL_CTL_ADD);
  ::eventfd_write(wake_.get(), 1);
}

// Not by the close alone: the file has other descriptors, and epoll goes by the file.
WaitingCalls::Calls::iterator WaitingCalls::drop(Calls::iterator call) {
  ::epoll_ctl(epoll_, EPOLL_CTL_DEL, call->second.fd.get(), nullptr);
  return calls_.erase(call);
}

void WaitingCalls::drop_all() {
  const std::lock_guard lock(mutex_);
  for (auto call = calls_.begin(); call != calls_.end();) call = drop(call);
}

void WaitingCalls::on_ready(std::uint64_t data) {
  if ((data & ~kBit) == kWake) {
    eventfd_t count = 0;
    ::eventfd_read(wake_.get(), &count);
    return;
  }
  const std::lock_guard lock(mutex_);
  const auto found = calls_.find(data & ~kBit);
  if (found == calls_.end()) return;
  if (found->second.attempt(found->second.notification)) {
    drop(found);
  } else {
    rearm(found->first, found->second, EPOLL_CTL_MOD);
  }
}

void WaitingCalls::look_after() {
  const std::lock_guard lock(mutex_);
  const auto now = std::chrono::steady_clock::now();
  for (auto call = calls_.begin(); call != calls_.end();) {
    Notification& notification = call->second.notification;
    const std::optional<TaskStatus> status = task_status(notification.tid());
    if (!status || !notification.alive()) {
      call = drop(call);
    } else if (status->pending != 0) {
      static_cast<void>(std::move(notification).fail(Errno{EINTR}));
      call = drop(call);
    } else if (call->second.deadline && *call->second.deadline <= now) {
      static_cast<void>(std::move(notification).fail(Errno{EAGAIN}));
      call = drop(call);
    } else {
      ++call;
    }
  }
}

int WaitingCalls::pause() const {
  const std::lock_guard lock(mutex_);
  return calls_.empty() ? -1 : kPause;
}

}  // namespace bigfoot
