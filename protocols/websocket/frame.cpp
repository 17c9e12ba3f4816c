// protocols/websocket/frame.cpp - See frame.h. Section numbers are RFC 6455's.
#include "protocols/websocket/frame.h"

#include <fmt/format.h>

#include <algorithm>

#include "protocols/body.h"

namespace bigfoot {
namespace {

// 5.2: bits of the first and the second byte, and what the seven bits of a length mean.
constexpr unsigned kFinal = 0x80, kReserved1 = 0x40, kReserved2And3 = 0x30, kOpcode = 0x0F;
constexpr unsigned kMasked = 0x80, kLength = 0x7F, kLength16 = 126, kLength64 = 127;
constexpr std::size_t kMask = 4;

std::unexpected<FrameError> wrong(std::size_t at, std::string what) {
  return std::unexpected(FrameError{CloseCode::protocol_error, at, std::move(what)});
}

unsigned char byte_of(std::string_view in, std::size_t at) { return static_cast<unsigned char>(in[at]); }

std::uint64_t big_endian(std::string_view bytes) {
  std::uint64_t number = 0;
  for (const char c : bytes) number = number << 8 | static_cast<unsigned char>(c);
  return number;
}

void append_big_endian(std::string& out, std::uint64_t number, int bytes) {
  for (int shift = (bytes - 1) * 8; shift >= 0; shift -= 8) out += static_cast<char>(number >> shift & 0xFF);
}

bool is_opcode(unsigned code) { return code <= 2 || (code >= 8 && code <= 10); }

/// 7.4.1, 7.4.2 and the IANA registry: what may stand in a close frame.
bool may_be_sent(unsigned code) {
  return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) || (code >= 3000 && code <= 4999);
}

}  // namespace

std::expected<std::optional<FrameHead>, FrameError> read_frame_head(std::string_view in, bool may_compress) {
  if (in.size() < 2) return std::nullopt;
  const unsigned first = byte_of(in, 0), second = byte_of(in, 1);
  const unsigned short_length = second & kLength;
  const std::size_t long_length = short_length == kLength16 ? 2 : short_length == kLength64 ? 8 : 0;
  FrameHead head;
  head.size = 2 + long_length + kMask;
  if ((first & kReserved2And3) != 0 || ((first & kReserved1) != 0 && !may_compress))
    return wrong(0, "a reserved bit is set that no extension has asked for");
  if (!is_opcode(first & kOpcode)) return wrong(0, fmt::format("{} is no opcode", first & kOpcode));
  head.opcode = static_cast<Opcode>(first & kOpcode);
  head.last = (first & kFinal) != 0;
  head.compressed = (first & kReserved1) != 0;
  // RFC 7692, 6: only the first frame of a message says that it is compressed.
  if (head.compressed && (is_control(head.opcode) || head.opcode == Opcode::continuation))
    return wrong(0, "RSV1 in a frame that begins no message");
  if (is_control(head.opcode) && !head.last) return wrong(0, "a control frame in fragments");
  if (is_control(head.opcode) && long_length > 0) return wrong(1, fmt::format("a control frame of more than {} bytes", kMaxControl));
  if ((second & kMasked) == 0) return wrong(1, "a frame of the client is not masked");
  if (in.size() < head.size) return std::nullopt;
  head.length = long_length == 0 ? short_length : big_endian(in.substr(2, long_length));
  if (long_length == 8 && head.length >> 63 != 0) return wrong(2, "a length of more than 63 bits");
  if ((long_length == 2 && head.length < kLength16) || (long_length == 8 && head.length <= 0xFFFF))
    return wrong(2, fmt::format("the length {} is not written in the shortest form", head.length));
  std::ranges::transform(in.substr(2 + long_length, kMask), head.mask.begin(), [](char c) { return static_cast<unsigned char>(c); });
  return head;
}

void append_unmasked(std::string& to, std::string_view payload, const std::array<unsigned char, 4>& mask, std::uint64_t from) {
  const std::size_t start = to.size();
  to.append(payload);
  std::array<char, 4> turned;  // the mask as it begins at `from`
  for (std::size_t i = 0; i < turned.size(); ++i) turned[i] = static_cast<char>(mask[(from + i) % mask.size()]);
  char* bytes = to.data() + start;
  for (std::size_t i = 0; i < payload.size(); ++i) bytes[i] = static_cast<char>(bytes[i] ^ turned[i % 4]);
}

void write_frame(Opcode opcode, std::string_view payload, bool compressed, std::string& out) {
  out += static_cast<char>(kFinal | (compressed ? kReserved1 : 0) | static_cast<unsigned>(opcode));
  if (payload.size() < kLength16) {
    out += static_cast<char>(payload.size());
  } else if (payload.size() <= 0xFFFF) {
    out += static_cast<char>(kLength16);
    append_big_endian(out, payload.size(), 2);
  } else {
    out += static_cast<char>(kLength64);
    append_big_endian(out, payload.size(), 8);
  }
  out += payload;
}

void write_close(std::optional<CloseCode> code, std::string_view reason, std::string& out) {
  std::string payload;
  if (code && *code != CloseCode::none) {
    append_big_endian(payload, static_cast<unsigned>(*code), 2);
    std::size_t cut = std::min(reason.size(), kMaxReason);
    while (cut > 0 && cut < reason.size() && (static_cast<unsigned char>(reason[cut]) & 0xC0) == 0x80) --cut;  // RFC 3629, 3
    payload += reason.substr(0, cut);
  }
  write_frame(Opcode::close, payload, false, out);
}

std::expected<CloseWords, FrameError> read_close(std::string_view payload) {
  if (payload.empty()) return CloseWords{};
  if (payload.size() == 1) return wrong(0, "a close frame with half a code");
  const auto code = static_cast<unsigned>(big_endian(payload.substr(0, 2)));
  // 1005 stands for a close without a code and must not be sent; AnyEvent::WebSocket sends it all the same.
  if (!may_be_sent(code) && static_cast<CloseCode>(code) != CloseCode::none) return wrong(0, fmt::format("{} is no code that a close frame may have", code));
  CloseWords words{static_cast<CloseCode>(code), std::string(payload.substr(2))};
  if (!is_utf8(words.reason)) return std::unexpected(FrameError{CloseCode::bad_text, 0, "the reason of a close frame is not UTF-8"});
  return words;
}

}  // namespace bigfoot
