// runner/endpoints/tls.h - Ends TLS in front of a conversation.
#pragma once

#include <boost/asio/awaitable.hpp>

#include "runner/endpoints/streams.h"

namespace bigfoot {

/// Whether TLS to this destination is opened: not with --no-tls, nor where [guard] says "opaque".
bool terminates_tls(const Services& services, const Destination& to);

/// The same for a connection whose ClientHello is in input(), by the name that it asks for too: a program may connect by
/// address. Waits for the whole of it where the answer, or what is told of a refusal, depends on it.
asio::awaitable<bool> opens_tls(const Services& services, StreamIo& io, const Destination& to);

/// Performs the server's side of the handshake that input() begins with and records it (ambient, or what went wrong).
/// True: `connection.tls` is set and `io` gives plain bytes.
asio::awaitable<bool> accept_tls(Services& services, StreamIo& io, Connection& connection);

/// What calls over this connection carry beside their own fields: `tls` and `client_cert`; nothing without TLS.
void add_tls_fields(const Connection& connection, Fields& call);

/// The program went away after the handshake without a call.
void tls_ended_silently(Services& services, const Connection& connection);

}  // namespace bigfoot
