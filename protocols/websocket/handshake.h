// protocols/websocket/handshake.h - The HTTP request that opens a WebSocket, and the server's yes to it.
// Source: RFC 6455, sections 4.2 and 11.3.
#pragma once

#include <optional>
#include <string>

#include "protocols/protocol.h"
#include "protocols/websocket/deflate.h"

namespace bigfoot {

/// Whether a call of HttpDecoder asks for a WebSocket of this version in all the ways that 4.2.1 names.
bool is_websocket_handshake(const Fields& request);

/// The fields of a websocket call: the request's, with the scheme ws or wss, and the subprotocols that are offered.
Fields websocket_fields(Fields request);

/// Appends the 101. The subprotocol of `terms` is named where the client has offered it.
void write_websocket_accept(const Fields& opening, const Fields& terms, const std::optional<DeflateTerms>& deflate, std::string& out);

}  // namespace bigfoot
