// runner/inbox.cpp - see inbox.h.
#include "runner/inbox.h"

#include <utility>

namespace bigfoot {

bool Inbox::put(Item item) {
  const std::lock_guard lock(mutex_);
  items_.push_back(std::move(item));
  return items_.size() == 1;
}

bool Inbox::put(OutputCall call, bool swallow) {
  const std::size_t size = swallow ? call.bytes().size() : call.write();
  Output output{call.caller().pid, call.descriptor(), call.bytes().substr(0, size), std::chrono::steady_clock::now(), swallow};
  bool is_first = false;
  {
    const std::lock_guard lock(mutex_);
    bytes_ += size;
    if (bytes_ > kFarBehind) output.held = std::move(call);
    const bool is_held = output.held.has_value();
    is_first = items_.empty();
    items_.push_back(std::move(output));
    if (is_held) return is_first;
  }
  answer(std::move(call), swallow);  // only now: the program's next call must not come before this
  return is_first;
}

std::vector<Inbox::Item> Inbox::take() {
  const std::lock_guard lock(mutex_);
  bytes_ = 0;
  return std::exchange(items_, {});
}

void answer(OutputCall call, bool swallow) {
  if (swallow) return std::move(call).swallow();
  std::move(call).let_through();
}

}  // namespace bigfoot
