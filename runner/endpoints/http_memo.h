// runner/endpoints/http_memo.h - What the latest HTTP call that came twice in the same bytes was decoded to, answered
// with and recorded as: a program that polls sends the same request over and over.
#pragma once

#include <string>
#include <string_view>

#include "protocols/protocol.h"
#include "spec/spec.h"

namespace bigfoot {

/// One slot for the run. Only a call qualifies whose reply is constant, without delay, fault or finding, and keeps the
/// connection: then equal bytes to an equal peer differ in nothing but numbers and times. The ledger is still asked.
struct HttpMemo {
  static constexpr std::size_t kMostBytes = 4096;  // a longer request costs its copy, and is rarely repeated

  std::string request;  ///< as it came, whole; "" : nothing seen yet
  std::string peer;     ///< where it came from, as far as a call depends on it: target, TLS facts
  bool filled = false;  ///< seen twice: what follows is there
  Fields call;
  const Reply* reply = nullptr;
  std::string answer;   ///< bytes on the wire
  std::string record;   ///< Timeline::repeatable

  bool begins(std::string_view input, std::string_view from) const {
    return !request.empty() && input.starts_with(request) && peer == from;
  }
};

}  // namespace bigfoot
