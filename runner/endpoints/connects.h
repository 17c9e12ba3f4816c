// runner/endpoints/connects.h - Connects that an entry fails by itself (`reply = { errno = ... }`).
#pragma once

#include <boost/asio/awaitable.hpp>
#include <optional>

#include "runner/services.h"
#include "tracer/supervisor.h"

namespace bigfoot {

/// Asks the ledger about one waiting connect. Where an entry fails it, the call has been answered and recorded; else it
/// comes back, still waiting. Source: spec-format.md, section 10, "`errno` on an http, ... entry".
asio::awaitable<std::optional<Outgoing>> judge_connect(Services& services, Outgoing call, Destination to);

}  // namespace bigfoot
