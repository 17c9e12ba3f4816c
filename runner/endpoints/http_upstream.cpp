// runner/endpoints/http_upstream.cpp - see http_upstream.h.
#include "runner/endpoints/http_upstream.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include "runner/names.h"

namespace bigfoot {
namespace {

constexpr std::size_t kRead = 64 * 1024;

}  // namespace

asio::awaitable<boost::system::error_code> HttpUpstream::connect() {
  using asio::ip::tcp;
  if (socket_.is_open()) co_return boost::system::error_code{};
  // A synthetic address stands for a name: the real resolver, which is ours and unsupervised, knows the real one.
  const std::string host = to_.address.empty() || is_synthetic(to_.address) ? to_.host : to_.address;
  tcp::resolver resolver(services_.loop);
  auto [unknown, places] =
      co_await resolver.async_resolve(host, std::to_string(to_.port), asio::as_tuple(asio::use_awaitable));
  if (unknown) co_return unknown;
  auto [refused, place] = co_await asio::async_connect(socket_, places, asio::as_tuple(asio::use_awaitable));
  if (refused) socket_.close();
  co_return refused;
}

asio::awaitable<std::expected<Fields, std::string>> HttpUpstream::exchange(std::string_view method, std::string_view request,
                                                                           StreamIo& client) {
  if (auto error = co_await connect()) co_return std::unexpected("connect: " + error.message());
  auto [error, sent] = co_await asio::async_write(socket_, asio::buffer(request), asio::as_tuple(asio::use_awaitable));
  if (error) co_return std::unexpected("write: " + error.message());
  decoder_.expect(method);
  bool ended = false;
  for (;;) {
    DecodeResult decoded = ended ? decoder_.finish(buffer_) : decoder_.decode(buffer_);
    if (!decoded) co_return std::unexpected("the real server's reply is not HTTP: " + decoded.error().what);
    const std::string bytes = buffer_.substr(0, decoded->used);
    buffer_.erase(0, decoded->used);
    // Our decoder has answered `Expect: 100-continue` already: a second 100 would be taken for the reply by some clients.
    const bool informational = std::holds_alternative<Aside>(decoded->event);
    if (!informational && !bytes.empty() && !co_await client.write(bytes)) co_return std::unexpected("the program went away");
    if (auto* reply = std::get_if<Call>(&decoded->event)) co_return std::move(reply->fields);
    if (informational || decoded->used > 0) continue;
    if (ended) co_return std::unexpected("the real server closed the connection without a reply");
    const std::size_t kept = buffer_.size();
    buffer_.resize(kept + kRead);
    auto [failed, count] = co_await socket_.async_read_some(asio::buffer(buffer_.data() + kept, kRead),
                                                            asio::as_tuple(asio::use_awaitable));
    buffer_.resize(kept + count);
    ended = static_cast<bool>(failed);
  }
}

}  // namespace bigfoot
