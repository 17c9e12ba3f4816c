// runner/endpoints/opaque.h - TLS that is not opened: refused by its name, or relayed to the real server and counted.
// Source: outputs.md, --no-tls.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <string>
#include <string_view>

#include "runner/endpoints/streams.h"

namespace bigfoot {

/// Refuses a connection whose ClientHello is in input(): its name is all that is known of it.
void refuse_opaque(Services& services, StreamIo& io, const Connection& connection);

/// Connects to the real server and passes bytes on, both ways, until both sides have ended; then records the connection as
/// allowed, with the name of its ClientHello, if it began with one, and the bytes of each direction.
asio::awaitable<void> relay(Services& services, Connection connection, UniqueFd stream);

/// The same for a connection whose first bytes have been read: `said` are those that input() does not hold any more. Where
/// TLS was ended in front of it, TLS is begun with the real server. Recorded as `protocol`; `warned`: the guard says "warn".
asio::awaitable<void> relay_from_here(Services& services, StreamIo& io, const Connection& connection, std::string_view protocol, std::string said,
                                      bool warned);

}  // namespace bigfoot
