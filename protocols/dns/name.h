// protocols/dns/name.h - Domain names: labels on the wire, escapes in text. Source: RFC 1035, 3.1, 4.1.4
// and 5.1; RFC 4343.
#pragma once

#include <cstddef>
#include <expected>
#include <string>
#include <string_view>

#include "protocols/protocol.h"

namespace bigfoot {

inline constexpr std::size_t kMaxLabel = 63;  // RFC 1035, 2.3.4
inline constexpr std::size_t kMaxName = 255;  // RFC 1035, 2.3.4: octets on the wire, counts and root included

struct DnsName {
  std::string text;     ///< lower case, no trailing dot, "." for the root; odd bytes as \. and \DDD
  std::size_t end = 0;  ///< where the name's own bytes end in the message
  bool compressed = false;
};

/// The name at `at`. Pointers must lead backwards, so that no message can lead in circles.
std::expected<DnsName, ProtocolError> read_dns_name(std::string_view message, std::size_t at);

/// The labels of a name in text, with the root at their end, uncompressed. The error says what is wrong with
/// it.
std::expected<std::string, std::string> dns_name_bytes(std::string_view text);

/// The byte that the escape after the backslash at `at` stands for, and how long the escape is. None where it
/// is none.
struct DnsEscape {
  char byte = 0;
  std::size_t size = 0;
};
DnsEscape read_dns_escape(std::string_view text, std::size_t at);

}  // namespace bigfoot
