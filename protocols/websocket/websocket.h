// protocols/websocket/websocket.h - WebSocket sessions, the server's side: from the request that asks for one to the end.
// Source: RFC 6455; RFC 7692 (permessage-deflate).
//
// Rules
// - The Opening is given at once: the request has been read by HttpDecoder. Its answer is a 101, or an HTTP reply.
// - A message is a Call `send` when its last fragment is in; `binary` is there, and true, for a binary one.
// - A ping, a pong and a close frame are Calls that nobody has to name; an end without a close frame is a close of code 1006.
// - After our close frame nothing has to be named: messages that cross it on the way are not answered (5.5.1).
// - After an error, whose close frame stands in `out`, the decoder is of no more use.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "protocols/protocol.h"
#include "protocols/websocket/deflate.h"
#include "protocols/websocket/frame.h"

namespace bigfoot {

extern const ProtocolInfo kWebsocketInfo;

class WebsocketDecoder final : public Decoder {
 public:
  /// `request`: the fields of an HttpDecoder's call for which is_websocket_handshake() holds.
  explicit WebsocketDecoder(Fields request);
  ~WebsocketDecoder() override;

  const ProtocolInfo& info() const override { return kWebsocketInfo; }
  DecodeResult decode(std::string_view in, std::string& out) override;
  DecodeResult finish(std::string_view in) override;
  AfterReply accept(const Fields& terms, std::string& out) override;
  AfterReply encode(const Fields& reply, std::string& out) override;
  AfterReply refuse(std::string_view why, std::string& out) override;
  std::string_view refusal_code() const override { return refusal_code_; }
  AfterReply answer_itself(std::string& out) override;
  AfterReply push(const Fields& said, std::string& out) override;

 private:
  enum class State { opening, open, closing, closed };  // closing: our close frame is out, the client's is not in

  std::expected<void, FrameError> begin_frame(const FrameHead& head);
  std::expected<Event, FrameError> end_frame();
  std::expected<Event, FrameError> end_message();
  std::expected<Event, FrameError> end_control();
  Call call(std::string op, Fields fields, Unnamed unnamed);
  std::unexpected<ProtocolError> fail(std::size_t at, const FrameError& error, std::string& out);
  AfterReply say_close(std::optional<CloseCode> code, std::string_view reason, std::string& out);

  State state_ = State::opening;
  bool opening_given_ = false;
  Fields opening_;
  std::unique_ptr<MessageDeflate> deflate_;
  std::optional<FrameHead> frame_;   // whose payload is being read
  std::uint64_t read_ = 0;           // of it
  std::string control_;              // payload of a control frame
  std::optional<Opcode> message_is_; // text or binary, while one is being read
  bool compressed_ = false;
  std::string message_;              // of all its fragments so far
  std::string asked_;                // the op of the last call
  Fields asked_fields_;
  std::string_view refusal_code_;
};

}  // namespace bigfoot
