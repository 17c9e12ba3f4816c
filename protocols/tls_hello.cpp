// protocols/tls_hello.cpp - See tls_hello.h. Section numbers are RFC 8446's.
#include "protocols/tls_hello.h"

#include <cstdint>

namespace bigfoot {
namespace {

constexpr unsigned char kHandshakeRecord = 22, kClientHello = 1, kHostName = 0;
constexpr std::uint32_t kServerNameExtension = 0;

/// Reads numbers and counted parts off the front; every answer is none once something was missing.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest_(bytes) {}
  std::optional<std::uint32_t> number(std::size_t size) {
    const auto part = bytes(size);
    if (!part) return std::nullopt;
    std::uint32_t value = 0;
    for (const char c : *part) value = value << 8 | static_cast<unsigned char>(c);
    return value;
  }
  std::optional<std::string_view> bytes(std::size_t size) {
    if (rest_.size() < size) return std::nullopt;
    const std::string_view part = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return part;
  }
  std::optional<std::string_view> counted(std::size_t size_of_size) {
    const auto size = number(size_of_size);
    return size ? bytes(*size) : std::nullopt;
  }
  bool at_end() const { return rest_.empty(); }

 private:
  std::string_view rest_;
};

/// The handshake message put together from its records, 5.1: as much of it as there is.
std::string handshake_bytes(std::string_view stream) {
  std::string out;
  Reader records(stream);
  while (!records.at_end()) {
    const auto type = records.number(1);
    const auto version = records.number(2);
    const auto fragment = records.counted(2);
    if (!type || *type != kHandshakeRecord || !version || !fragment) break;
    out += *fragment;
  }
  return out;
}

}  // namespace

std::optional<std::string> sni_of(std::string_view client_hello) {
  const std::string handshake = handshake_bytes(client_hello);
  Reader message(handshake);
  if (message.number(1) != kClientHello) return std::nullopt;
  const auto body = message.counted(3);
  if (!body) return std::nullopt;
  Reader hello(*body);
  constexpr std::size_t kVersionAndRandom = 2 + 32;
  if (!hello.bytes(kVersionAndRandom) || !hello.counted(1) || !hello.counted(2) || !hello.counted(1))
    return std::nullopt;
  const auto extensions = hello.counted(2);
  if (!extensions) return std::nullopt;
  for (Reader list(*extensions); !list.at_end();) {
    const auto type = list.number(2);
    const auto data = list.counted(2);
    if (!type || !data) return std::nullopt;
    if (*type != kServerNameExtension) continue;
    const auto names = Reader(*data).counted(2);
    if (!names) return std::nullopt;
    Reader first(*names);
    if (first.number(1) != kHostName) return std::nullopt;
    const auto name = first.counted(2);
    if (!name || name->empty()) return std::nullopt;
    return std::string(*name);
  }
  return std::nullopt;
}

}  // namespace bigfoot
