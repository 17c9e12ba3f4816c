// runner/endpoints/http_upstream.h - The real server behind a mocked host, for calls that the guard lets through.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <expected>
#include <memory>
#include <string>
#include <string_view>

#include "protocols/http/http_reply.h"
#include "runner/endpoints/stream_io.h"
#include "runner/services.h"

namespace bigfoot {

class HttpUpstream {
 public:
  /// `tls`: the program speaks https. The real server's certificate is checked for `name`, against this machine's store.
  HttpUpstream(Services& services, Destination to, bool tls, std::string name)
      : services_(services), to_(std::move(to)), tls_(tls), name_(std::move(name)) {}

  /// Sends one request as it came and passes the reply on to `client` while it arrives. Gives the reply's fields, or why
  /// there is none ("connect: Connection refused"); `client` has then been sent nothing, or a part of a reply.
  asio::awaitable<std::expected<Fields, std::string>> exchange(std::string_view method, std::string_view request,
                                                               StreamIo& client);
  /// The real server has closed the connection, which may be what ends its last reply: the program is to see it too.
  bool ended() const { return server_ && server_->ended(); }

 private:
  asio::awaitable<std::string> connect();  // why not; "" when connected

  Services& services_;
  Destination to_;
  bool tls_;
  std::string name_;
  std::unique_ptr<StreamIo> server_;  // null: not connected
  HttpReplyDecoder decoder_;
};

}  // namespace bigfoot
