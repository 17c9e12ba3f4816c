// protocols/websocket/websocket.cpp - See websocket.h. Section numbers are RFC 6455's.
#include "protocols/websocket/websocket.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "protocols/body.h"
#include "protocols/http/reply_writer.h"
#include "protocols/websocket/handshake.h"

namespace bigfoot {
namespace {

constexpr ReplyContext kLastReply{.keep_alive = false};

std::string bytes_in(const Fields& fields, const char* name) {
  const auto found = fields.find(name);
  if (found == fields.end()) return "";
  return found->is_string() ? found->get<std::string>() : found->dump(-1, ' ', false, Value::error_handler_t::replace);
}

std::unexpected<FrameError> too_big() {
  return std::unexpected(FrameError{CloseCode::too_big, 0, fmt::format("a message of more than {} bytes", kMaxMessage)});
}

/// A reason is one line.
std::string in_one_line(std::string_view text) {
  std::string line(text.substr(0, text.find_last_not_of(" \n") + 1));
  std::ranges::replace(line, '\n', ' ');
  return line;
}

}  // namespace

WebsocketDecoder::WebsocketDecoder(Fields request) : opening_(websocket_fields(std::move(request))) {}
WebsocketDecoder::~WebsocketDecoder() = default;

DecodeResult WebsocketDecoder::decode(std::string_view in, std::string& out) {
  if (!std::exchange(opening_given_, true)) return Decoded{0, Opening{opening_, true}};
  if (state_ == State::opening) return Decoded{0, NeedMore{}};
  if (state_ == State::closed) return Decoded{in.size(), NeedMore{}};  // 1.4: what comes behind the close does not count
  std::size_t used = 0;
  for (;;) {
    if (!frame_) {
      const auto head = read_frame_head(in.substr(used), deflate_ != nullptr);
      if (!head) return fail(used, head.error(), out);
      if (!*head) return Decoded{used, NeedMore{}};
      if (const auto begun = begin_frame(**head); !begun) return fail(used, begun.error(), out);
      used += (*head)->size;
    }
    const std::string_view payload = in.substr(used, std::min<std::uint64_t>(frame_->length - read_, in.size() - used));
    append_unmasked(is_control(frame_->opcode) ? control_ : message_, payload, frame_->mask, read_);
    used += payload.size();
    read_ += payload.size();
    if (read_ < frame_->length) return Decoded{used, NeedMore{}};
    auto event = end_frame();
    if (!event) return fail(used, event.error(), out);
    if (!std::holds_alternative<NeedMore>(*event)) return Decoded{used, *std::move(event)};
  }
}

/// 5.4: fragments of one message come in a row, with control frames between them at most.
std::expected<void, FrameError> WebsocketDecoder::begin_frame(const FrameHead& head) {
  if (is_control(head.opcode)) {
    control_.clear();
  } else if (head.opcode == Opcode::continuation) {
    if (!message_is_) return std::unexpected(FrameError{CloseCode::protocol_error, 0, "a continuation without a message that it continues"});
  } else {
    if (message_is_) return std::unexpected(FrameError{CloseCode::protocol_error, 0, "a message begins inside the fragments of another"});
    message_is_ = head.opcode;
    compressed_ = head.compressed;
    message_.clear();
  }
  if (!is_control(head.opcode) && head.length > kMaxMessage - message_.size()) return too_big();
  frame_ = head;
  read_ = 0;
  return {};
}

std::expected<Event, FrameError> WebsocketDecoder::end_frame() {
  const FrameHead frame = *std::exchange(frame_, std::nullopt);
  if (is_control(frame.opcode)) {
    asked_ = frame.opcode == Opcode::ping ? "ping" : frame.opcode == Opcode::pong ? "pong" : "close";
    return end_control();
  }
  if (!frame.last) return NeedMore{};
  return end_message();
}

std::expected<Event, FrameError> WebsocketDecoder::end_message() {
  const bool binary = *std::exchange(message_is_, std::nullopt) == Opcode::binary;
  std::string message = std::exchange(message_, {});
  if (compressed_) {
    auto plain = deflate_->undo(message, kMaxMessage);
    if (!plain && plain.error() == MessageDeflate::Bad::size) return too_big();
    if (!plain) return std::unexpected(FrameError{CloseCode::bad_text, 0, "the compressed data of a message is no deflate data"});
    message = *std::move(plain);
  }
  if (!binary && !is_utf8(message)) return std::unexpected(FrameError{CloseCode::bad_text, 0, "a text message is not UTF-8"});
  Fields fields = Fields::object();
  fields["send"] = std::move(message);
  if (binary) fields["binary"] = true;
  return call("send", std::move(fields), state_ == State::open ? Unnamed::unexpected : Unnamed::ambient);
}

std::expected<Event, FrameError> WebsocketDecoder::end_control() {
  Fields fields = Fields::object();
  if (asked_ != "close") {
    fields[asked_] = control_;
    return call(asked_, std::move(fields), Unnamed::ambient);
  }
  auto words = read_close(control_);
  if (!words) return std::unexpected(words.error());
  fields["close"] = static_cast<unsigned>(words->code);
  if (!words->reason.empty()) fields["reason"] = std::move(words->reason);
  return call("close", std::move(fields), Unnamed::ambient);
}

Call WebsocketDecoder::call(std::string op, Fields fields, Unnamed unnamed) {
  asked_ = op;
  asked_fields_ = fields;
  const bool ends = op == "close";
  return Call{.op = std::move(op), .fields = std::move(fields), .unnamed = unnamed, .ends = ends};
}

DecodeResult WebsocketDecoder::finish(std::string_view in) {
  if (state_ == State::opening || state_ == State::closed) return Decoded{in.size(), NeedMore{}};
  if (frame_ || message_is_ || !in.empty()) {
    state_ = State::closed;
    return std::unexpected(ProtocolError{in.size(), "the connection ended in the middle of a message"});
  }
  state_ = State::closed;
  Fields fields = Fields::object();
  fields["close"] = static_cast<unsigned>(CloseCode::abnormal);
  return Decoded{0, call("close", std::move(fields), Unnamed::ambient)};
}

AfterReply WebsocketDecoder::accept(const Fields& terms, std::string& out) {
  std::optional<DeflateTerms> deflate;
  if (terms.value("deflate", false)) deflate = agree_on_deflate(opening_.at("headers"));
  if (deflate) deflate_ = std::make_unique<MessageDeflate>(*deflate);
  write_websocket_accept(opening_, terms, deflate, out);
  state_ = State::open;
  return AfterReply::keep_open;
}

AfterReply WebsocketDecoder::encode(const Fields& reply, std::string& out) {
  if (state_ != State::opening) return answer_itself(out);
  state_ = State::closed;
  return write_http_reply(reply, kLastReply, out);
}

AfterReply WebsocketDecoder::refuse(std::string_view why, std::string& out) {
  if (state_ == State::opening) {
    state_ = State::closed;
    refusal_code_ = "501";
    return write_http_refusal(why, kLastReply, out);
  }
  refusal_code_ = state_ == State::open ? "1008" : "";
  if (state_ == State::open) write_close(CloseCode::policy, in_one_line(why), out);
  state_ = State::closed;
  return AfterReply::close;
}

AfterReply WebsocketDecoder::answer_itself(std::string& out) {
  if (asked_ == "ping" && state_ == State::open) write_frame(Opcode::pong, bytes_in(asked_fields_, "ping"), false, out);
  if (asked_ != "close") return AfterReply::keep_open;
  const auto code = static_cast<CloseCode>(asked_fields_.at("close").get<unsigned>());
  if (state_ == State::open) write_close(code, "", out);  // 5.5.1: the code is echoed
  state_ = State::closed;
  return AfterReply::close;
}

AfterReply WebsocketDecoder::push(const Fields& said, std::string& out) {
  if (state_ != State::open) return AfterReply::keep_open;
  if (const auto code = said.find("close"); code != said.end()) {
    write_close(static_cast<CloseCode>(code->get<unsigned>()), bytes_in(said, "reason"), out);
    state_ = State::closing;
    return AfterReply::keep_open;  // the client's close frame comes next
  }
  if (said.contains("ping") || said.contains("pong")) {
    const bool ping = said.contains("ping");
    write_frame(ping ? Opcode::ping : Opcode::pong, bytes_in(said, ping ? "ping" : "pong").substr(0, kMaxControl), false, out);
    return AfterReply::keep_open;
  }
  const std::string message = bytes_in(said, "recv");
  const Opcode kind = said.value("binary", false) ? Opcode::binary : Opcode::text;
  write_frame(kind, deflate_ ? deflate_->compress(message) : message, deflate_ != nullptr, out);
  return AfterReply::keep_open;
}

std::unexpected<ProtocolError> WebsocketDecoder::fail(std::size_t at, const FrameError& error, std::string& out) {
  if (state_ == State::open) write_close(error.code, error.what, out);
  state_ = State::closed;
  return std::unexpected(ProtocolError{at + error.at, error.what});
}

}  // namespace bigfoot
