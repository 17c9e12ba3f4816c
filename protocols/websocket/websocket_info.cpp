// protocols/websocket/websocket_info.cpp - The row of `websocket`. Source: spec-format.md, sections 3 and 4.4.
#include "protocols/websocket/websocket.h"

namespace bigfoot {
namespace {

// A row of a call: name, help, identity, must_assert.
constexpr FieldInfo kCall[] = {
    {"scheme", "ws or wss", true},
    {"host", "name or address, no brackets", true},
    {"port", "number; the scheme's default where the URL gives none", true},
    {"path", "normalised, starts with /", true},
    {"query", "normalised text, \"\" for none", false, true},
    {"headers", "of the handshake: [name, value] in wire order, names in lower case", false, true},
    {"subprotocols", "those that the program offers, an array in its order"},
    {"tls", "{ version, alpn, sni } of the handshake, alpn and sni \"\" for none; only where there was one"},
    {"client_cert", "{ subject, san } of the certificate that the client gave; only where it gave one"},
    {"send", "one message of the program, its fragments joined and its compression undone", false, true},
    {"binary", "true: the message is a binary one; only there", false, true},
    {"close", "code of the program's close frame; 1005 where it has none, 1006 where the connection ended without one", false, true},
    {"reason", "text of the program's close frame; only where it has one"},
    {"ping", "what a ping of the program carries"},
    {"pong", "what a pong of the program carries"},
};
constexpr FieldInfo kReply[] = {
    {"recv", "one message to the program: text, or bytes with `binary`"},
    {"binary", "true: a binary message"},
    {"close", "code of a close frame to the program"},
    {"reason", "text of that close frame"},
    {"ping", "what a ping to the program carries"},
    {"pong", "what a pong to the program carries"},
    {"status", "of a handshake that is refused"},
    {"headers", "of a handshake that is refused"},
    {"text", "body of the answer to a handshake that is refused"},
};

}  // namespace

constinit const ProtocolInfo kWebsocketInfo = {"websocket", "WebSocket sessions, ws and wss", "RFC 6455, RFC 7692", kCall, kReply, true};

}  // namespace bigfoot
