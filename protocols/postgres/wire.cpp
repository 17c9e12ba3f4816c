// protocols/postgres/wire.cpp - see wire.h.
#include "protocols/postgres/wire.h"

#include <fmt/format.h>

namespace bigfoot {
namespace {

constexpr std::uint32_t kLongestStartup = 10000;            // pqcomm.h: MAX_STARTUP_PACKET_LENGTH
constexpr std::uint32_t kLongestMessage = 0x3fffffff - 1;   // pqcomm.h: PQ_LARGE_MESSAGE_LIMIT
constexpr std::string_view kClientMessages = "BCDEFHPQSXcdfp";  // "Message Formats", those marked (F)

}  // namespace

std::expected<PostgresMessage, ProtocolError> read_message(std::string_view in) {
  PostgresMessage out;
  if (in.empty()) return out;
  if (!kClientMessages.contains(in.front()))
    return std::unexpected(ProtocolError{0, fmt::format("no message of a PostgreSQL client begins with byte {:#04x}", static_cast<unsigned char>(in.front()))});
  if (in.size() < 5) return out;
  const auto length = from_network<std::uint32_t>(in.substr(1));
  if (length < 4 || length > kLongestMessage) return std::unexpected(ProtocolError{1, fmt::format("a message cannot be {} bytes long", length)});
  if (in.size() < 1 + std::size_t{length}) return out;
  return PostgresMessage{in.front(), in.substr(5, length - 4), 1 + std::size_t{length}};
}

std::expected<PostgresMessage, ProtocolError> read_startup_packet(std::string_view in) {
  PostgresMessage out;
  if (in.size() < 4) return out;
  const auto length = from_network<std::uint32_t>(in);
  if (length < 8 || length > kLongestStartup) return std::unexpected(ProtocolError{0, fmt::format("a StartupMessage cannot be {} bytes long", length)});
  if (in.size() < length) return out;
  return PostgresMessage{0, in.substr(4, length - 4), length};
}

std::string_view MessageReader::take(std::size_t size) {
  if (size > rest_.size()) {
    ok_ = false;
    rest_ = {};
    return {};
  }
  const std::string_view out = rest_.substr(0, size);
  rest_.remove_prefix(size);
  return out;
}

std::string_view MessageReader::text() {
  const std::size_t zero = rest_.find('\0');
  if (zero == rest_.npos) {
    ok_ = false;
    rest_ = {};
    return {};
  }
  const std::string_view out = rest_.substr(0, zero);
  rest_.remove_prefix(zero + 1);
  return out;
}

MessageWriter::MessageWriter(std::string& out, char type) : out_(out), length_at_(out.size() + 1) {
  out_ += type;
  out_.append(4, '\0');
}

MessageWriter::~MessageWriter() { out_.replace(length_at_, 4, to_network(static_cast<std::uint32_t>(out_.size() - length_at_))); }

MessageWriter& MessageWriter::text(std::string_view text) {
  out_.append(text.substr(0, text.find('\0')));
  out_ += '\0';
  return *this;
}

MessageWriter& MessageWriter::bytes(std::string_view bytes) {
  out_ += bytes;
  return *this;
}

MessageWriter& MessageWriter::value(std::string_view bytes) {
  number(static_cast<std::int32_t>(bytes.size()));
  out_ += bytes;
  return *this;
}

}  // namespace bigfoot
