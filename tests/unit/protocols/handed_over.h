// tests/unit/protocols/handed_over.h - A connection that begins as HTTP and is handed over, as the runner does it.
#pragma once

#include <memory>

#include "protocols/http/http.h"
#include "protocols/websocket/handshake.h"
#include "protocols/websocket/websocket.h"

namespace bigfoot::test {

class HandedOver final : public Decoder {
 public:
  explicit HandedOver(const Peer& peer) : http_(peer) {}

  const ProtocolInfo& info() const override { return now().info(); }
  DecodeResult decode(std::string_view in, std::string& out) override {
    DecodeResult result = now().decode(in, out);
    const auto* call = result && !websocket_ ? std::get_if<Call>(&result->event) : nullptr;
    if (call == nullptr || !is_websocket_handshake(call->fields)) return result;
    websocket_ = std::make_unique<WebsocketDecoder>(call->fields);
    DecodeResult opening = websocket_->decode("", out);
    if (opening) opening->used = result->used;
    return opening;
  }
  DecodeResult finish(std::string_view in) override { return now().finish(in); }
  AfterReply accept(const Fields& terms, std::string& out) override { return now().accept(terms, out); }
  AfterReply encode(const Fields& reply, std::string& out) override {
    // The player has no pushes: what a reply says is said.
    const bool push = websocket_ && (reply.contains("recv") || reply.contains("close") || reply.contains("ping"));
    if (!push) return now().encode(reply, out);
    const AfterReply after = now().encode(Fields::object(), out);
    return after == AfterReply::keep_open ? now().push(reply, out) : after;
  }
  AfterReply refuse(std::string_view why, std::string& out) override { return now().refuse(why, out); }
  AfterReply answer_itself(std::string& out) override { return now().answer_itself(out); }

 private:
  Decoder& now() { return websocket_ ? static_cast<Decoder&>(*websocket_) : http_; }
  const Decoder& now() const { return websocket_ ? static_cast<const Decoder&>(*websocket_) : http_; }
  HttpDecoder http_;
  std::unique_ptr<WebsocketDecoder> websocket_;
};

}  // namespace bigfoot::test
