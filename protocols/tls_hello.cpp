// protocols/tls_hello.cpp - See tls_hello.h. Section numbers are RFC 8446's.
#include "protocols/tls_hello.h"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

namespace bigfoot {
namespace {

constexpr unsigned char kHandshakeRecord = 22, kMajor = 3, kLastMinor = 4, kClientHello = 1, kHostName = 0;
constexpr std::uint32_t kServerName = 0, kAlpn = 16, kSupportedVersions = 43;  // 4.2
constexpr std::size_t kRecordHeader = 5, kMessageHeader = 4;
constexpr std::size_t kMaxFragment = 1 << 14;  // 5.1

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

unsigned char byte_at(std::string_view bytes, std::size_t i) { return static_cast<unsigned char>(bytes[i]); }

/// Whether a record that starts like this can be a piece of a ClientHello, as far as its header is there.
bool is_handshake_record(std::string_view bytes) {
  if (byte_at(bytes, 0) != kHandshakeRecord) return false;
  if (bytes.size() > 1 && byte_at(bytes, 1) != kMajor) return false;
  return bytes.size() < 3 || byte_at(bytes, 2) <= kLastMinor;
}

struct Message {
  std::string bytes;     ///< with its header, as much as there is
  std::size_t size = 0;  ///< of all of it; 0: not known yet
  bool whole() const { return size > 0 && bytes.size() >= size; }
};

/// The handshake message put together from its records, 5.1. None where it is no ClientHello.
std::optional<Message> first_message(std::string_view stream) {
  Message message;
  while (!stream.empty() && !message.whole()) {
    if (!is_handshake_record(stream)) return std::nullopt;
    if (stream.size() < kRecordHeader) break;
    const std::size_t size = static_cast<std::size_t>(byte_at(stream, 3)) << 8 | byte_at(stream, 4);
    if (size == 0 || size > kMaxFragment) return std::nullopt;
    message.bytes += stream.substr(kRecordHeader, size);
    stream.remove_prefix(std::min(stream.size(), kRecordHeader + size));
    if (!message.bytes.empty() && byte_at(message.bytes, 0) != kClientHello) return std::nullopt;
    if (message.size > 0 || message.bytes.size() < kMessageHeader) continue;
    message.size = kMessageHeader + *Reader(std::string_view(message.bytes).substr(1)).number(3);
    if (message.size > kMaxClientHello) return std::nullopt;
  }
  return message;
}

/// RFC 6066, 3: the first name of the list; clients send one.
std::optional<std::string> host_name(std::string_view extension) {
  const auto names = Reader(extension).counted(2);
  Reader first(names.value_or(""));
  if (first.number(1) != kHostName) return std::nullopt;
  const auto name = first.counted(2);
  return name && !name->empty() ? std::optional<std::string>(*name) : std::nullopt;
}

/// RFC 7301, 3.1.
std::vector<std::string> protocol_names(std::string_view extension) {
  std::vector<std::string> names;
  for (Reader list(Reader(extension).counted(2).value_or("")); !list.at_end();) {
    const auto name = list.counted(1);
    if (!name) break;
    names.emplace_back(*name);
  }
  return names;
}

std::vector<std::uint16_t> version_numbers(std::string_view extension) {  // 4.2.1
  std::vector<std::uint16_t> versions;
  for (Reader list(Reader(extension).counted(1).value_or("")); !list.at_end();) {
    const auto version = list.number(2);
    if (!version) break;
    versions.push_back(static_cast<std::uint16_t>(*version));
  }
  return versions;
}

/// 4.1.2. None where its parts are longer than the whole.
std::optional<ClientHello> read_body(std::string_view body) {
  ClientHello out;
  Reader hello(body);
  const auto version = hello.number(2);
  constexpr std::size_t kRandom = 32;
  if (!version || !hello.bytes(kRandom) || !hello.counted(1) || !hello.counted(2) || !hello.counted(1)) return std::nullopt;
  out.whole = true;
  const auto extensions = hello.at_end() ? std::optional<std::string_view>("") : hello.counted(2);
  if (!extensions) return std::nullopt;
  for (Reader list(*extensions); !list.at_end();) {
    const auto type = list.number(2);
    const auto data = list.counted(2);
    if (!type || !data) return std::nullopt;
    if (*type == kServerName) out.sni = host_name(*data);
    if (*type == kAlpn) out.alpn = protocol_names(*data);
    if (*type == kSupportedVersions) out.versions = version_numbers(*data);
  }
  if (out.versions.empty()) out.versions.push_back(static_cast<std::uint16_t>(*version));  // TLS 1.2 and before
  return out;
}

struct VersionName {
  std::uint16_t version;
  std::string_view name;
};
constexpr VersionName kVersions[] = {{0x0304, "TLSv1.3"}, {0x0303, "TLSv1.2"}, {0x0302, "TLSv1.1"}, {0x0301, "TLSv1"}, {0x0300, "SSLv3"}};

}  // namespace

std::optional<ClientHello> read_client_hello(std::string_view bytes) {
  const auto message = first_message(bytes);
  if (!message) return std::nullopt;
  if (!message->whole()) return ClientHello{};
  return read_body(std::string_view(message->bytes).substr(kMessageHeader, message->size - kMessageHeader));
}

std::string tls_version_name(std::uint16_t version) {
  const auto found = std::ranges::find(kVersions, version, &VersionName::version);
  return found == std::end(kVersions) ? fmt::format("0x{:04x}", version) : std::string(found->name);
}

std::optional<std::string> sni_of(std::string_view client_hello) {
  auto hello = read_client_hello(client_hello);
  return hello ? std::move(hello->sni) : std::nullopt;
}

}  // namespace bigfoot
