// tracer/address.h - Socket addresses as values. Source: ip(7), ipv6(7), unix(7).
#pragma once

#include <sys/socket.h>

#include <array>
#include <cstdint>
#include <string>
#include <variant>

namespace bigfoot {

/// IPv4 or IPv6; a v4-mapped IPv6 address is kept as IPv6 with `is_mapped()`.
struct InetAddress {
  int family = AF_INET;
  std::array<std::uint8_t, 16> bytes{};  ///< network order; IPv4 uses the first 4
  std::uint16_t port = 0;                ///< host order
  std::uint32_t scope_id = 0;
  bool is_loopback() const;  ///< 127.0.0.0/8, ::1, and v4-mapped 127/8
  bool is_unspecified() const;
  bool is_mapped() const;
  std::string text() const;  ///< "10.0.0.5", "::1"; a mapped address as IPv4; no brackets, no port
  bool operator==(const InetAddress&) const = default;
};
struct UnixAddress {
  std::string path;        ///< "" for an unnamed one
  bool abstract_ = false;  ///< then `path` is without the leading NUL
  bool operator==(const UnixAddress&) const = default;
};
struct OtherAddress {
  int family = AF_UNSPEC;
  bool operator==(const OtherAddress&) const = default;
};
using SocketAddress = std::variant<InetAddress, UnixAddress, OtherAddress>;

/// Reads what connect(2) and sendto(2) take. Too short for its family: OtherAddress{family}.
SocketAddress to_address(const void* sockaddr, socklen_t length);
/// The sockaddr of an address, in `storage`; gives its length.
socklen_t to_sockaddr(const SocketAddress& address, sockaddr_storage& storage);
/// "10.0.0.5:6379", "[::1]:80", "/run/x.sock", "@abstract"
std::string to_text(const SocketAddress& address);

}  // namespace bigfoot
