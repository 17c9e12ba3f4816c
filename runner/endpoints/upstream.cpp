// runner/endpoints/upstream.cpp - see upstream.h.
#include "runner/endpoints/upstream.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "runner/names.h"

namespace bigfoot {

asio::awaitable<std::expected<std::unique_ptr<StreamIo>, std::string>> connect_upstream(Services& services, Destination to) {
  using asio::ip::tcp;
  // A synthetic address stands for a name: the real resolver, which is ours and unsupervised, knows the real one.
  const std::string host = to.address.empty() || is_synthetic(to.address) ? to.host : to.address;
  tcp::resolver resolver(services.loop);
  auto [unknown, places] =
      co_await resolver.async_resolve(host, std::to_string(to.port), asio::as_tuple(asio::use_awaitable));
  if (unknown) co_return std::unexpected("connect: " + unknown.message());
  tcp::socket socket(services.loop);
  auto [refused, place] = co_await asio::async_connect(socket, places, asio::as_tuple(asio::use_awaitable));
  if (refused) co_return std::unexpected("connect: " + refused.message());
  co_return std::make_unique<StreamIo>(services, UniqueFd(socket.release()));
}

asio::awaitable<std::expected<std::unique_ptr<StreamIo>, std::string>> connect_upstream_tls(Services& services, Destination to, std::string name) {
  auto server = co_await connect_upstream(services, std::move(to));
  if (!server) co_return server;
  const TlsSession::Progress progress = co_await (*server)->start_tls(services.tls->client().connect(name));
  if (progress == TlsSession::Progress::done) co_return server;
  const std::string why = (*server)->tls()->error();
  co_return std::unexpected("TLS: " + (why.empty() ? "the server closed the connection" : why));
}

}  // namespace bigfoot
