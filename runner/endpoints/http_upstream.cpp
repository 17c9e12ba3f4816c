// runner/endpoints/http_upstream.cpp - see http_upstream.h.
#include "runner/endpoints/http_upstream.h"

#include "runner/endpoints/upstream.h"

namespace bigfoot {

asio::awaitable<std::string> HttpUpstream::connect() {
  if (server_) co_return "";
  std::expected<std::unique_ptr<StreamIo>, std::string> connected;
  if (tls_) connected = co_await connect_upstream_tls(services_, to_, name_);
  else connected = co_await connect_upstream(services_, to_);
  if (!connected) co_return connected.error();
  server_ = std::move(*connected);
  co_return "";
}

asio::awaitable<std::expected<Fields, std::string>> HttpUpstream::exchange(std::string_view method, std::string_view request,
                                                                           StreamIo& client) {
  const std::string why = co_await connect();
  if (!why.empty()) co_return std::unexpected(why);
  if (!co_await server_->write(request)) co_return std::unexpected("write: the real server closed the connection");
  decoder_.expect(method);
  for (;;) {
    const std::string_view input = server_->input();
    DecodeResult decoded = server_->ended() ? decoder_.finish(input) : decoder_.decode(input);
    if (!decoded) co_return std::unexpected("the real server's reply is not HTTP: " + decoded.error().what);
    const std::string bytes(input.substr(0, decoded->used));
    server_->consume(decoded->used);
    // Our decoder has answered `Expect: 100-continue` already: a second 100 would be taken for the reply by some clients.
    const bool informational = std::holds_alternative<Aside>(decoded->event);
    if (!informational && !bytes.empty() && !co_await client.write(bytes)) co_return std::unexpected("the program went away");
    if (auto* reply = std::get_if<Call>(&decoded->event)) co_return std::move(reply->fields);
    if (informational || decoded->used > 0) continue;
    if (server_->ended()) co_return std::unexpected("the real server closed the connection without a reply");
    (void)co_await server_->read();
  }
}

}  // namespace bigfoot
