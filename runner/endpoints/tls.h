// runner/endpoints/tls.h - Ends TLS in front of a conversation.
#pragma once

#include <boost/asio/awaitable.hpp>

#include "runner/endpoints/streams.h"

namespace bigfoot {

/// Whether TLS to this destination is opened: not with --no-tls, nor where [guard] says "opaque".
bool terminates_tls(const Services& services, const Destination& to);

/// Performs the server's side of the handshake that input() begins with and records it (ambient, or what went wrong).
/// True: `connection.tls` is set and `io` gives plain bytes.
asio::awaitable<bool> accept_tls(Services& services, StreamIo& io, Connection& connection);

/// What calls over this connection carry beside their own fields: `tls` and `client_cert`; nothing without TLS.
void add_tls_fields(const Connection& connection, Fields& call);

/// The program went away after a handshake without having said anything: told where it may explain a red run.
void note_unused_tls(Services& services, const Connection& connection);

}  // namespace bigfoot
