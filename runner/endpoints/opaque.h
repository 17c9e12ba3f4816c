// runner/endpoints/opaque.h - TLS that is not opened: refused by its name, or relayed to the real server and counted.
// Source: outputs.md, --no-tls.
#pragma once

#include <boost/asio/awaitable.hpp>

#include "runner/endpoints/streams.h"

namespace bigfoot {

/// Refuses a connection whose ClientHello is in input(): its name is all that is known of it.
void refuse_opaque(Services& services, StreamIo& io, const Connection& connection);

/// Connects to the real server and passes bytes on, both ways, until both sides have ended; then records the connection as
/// allowed, with the name of its ClientHello, if it began with one, and the bytes of each direction.
asio::awaitable<void> relay(Services& services, Connection connection, UniqueFd stream);

}  // namespace bigfoot
