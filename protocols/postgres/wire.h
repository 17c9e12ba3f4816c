// protocols/postgres/wire.h - Messages of protocol 3.0 taken apart and put together.
// Source: PostgreSQL documentation, "Message Formats"; src/include/libpq/pqcomm.h.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "protocols/postgres/codecs.h"
#include "protocols/protocol.h"

namespace bigfoot {

constexpr std::uint32_t kProtocol30 = 3 << 16;
constexpr std::uint32_t kSslRequest = 80877103;     // 1234 << 16 | 5679
constexpr std::uint32_t kGssRequest = 80877104;     // 1234 << 16 | 5680
constexpr std::uint32_t kCancelRequest = 80877102;  // 1234 << 16 | 5678

struct PostgresMessage {
  char type = 0;  ///< of what comes before the session 0: the body begins with its number
  std::string_view body;
  std::size_t size = 0;  ///< with type and length; 0: not whole yet
};
std::expected<PostgresMessage, ProtocolError> read_message(std::string_view in);
std::expected<PostgresMessage, ProtocolError> read_startup_packet(std::string_view in);

/// Takes values off the front of a message; once one is not there, all that follow are empty and ok() is false.
class MessageReader {
 public:
  explicit MessageReader(std::string_view body) : rest_(body) {}
  template <class Int>
  Int number() {
    const std::string_view bytes = take(sizeof(Int));
    return bytes.size() == sizeof(Int) ? from_network<Int>(bytes) : Int{};
  }
  std::string_view text();  ///< up to a zero, which is taken too
  std::string_view take(std::size_t size);
  std::string_view rest() { return take(rest_.size()); }
  bool ok() const { return ok_; }
  bool at_end() const { return rest_.empty(); }

 private:
  std::string_view rest_;
  bool ok_ = true;
};

/// One message of the server, from its type to end(), or to the end of its own life.
class MessageWriter {
 public:
  MessageWriter(std::string& out, char type);
  ~MessageWriter();
  MessageWriter(const MessageWriter&) = delete;
  MessageWriter& operator=(const MessageWriter&) = delete;

  template <class Int>
  MessageWriter& number(Int value) {
    out_ += to_network(value);
    return *this;
  }
  MessageWriter& text(std::string_view text);  ///< with a zero behind it
  MessageWriter& bytes(std::string_view bytes);
  MessageWriter& value(std::string_view bytes);  ///< with its length in front
  MessageWriter& null() { return number<std::int32_t>(-1); }

 private:
  std::string& out_;
  std::size_t length_at_;
};

}  // namespace bigfoot
