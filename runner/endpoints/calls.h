// runner/endpoints/calls.h - Conversations of calls over a stream: each call that a decoder finds is judged by the spec and
// answered as it says. What redis, postgres, smtp and websocket share.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <memory>

#include "protocols/protocol.h"
#include "runner/endpoints/streams.h"

namespace bigfoot {

/// Serves the connection to its end. A decoder that gives an Opening has its calls judged by the steps of one entry, the
/// others call by call. What the connection carries of TLS is added to an Opening, and to calls that have none before them.
asio::awaitable<void> serve_calls(Services& services, StreamIo& io, Connection& connection, std::unique_ptr<Decoder> decoder);

}  // namespace bigfoot
