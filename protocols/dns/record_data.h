// protocols/dns/record_data.h - Resource record types: their numbers, and their data from presentation form
// to bytes. Source: RFC 1035, 3.3; RFC 3596 (AAAA); RFC 2782 (SRV); RFC 3597 (TYPEn and \# data); IANA, "DNS
// Parameters".
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

namespace bigfoot {

/// "MX", or "TYPE65" for what this program has no name for.
std::string dns_type_name(std::uint16_t number);
/// Names in any case, or TYPEn.
std::optional<std::uint16_t> dns_type_number(std::string_view name);
/// The RDATA. The error says what the type needs.
std::expected<std::string, std::string> dns_record_bytes(std::string_view type, std::string_view data);

inline constexpr std::uint16_t kDnsA = 1, kDnsCname = 5, kDnsAaaa = 28, kDnsOpt = 41;

/// Big-endian numbers, as everywhere in a message.
void append_u16(std::string& out, std::uint16_t value);
void append_u32(std::string& out, std::uint32_t value);

}  // namespace bigfoot
