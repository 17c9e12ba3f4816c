// protocols/tls_hello.h - What a TLS ClientHello asks for, for routing and reports. Source: RFC 8446, 4.1.2 and 5.1; RFC
// 6066, 3 (server_name); RFC 7301, 3.1 (ALPN).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bigfoot {

struct ClientHello {
  std::optional<std::string> sni;       ///< as sent, not empty
  std::vector<std::string> alpn;        ///< offered protocols, the preferred one first
  std::vector<std::uint16_t> versions;  ///< offered, the preferred one first: 0x0304 is TLS 1.3
  bool whole = false;                   ///< false: the bytes end inside the message, and the fields above are empty
};

/// The ClientHello that `bytes` start with, over as many records as it takes; what follows it does not matter. None where
/// these bytes, whatever comes behind them, start no ClientHello.
std::optional<ClientHello> read_client_hello(std::string_view bytes);

/// "TLSv1.3", as OpenSSL and `tls.version` of the spec name it; "0x0a0a" for a number that is no version (RFC 8701).
std::string tls_version_name(std::uint16_t version);

/// A ClientHello longer than this is refused: what OpenSSL's servers take (ssl/statem/statem_local.h,
/// CLIENT_HELLO_MAX_LENGTH). Post-quantum key shares need about 2000.
inline constexpr std::size_t kMaxClientHello = 131396;

/// The host_name of the server_name extension. None where there is no such, or not enough bytes to know.
std::optional<std::string> sni_of(std::string_view client_hello);

}  // namespace bigfoot
