// runner/endpoints/faults.h - What breaks instead of an answer. Source: spec-format.md, section 2 (fault = ...).
#pragma once

#include <boost/asio/awaitable.hpp>
#include <string_view>

#include "runner/endpoints/stream_io.h"
#include "spec/spec.h"

namespace bigfoot {

/// As specs spell it.
std::string_view to_text(Fault fault);

/// Breaks the conversation. `truncated`: what a cut reply still says. The caller closes the stream afterwards; `reset` has ended it.
asio::awaitable<void> play_fault(StreamIo& io, Fault fault, std::string_view truncated);

}  // namespace bigfoot
