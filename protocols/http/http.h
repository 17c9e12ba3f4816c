// protocols/http/http.h - HTTP/1.0 and HTTP/1.1, the server's side: requests to calls, scripted replies to
// bytes. Source: RFC 9110 (semantics), RFC 9112 (HTTP/1.1). Syntax of lines and chunks by Boost.Beast's
// sans-I/O parser.
//
// Rules
// - A Call is given when the whole request is in, body and trailers too; replies keep the order of the calls.
// - Bytes of a body are used as they arrive (NeedMore with used > 0): time stays linear however small the
// pieces are.
// - `Expect: 100-continue` is answered when the head is in, whether body bytes came with it or not: so the
// same bytes
//   get the same answers however they were cut (RFC 9110, 10.1.1 allows both).
// - CONNECT is answered with 200 and ends in Switch{"tunnel", "host:port"}. An Upgrade header is a header
// like others.
// - After an error the decoder is of no more use: send http_bad_request() and close.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "protocols/protocol.h"

namespace bigfoot {

extern const ProtocolInfo kHttpInfo;

class HttpDecoder final : public Decoder {
 public:
  explicit HttpDecoder(const Peer& peer);
  ~HttpDecoder() override;
  HttpDecoder(const HttpDecoder&) = delete;
  HttpDecoder& operator=(const HttpDecoder&) = delete;

  const ProtocolInfo& info() const override { return kHttpInfo; }
  DecodeResult decode(std::string_view in, std::string& out) override;
  DecodeResult finish(std::string_view in) override;
  AfterReply encode(const Fields& reply, std::string& out) override;
  AfterReply refuse(std::string_view why, std::string& out) override;
  std::string_view refusal_code() const override { return "501"; }

 private:
  class Request;  // the message that is being read, or was read and waits for its reply
  std::unique_ptr<Request> request_;
  Peer peer_;
};

/// What the program sees after a ProtocolError, before the connection is closed: 400 with the reason as text.
std::string http_bad_request(const ProtocolError& error);

}  // namespace bigfoot
