// protocols/http/http_reply.h - The other direction: a real server's bytes to the fields of a reply, for
// pass-through and recording. Source: RFC 9112, section 6.3 (what decides a reply's length).
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <string_view>

#include "protocols/protocol.h"

namespace bigfoot {

/// Events: Aside{"informational"} for 1xx, Call{"reply"} for the answer, Switch{"tunnel"} behind a CONNECT's
/// 2xx and Switch{"upgrade"} behind a 101. Fields: status (number), reason, headers ([name, value] in wire
/// order, names in lower case), body (bytes, codings undone), version, trailers and coding_error as in a
/// call.
class HttpReplyDecoder {
 public:
  HttpReplyDecoder();
  ~HttpReplyDecoder();
  HttpReplyDecoder(const HttpReplyDecoder&) = delete;
  HttpReplyDecoder& operator=(const HttpReplyDecoder&) = delete;

  /// One more request is on its way, in the order of the calls: the reply to HEAD has no body whatever its
  /// head says.
  void expect(std::string_view method) { methods_.emplace_back(method); }
  /// Next event of `in`; as Decoder::decode(). A reply that nobody asked for is an error.
  DecodeResult decode(std::string_view in);
  /// The server has closed its side: that ends a body without a length.
  DecodeResult finish(std::string_view in);

 private:
  class Reply;
  Event event();
  std::deque<std::string> methods_;
  std::unique_ptr<Reply> reply_;  // being read
};

}  // namespace bigfoot
