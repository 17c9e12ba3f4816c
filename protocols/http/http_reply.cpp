// protocols/http/http_reply.cpp - See http_reply.h.
#include "protocols/http/http_reply.h"

#include "protocols/http/message.h"

namespace bigfoot {

class HttpReplyDecoder::Reply {
 public:
  HttpMessage<false> message;
  int status = 0;
  Fields fields = Value::object();  // from the head; body and trailers come at the end
  std::string codings;

  /// The head is in, its bytes still there: whatever views it holds are copied here.
  void take_head() {
    HttpHead& head = message.head();
    status = head.status;
    codings = std::move(head.content_codings);
    fields["status"] = status;
    fields["reason"] = std::string(head.reason);
    fields["headers"] = std::move(head.fields);
    fields["body"] = "";
    fields["version"] = head.http11 ? "1.1" : "1.0";
  }
};

HttpReplyDecoder::HttpReplyDecoder() = default;
HttpReplyDecoder::~HttpReplyDecoder() = default;

DecodeResult HttpReplyDecoder::decode(std::string_view in) {
  if (in.empty()) return Decoded{0, NeedMore{}};
  if (!reply_) {
    if (methods_.empty()) return std::unexpected(ProtocolError{0, "a reply without a request"});
    reply_ = std::make_unique<Reply>();
    if (methods_.front() == "HEAD") reply_->message.expect_no_body();
  }
  std::size_t used = 0;
  for (;;) {
    const auto step = reply_->message.read(in.substr(used));
    if (!step) return std::unexpected(ProtocolError{used + step.error().at, step.error().what});
    used += step->used;
    switch (step->progress) {
      case HttpMessage<false>::Progress::need_more:
        return Decoded{used, NeedMore{}};
      case HttpMessage<false>::Progress::head:
        reply_->take_head();
        // RFC 9110, 9.3.6: behind a 2xx to CONNECT comes the tunnel, whatever lengths its head gives.
        if (methods_.front() == "CONNECT" && reply_->status / 100 == 2) return Decoded{used, event()};
        break;
      case HttpMessage<false>::Progress::whole:
        return Decoded{used, event()};
    }
  }
}

DecodeResult HttpReplyDecoder::finish(std::string_view in) {
  auto decoded = decode(in);
  if (!decoded || !std::holds_alternative<NeedMore>(decoded->event) || !reply_) return decoded;
  const auto ended = reply_->message.end(in.substr(decoded->used));
  if (!ended) return std::unexpected(ProtocolError{decoded->used + ended.error().at, ended.error().what});
  if (*ended == HttpMessage<false>::Progress::whole) decoded->event = event();
  return decoded;
}

/// The message is whole: takes it, and with it the request that it answers unless another reply will follow.
Event HttpReplyDecoder::event() {
  const std::unique_ptr<Reply> reply = std::move(reply_);
  const std::string method = methods_.front();
  Fields& fields = reply->fields;
  if (reply->status / 100 == 1 && reply->status != 101) return Aside{"informational", std::move(fields)};
  methods_.pop_front();
  if (reply->status == 101) return Switch{"upgrade", ""};
  if (method == "CONNECT" && reply->status / 100 == 2) return Switch{"tunnel", ""};
  reply->message.add_body(fields, reply->codings);
  return Call{"reply", std::move(fields)};
}

}  // namespace bigfoot
