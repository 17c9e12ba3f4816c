// runner/endpoints/faults.cpp - see faults.h.
#include "runner/endpoints/faults.h"

namespace bigfoot {
namespace {

// A reply that no client can take for one: it starts with a NUL and has no line end.
constexpr std::string_view kGarbage{"\0\xff\xfegarbage\x01\x02\x03", 13};

}  // namespace

std::string_view to_text(Fault fault) {
  switch (fault) {
    case Fault::none: return "none";
    case Fault::reset: return "reset";
    case Fault::close: return "close";
    case Fault::timeout: return "timeout";
    case Fault::garbage: return "garbage";
    case Fault::truncate: return "truncate";
  }
  return "";
}

asio::awaitable<void> play_fault(StreamIo& io, Fault fault, std::string_view truncated) {
  // No switch here: g++ 12 miscompiles one whose cases suspend in a loop (the resumed frame runs into a trap).
  if (fault == Fault::reset) io.reset();
  if (fault == Fault::timeout) {
    // Never an answer: whatever else comes is read, so that the program may go on writing, and not looked at.
    while (!io.ended()) {
      io.consume(io.input().size());
      co_await io.read();
    }
  }
  if (fault == Fault::garbage) co_await io.write(kGarbage);
  if (fault == Fault::truncate) co_await io.write(truncated);
}

}  // namespace bigfoot
