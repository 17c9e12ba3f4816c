// runner/endpoints/http_upstream.h - The real server behind a mocked host, for calls that the guard lets through.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <expected>
#include <string>
#include <string_view>

#include "protocols/http/http_reply.h"
#include "runner/endpoints/stream_io.h"
#include "runner/services.h"

namespace bigfoot {

class HttpUpstream {
 public:
  HttpUpstream(Services& services, Destination to) : services_(services), to_(std::move(to)), socket_(services.loop) {}

  /// Sends one request as it came and passes the reply on to `client` while it arrives. Gives the reply's fields, or why
  /// there is none ("connect: Connection refused"); `client` has then been sent nothing, or a part of a reply.
  asio::awaitable<std::expected<Fields, std::string>> exchange(std::string_view method, std::string_view request,
                                                               StreamIo& client);

 private:
  asio::awaitable<boost::system::error_code> connect();

  Services& services_;
  Destination to_;
  asio::ip::tcp::socket socket_;
  HttpReplyDecoder decoder_;
  std::string buffer_;  // read and not decoded yet
};

}  // namespace bigfoot
