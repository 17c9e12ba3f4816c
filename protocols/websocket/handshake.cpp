// protocols/websocket/handshake.cpp - See handshake.h. Section numbers are RFC 6455's.
#include "protocols/websocket/handshake.h"

#include <fmt/format.h>
#include <openssl/sha.h>

#include <algorithm>
#include <array>

#include "protocols/body.h"
#include "protocols/websocket/header_list.h"

namespace bigfoot {
namespace {

constexpr std::string_view kGuid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";  // 1.3
constexpr std::size_t kKeyBytes = 16;                                       // 4.1
constexpr std::string_view kVersion = "13";

std::string accept_of(std::string_view key) {
  const std::string text = std::string(key) + std::string(kGuid);
  std::array<unsigned char, SHA_DIGEST_LENGTH> digest;
  SHA1(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
  return to_base64({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

}  // namespace

bool is_websocket_handshake(const Fields& request) {
  if (request.value("method", "") != "GET" || request.value("version", "") != "1.1") return false;
  const Value& headers = request.at("headers");
  const auto keys = header_values(headers, "sec-websocket-key");
  const auto versions = header_values(headers, "sec-websocket-version");
  if (!header_has_token(headers, "upgrade", "websocket") || !header_has_token(headers, "connection", "upgrade")) return false;
  if (keys.size() != 1 || versions.size() != 1 || versions.front() != kVersion) return false;
  const auto key = from_base64(keys.front());
  return key && key->size() == kKeyBytes;
}

Fields websocket_fields(Fields request) {
  Fields fields = Fields::object();
  fields["scheme"] = request.value("scheme", "") == "https" ? "wss" : "ws";
  for (const char* name : {"host", "port", "path", "query", "headers"}) fields[name] = std::move(request[name]);
  Value offered = Value::array();
  for (const std::string_view name : header_elements(fields["headers"], "sec-websocket-protocol")) offered.push_back(std::string(name));
  fields["subprotocols"] = std::move(offered);
  return fields;
}

void write_websocket_accept(const Fields& opening, const Fields& terms, const std::optional<DeflateTerms>& deflate, std::string& out) {
  const auto keys = header_values(opening.at("headers"), "sec-websocket-key");
  out += "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n";
  out += fmt::format("Sec-WebSocket-Accept: {}\r\n", accept_of(keys.empty() ? std::string_view() : keys.front()));
  const std::string subprotocol = terms.value("subprotocol", "");
  if (std::ranges::find(opening.at("subprotocols"), Value(subprotocol)) != opening.at("subprotocols").end())
    out += fmt::format("Sec-WebSocket-Protocol: {}\r\n", subprotocol);
  if (deflate) out += fmt::format("Sec-WebSocket-Extensions: {}\r\n", to_text(*deflate));
  out += "\r\n";
}

}  // namespace bigfoot
