// tracer/address.cpp - sockaddr to value and back. Source: ip(7), ipv6(7), unix(7).
#include "tracer/address.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/un.h>

#include <algorithm>
#include <cstddef>
#include <cstring>

namespace bigfoot {
namespace {

constexpr std::array<std::uint8_t, 12> kMappedPrefix{0, 0, 0, 0, 0,    0,
                                                     0, 0, 0, 0, 0xff, 0xff};  // RFC 4291, 2.5.5.2

template <class T>
T as(const void* sockaddr, socklen_t length) {
  T value{};
  std::memcpy(&value, sockaddr, std::min<std::size_t>(sizeof value, length));
  return value;
}

SocketAddress to_unix(const void* sockaddr, socklen_t length) {
  const std::size_t head = offsetof(sockaddr_un, sun_path);
  const sockaddr_un in = as<sockaddr_un>(sockaddr, length);
  const std::size_t room = std::min<std::size_t>(length, sizeof in) - head;
  if (room == 0) return UnixAddress{};
  if (in.sun_path[0] == '\0') return UnixAddress{std::string(in.sun_path + 1, room - 1), true};
  return UnixAddress{std::string(in.sun_path, ::strnlen(in.sun_path, room)), false};
}

struct Encoder {
  sockaddr_storage& storage;
  socklen_t operator()(const InetAddress& address) const {
    if (address.family == AF_INET) {
      sockaddr_in out{};
      out.sin_family = AF_INET;
      out.sin_port = htons(address.port);
      std::memcpy(&out.sin_addr, address.bytes.data(), sizeof out.sin_addr);
      std::memcpy(&storage, &out, sizeof out);
      return sizeof out;
    }
    sockaddr_in6 out{};
    out.sin6_family = AF_INET6;
    out.sin6_port = htons(address.port);
    out.sin6_scope_id = address.scope_id;
    std::memcpy(&out.sin6_addr, address.bytes.data(), sizeof out.sin6_addr);
    std::memcpy(&storage, &out, sizeof out);
    return sizeof out;
  }
  socklen_t operator()(const UnixAddress& address) const {
    sockaddr_un out{};
    out.sun_family = AF_UNIX;
    const std::size_t head = offsetof(sockaddr_un, sun_path) + (address.abstract_ ? 1 : 0);
    const std::size_t size = std::min(address.path.size(), sizeof out - head - (address.abstract_ ? 0 : 1));
    std::memcpy(reinterpret_cast<char*>(&out) + head, address.path.data(), size);
    std::memcpy(&storage, &out, sizeof out);
    if (address.path.empty() && !address.abstract_) return head;
    return head + size + (address.abstract_ ? 0 : 1);
  }
  socklen_t operator()(const OtherAddress& address) const {
    storage.ss_family = static_cast<sa_family_t>(address.family);
    return sizeof storage.ss_family;
  }
};

struct Words {
  std::string operator()(const InetAddress& address) const {
    const bool brackets = address.family == AF_INET6 && !address.is_mapped();
    return fmt::format("{}{}{}:{}", brackets ? "[" : "", address.text(), brackets ? "]" : "", address.port);
  }
  std::string operator()(const UnixAddress& address) const {
    return (address.abstract_ ? "@" : "") + address.path;
  }
  std::string operator()(const OtherAddress& address) const {
    return fmt::format("address family {}", address.family);
  }
};

}  // namespace

bool InetAddress::is_mapped() const {
  return family == AF_INET6 && std::equal(kMappedPrefix.begin(), kMappedPrefix.end(), bytes.begin());
}

bool InetAddress::is_loopback() const {
  if (family == AF_INET) return bytes[0] == 127;
  if (is_mapped()) return bytes[12] == 127;
  return std::all_of(bytes.begin(), bytes.end() - 1, [](std::uint8_t b) { return b == 0; }) && bytes[15] == 1;
}

bool InetAddress::is_unspecified() const {
  const auto zero = [](std::uint8_t b) { return b == 0; };
  if (family == AF_INET) return std::all_of(bytes.begin(), bytes.begin() + 4, zero);
  return std::all_of(is_mapped() ? bytes.begin() + 12 : bytes.begin(), bytes.end(), zero);
}

std::string InetAddress::text() const {
  char out[INET6_ADDRSTRLEN] = "";
  if (family == AF_INET) {
    ::inet_ntop(AF_INET, bytes.data(), out, sizeof out);
  } else if (is_mapped()) {
    ::inet_ntop(AF_INET, bytes.data() + 12, out, sizeof out);
  } else {
    ::inet_ntop(AF_INET6, bytes.data(), out, sizeof out);
  }
  return out;
}

SocketAddress to_address(const void* sockaddr, socklen_t length) {
  if (length < sizeof(sa_family_t)) return OtherAddress{};
  const int family = as<sa_family_t>(sockaddr, length);
  // ipv6(7): the kernel takes an AF_INET6 address without its scope (SIN6_LEN_RFC2133, 24 bytes).
  constexpr socklen_t kShortInet6 = offsetof(sockaddr_in6, sin6_scope_id);
  InetAddress out;
  if (family == AF_INET && length >= sizeof(sockaddr_in)) {
    const sockaddr_in in = as<sockaddr_in>(sockaddr, length);
    out.port = ntohs(in.sin_port);
    std::memcpy(out.bytes.data(), &in.sin_addr, sizeof in.sin_addr);
    return out;
  }
  if (family == AF_INET6 && length >= kShortInet6) {
    const sockaddr_in6 in = as<sockaddr_in6>(sockaddr, length);
    out.family = AF_INET6;
    out.port = ntohs(in.sin6_port);
    out.scope_id = in.sin6_scope_id;
    std::memcpy(out.bytes.data(), &in.sin6_addr, sizeof in.sin6_addr);
    return out;
  }
  if (family == AF_UNIX) return to_unix(sockaddr, length);
  return OtherAddress{family};
}

socklen_t to_sockaddr(const SocketAddress& address, sockaddr_storage& storage) {
  storage = {};
  return std::visit(Encoder{storage}, address);
}

std::string to_text(const SocketAddress& address) { return std::visit(Words{}, address); }

}  // namespace bigfoot
