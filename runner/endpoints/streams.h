// runner/endpoints/streams.h - Conversations over redirected stream sockets: finds out what is spoken, then plays it.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <memory>
#include <optional>

#include "runner/endpoints/stream_io.h"
#include "runner/services.h"
#include "spec/ledger.h"

namespace bigfoot {

class Resolver;

/// One redirected connection and who opened it.
struct Connection {
  Pid pid{};
  Destination to;
  std::uint64_t number = 0;
  double opened_ms = 0;
  std::optional<TlsFacts> tls = std::nullopt;  ///< once TLS was ended in front of what is spoken
};

/// Whose calls these are where nothing more is known than the connection itself.
CallSite site_of(const Connection& connection);

/// Serves the connection to its end: a scripted session, HTTP, DNS over TCP, or bytes that are read before they are refused.
/// Source: spec-format.md, section 10, "Unexpected connections are read before they are refused".
asio::awaitable<void> serve_stream(Services& services, Resolver& resolver, Connection connection, UniqueFd stream);

/// HTTP/1.1 until one side closes. Gives true where the client asked for a tunnel (CONNECT): `connection.to` is then the
/// tunnel's end, and what follows in `io` goes there.
asio::awaitable<bool> serve_http(Services& services, StreamIo& io, Connection& connection);

/// Plays the steps of a socket entry.
asio::awaitable<void> serve_session(Services& services, StreamIo& io, const Connection& connection,
                                    std::unique_ptr<RawSession> session);

/// DNS messages with their two length bytes (RFC 7766, section 8).
asio::awaitable<void> serve_dns_stream(Resolver& resolver, StreamIo& io, const Connection& connection);

/// Records the steps that a session has played since the last time.
void record_played(Services& services, RawSession& session, Pid pid, std::uint64_t connection, const Destination& to);

}  // namespace bigfoot
