// runner/endpoints/upgrades.cpp - see upgrades.h.
#include "runner/endpoints/upgrades.h"

#include <memory>

#include "protocols/http/http.h"
#include "protocols/websocket/handshake.h"
#include "protocols/websocket/websocket.h"
#include "runner/endpoints/calls.h"
#include "runner/endpoints/opaque.h"

namespace bigfoot {
namespace {

bool is_named(Services& services, Pid pid, const Fields& request) {
  return services.ledger_for(pid).open_calls(kWebsocketInfo, Opening{websocket_fields(request), true})->is_named();
}

}  // namespace

bool asks_for_websocket(Services& services, Pid pid, const Fields& request) {
  return is_websocket_handshake(request) && (is_named(services, pid, request) || !services.ledger.names(kHttpInfo, request));
}

asio::awaitable<void> serve_websocket(Services& services, StreamIo& io, Connection& connection, Fields request, std::string said) {
  const GuardLevel guard = services.spec.guard.level(kWebsocketInfo.name);
  const bool refusing = guard == GuardLevel::error || is_named(services, connection.pid, request);
  if (!refusing) {
    co_await relay_from_here(services, io, connection, kWebsocketInfo.name, std::move(said), guard == GuardLevel::warn);
    co_return;
  }
  std::unique_ptr<Decoder> decoder = std::make_unique<WebsocketDecoder>(std::move(request));
  co_await serve_calls(services, io, connection, std::move(decoder));
}

}  // namespace bigfoot
