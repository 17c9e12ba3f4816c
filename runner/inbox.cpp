// runner/inbox.cpp - see inbox.h.
#include "runner/inbox.h"

#include <sys/inotify.h>
#include <unistd.h>

#include <array>
#include <utility>

namespace bigfoot {

bool Inbox::put(Item item) {
  const std::lock_guard lock(mutex_);
  const bool is_first = items_.empty();
  read_closes();
  items_.push_back(std::move(item));
  return is_first;
}

bool Inbox::put(OutputCall call, bool swallow) {
  const std::size_t size = swallow ? call.bytes().size() : call.write();
  Output output{call.caller().pid, call.descriptor(), call.bytes().substr(0, size), swallow};
  bool is_first = false;
  {
    const std::lock_guard lock(mutex_);
    bytes_ += size;
    if (bytes_ > kFarBehind) output.held = std::move(call);
    const bool is_held = output.held.has_value();
    is_first = items_.empty();
    read_closes();
    items_.push_back(std::move(output));
    if (is_held) return is_first;
  }
  answer(std::move(call), swallow);  // only now: the program's next call must not come before this
  return is_first;
}

std::deque<Inbox::Item> Inbox::take() {
  const std::lock_guard lock(mutex_);
  bytes_ = 0;
  read_closes();
  return std::exchange(items_, {});
}

void Inbox::read_closes() {
  if (events_ < 0) return;
  constexpr std::size_t kRoom = 4096;
  alignas(inotify_event) std::array<char, kRoom> room;
  for (ssize_t got; (got = ::read(events_, room.data(), room.size())) > 0;) {
    for (std::size_t at = 0; at < static_cast<std::size_t>(got);) {
      const auto* event = reinterpret_cast<const inotify_event*>(room.data() + at);
      if ((event->mask & IN_CLOSE_WRITE) != 0) items_.push_back(FileClosed{event->wd});
      at += sizeof(inotify_event) + event->len;
    }
  }
}

void answer(OutputCall call, bool swallow) {
  if (swallow) return std::move(call).swallow();
  std::move(call).let_through();
}

}  // namespace bigfoot
