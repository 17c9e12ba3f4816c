// runner/endpoints/upgrades.h - HTTP requests that turn their connection into something else: WebSocket.
// Source: RFC 6455, section 4.2; spec-format.md, section 3.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <string>

#include "runner/endpoints/streams.h"

namespace bigfoot {

/// Whether a request, as HttpDecoder gives it, is a handshake that websocket entries are asked of: one names its URL, or no
/// http entry names the request.
bool asks_for_websocket(Services& services, Pid pid, const Fields& request);

/// Serves the connection to its end, from the handshake on. `said`: the request's bytes, where the guard may let it through.
asio::awaitable<void> serve_websocket(Services& services, StreamIo& io, Connection& connection, Fields request, std::string said);

}  // namespace bigfoot
