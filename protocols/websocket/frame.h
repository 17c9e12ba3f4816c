// protocols/websocket/frame.h - WebSocket frames: the heads of a client's, whole ones of a server's.
// Source: RFC 6455, section 5 ("Data Framing") and 7.4 ("Status Codes").
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

namespace bigfoot {

enum class Opcode : unsigned char { continuation = 0, text = 1, binary = 2, close = 8, ping = 9, pong = 10 };
constexpr bool is_control(Opcode opcode) { return static_cast<unsigned char>(opcode) >= 8; }

enum class CloseCode : unsigned short {
  normal = 1000,
  protocol_error = 1002,
  none = 1005,        ///< never sent: stands for a close frame without a code
  abnormal = 1006,    ///< never sent: stands for an end without a close frame
  bad_text = 1007,
  policy = 1008,
  too_big = 1009,
};

inline constexpr std::size_t kMaxControl = 125;                 // 5.5: payload of a control frame
inline constexpr std::size_t kMaxReason = kMaxControl - 2;      // 5.5.1: behind the code
inline constexpr std::size_t kMaxMessage = 100 * 1024 * 1024;   // ws of Node.js: its default maxPayload

/// Why a connection fails: `at` counts bytes from the frame's first.
struct FrameError {
  CloseCode code = CloseCode::protocol_error;
  std::size_t at = 0;
  std::string what;
};

struct FrameHead {
  Opcode opcode = Opcode::text;
  bool last = true;         ///< of its message
  bool compressed = false;  ///< RSV1, RFC 7692, section 6
  std::uint64_t length = 0;
  std::array<unsigned char, 4> mask{};
  std::size_t size = 0;     ///< bytes of the head itself
};

/// The head of a client's frame; nothing while it is not whole. `may_compress`: RSV1 was agreed on.
std::expected<std::optional<FrameHead>, FrameError> read_frame_head(std::string_view in, bool may_compress);

/// Appends `payload` with the mask undone; `from` is the place of its first byte in the frame's payload.
void append_unmasked(std::string& to, std::string_view payload, const std::array<unsigned char, 4>& mask, std::uint64_t from);

/// Appends one whole frame of a server.
void write_frame(Opcode opcode, std::string_view payload, bool compressed, std::string& out);
/// A close frame; the reason is cut where it is too long, between two characters. No code: an empty one.
void write_close(std::optional<CloseCode> code, std::string_view reason, std::string& out);

/// What a close frame says.
struct CloseWords {
  CloseCode code = CloseCode::none;
  std::string reason;
};
std::expected<CloseWords, FrameError> read_close(std::string_view payload);

}  // namespace bigfoot
