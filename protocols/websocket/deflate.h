// protocols/websocket/deflate.h - permessage-deflate: what is agreed on in the handshake, and messages in and out of it.
// Source: RFC 7692, section 7.
#pragma once

#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "protocols/value.h"

namespace bigfoot {

/// What the server says yes to.
struct DeflateTerms {
  bool server_no_context_takeover = false;
  bool client_no_context_takeover = false;
  std::optional<int> server_max_window_bits;  ///< 9 to 15; nothing where the client does not ask for it
};

/// The first offer of the Sec-WebSocket-Extensions headers that can be taken. `headers`: as calls carry them.
std::optional<DeflateTerms> agree_on_deflate(const Value& headers);
/// As the server's Sec-WebSocket-Extensions says it.
std::string to_text(const DeflateTerms& terms);

/// Both directions of one connection.
class MessageDeflate {
 public:
  explicit MessageDeflate(const DeflateTerms& terms);
  ~MessageDeflate();
  MessageDeflate(const MessageDeflate&) = delete;
  MessageDeflate& operator=(const MessageDeflate&) = delete;

  enum class Bad { data, size };
  /// The message that a client has compressed; `size`: it is larger than `limit`.
  std::expected<std::string, Bad> undo(std::string_view payload, std::size_t limit);
  /// A message as the server sends it.
  std::string compress(std::string_view message);

 private:
  struct Streams;
  std::unique_ptr<Streams> streams_;
  DeflateTerms terms_;
};

}  // namespace bigfoot
