// protocols/http/http_info.cpp - The row of `http`. Source: spec-format.md, section 3.
#include "protocols/http/http.h"

namespace bigfoot {
namespace {

// A row of a call: name, help, identity, must_assert.
constexpr FieldInfo kCall[] = {
    {"method", "as sent: GET, POST...", true},
    {"scheme", "http or https", true},
    {"host",
     "lower case, IPv6 without brackets: from the request's URL, its Host header, else the connection", true},
    {"port", "number: from the request's URL or its Host header, else the connection's", true},
    {"path", "normalised (RFC 3986, 6.2.2), starts with /; \"*\" for OPTIONS *", true},
    {"query", "normalised text without the question mark, \"\" for none", false, true},
    {"headers", "[name, value] in wire order, names in lower case", false, true},
    {"body", "bytes, transfer and content codings undone", false, true},
    {"tls", "{ version, alpn, sni } of the handshake, alpn and sni \"\" for none; only where there was one"},
    {"client_cert", "{ subject, san } of the certificate that the client gave; only where it gave one"},
    {"version", "\"1.1\" or \"1.0\""},
    {"trailers", "[name, value] after a chunked body; only where there are some"},
    {"coding_error", "why the content coding could not be undone; body then holds the bytes as sent"},
};
constexpr FieldInfo kReply[] = {
    {"status", "number, 200 where none is given"},
    {"headers", "table: name = text or array of texts (a repeated header), sent in the order given"},
    {"json", "any value: the body, with content-type application/json"},
    {"text", "the body, with content-type text/plain; charset=utf-8"},
    {"body", "the body as bytes, with no content-type of its own"},
    {"chunks", "array of texts: one chunk each, chunked transfer coding"},
    {"sse",
     "array of texts or { event, data, id, retry }: server-sent events, content-type text/event-stream"},
};

}  // namespace

constinit const ProtocolInfo kHttpInfo = {
    "http", "HTTP/1.0 and HTTP/1.1 requests, http and https", "RFC 9110, RFC 9112", kCall, kReply, true};

}  // namespace bigfoot
