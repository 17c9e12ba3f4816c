// protocols/http/reply_writer.h - Scripted replies to bytes. Source: RFC 9110, RFC 9112; WHATWG HTML,
// "Server-sent events".
#pragma once

#include <string>
#include <string_view>

#include "protocols/protocol.h"

namespace bigfoot {

/// What of the request decides the shape of its reply.
struct ReplyContext {
  bool to_head = false;    ///< answers HEAD: the same head, no body
  bool http11 = true;      ///< else no chunks, and keeping the connection needs a word
  bool keep_alive = true;  ///< the client is ready to go on
};

/// "Not Found"; "" where the number has no name.
std::string_view status_text(int status);

/// Appends the reply that `fields` (ProtocolInfo::reply) describes. No Date: RFC 9110, 6.6.1 forbids one to a
/// server without a clock, and two runs give the same bytes.
AfterReply write_http_reply(const Fields& fields, const ReplyContext& context, std::string& out);

/// A reply whose body is plain text for people.
AfterReply write_http_text(int status, std::string_view extra_header_line, std::string_view text,
                           const ReplyContext& context, std::string& out);

/// What the program sees of a request that nothing in the spec expects: 501, with the nearest entry as text.
AfterReply write_http_refusal(std::string_view why, const ReplyContext& context, std::string& out);

}  // namespace bigfoot
