// protocols/dns/dns.h - DNS queries from stub resolvers and scripted answers.
// Source: RFC 1035, section 4; RFC 6891 (EDNS0); RFC 2782 (SRV); RFC 7766 (TCP framing is the caller's: two length bytes).
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/protocol.h"

namespace bigfoot {

extern const ProtocolInfo kDnsInfo;

struct DnsQuery {
  std::uint16_t id = 0;
  std::string name;        ///< lower case, no trailing dot, RFC 1035 escapes for odd bytes; "." for the root
  std::string type;        ///< "A", "AAAA", "MX"... or "TYPE65"
  std::string question;    ///< the question section as it came, to echo (0x20 case kept)
  bool recursion_desired = false;
  bool edns = false;
  std::uint16_t udp_size = 512;  ///< what the client can take in a datagram
};

/// Exactly one question of class IN, opcode QUERY, as every stub resolver sends; else an error.
std::expected<DnsQuery, ProtocolError> parse_dns_query(std::string_view message);

/// One resource record, data in presentation form: "10.0.0.7", "10 mail.example.com", "0 5 5060 sip.example.com".
struct DnsRecord {
  std::string type;
  std::string data;
  std::uint32_t ttl = 60;
  std::string name;  ///< owner; "" = the question's name
};
enum class DnsRcode : std::uint8_t { noerror = 0, formerr = 1, servfail = 2, nxdomain = 3, notimp = 4, refused = 5 };

/// "10 mail" for a type that needs more, an address that is none, a label over 63 bytes: the message says what is wrong.
std::expected<void, std::string> check_dns_record(const DnsRecord& record);
/// The whole answer; truncated (TC) with no records where it does not fit `limit` bytes. Records must pass check_dns_record.
std::string encode_dns_answer(const DnsQuery& query, DnsRcode rcode, const std::vector<DnsRecord>& records, std::size_t limit);

/// The answer to a message that parse_dns_query() refused: header only, its id and opcode echoed. None where it has no
/// header, or is itself an answer (two programs that answer each other's errors never stop).
std::optional<std::string> encode_dns_error(std::string_view message, DnsRcode rcode);

/// Records from an upstream's real answer (A, AAAA, CNAME): for learning names of allowed hosts. Nothing on malformed input.
std::vector<DnsRecord> parse_dns_answer(std::string_view message);

}  // namespace bigfoot
