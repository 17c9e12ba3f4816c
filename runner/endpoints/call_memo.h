// runner/endpoints/call_memo.h - What the latest calls of a connection that came more than once in the same bytes were answered
// with and recorded as: a program that polls, or fills a pipeline, sends the same call over and over.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

#include "spec/spec.h"

namespace bigfoot {

/// Only a call qualifies whose reply is constant, without delay, fault or finding, and that leaves the decoder as it was: then
/// equal bytes differ in nothing but numbers and times. The ledger is still asked.
class CallMemo {
 public:
  static constexpr std::size_t kMostBytes = 4096;  // a longer call costs its copy, and is rarely repeated

  struct Slot {
    std::string state;    ///< SettledDecoder::settled() before and after
    std::string request;  ///< as it came, whole; "": nothing
    bool filled = false;  ///< seen twice: what follows is there
    const Entry* entry = nullptr;
    const Reply* reply = nullptr;
    std::string answer;   ///< bytes on the wire
    std::string record;   ///< Journal::repeatable()
  };

  /// The slot of the call that begins `input`, or null.
  Slot* find(std::string_view state, std::string_view input) {
    for (Slot& slot : slots_)
      if (!slot.request.empty() && input.starts_with(slot.request) && slot.state == state) return &slot;
    return nullptr;
  }
  /// An empty slot for a call; the oldest makes way.
  Slot& add(std::string_view state, std::string_view request) {
    Slot& slot = slots_[next_++ % slots_.size()];
    slot = Slot{};
    slot.state = state;
    slot.request = request;
    return slot;
  }

 private:
  std::array<Slot, 4> slots_;
  std::size_t next_ = 0;
};

}  // namespace bigfoot
