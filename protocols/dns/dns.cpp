// protocols/dns/dns.cpp - See dns.h. Section numbers are RFC 1035's unless another is named.
#include "protocols/dns/dns.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

#include "protocols/dns/name.h"
#include "protocols/dns/record_data.h"

namespace bigfoot {
namespace {

constexpr std::size_t kHeader = 12;
constexpr std::uint16_t kClassIn = 1;
constexpr std::uint16_t kResponse = 0x8000, kTruncated = 0x0200, kRecursionDesired = 0x0100,
                        kRecursionAvailable = 0x0080;
constexpr std::uint16_t kOpcode = 0x7800;
constexpr std::uint16_t kToQuestion =
    0xC000 | kHeader;                    // 4.1.4: a pointer to the name that follows the header
constexpr std::uint16_t kMinUdp = 512;   // 2.3.4; RFC 6891, 6.2.3: lower values are read as this
constexpr std::uint16_t kOurUdp = 1232;  // dnsflagday.net/2020: passes every link unfragmented

std::unexpected<ProtocolError> broken(std::size_t at, std::string what) {
  return std::unexpected(ProtocolError{at, std::move(what)});
}

std::uint16_t u16(std::string_view bytes, std::size_t at) {
  return static_cast<std::uint16_t>(static_cast<unsigned char>(bytes[at]) << 8 |
                                    static_cast<unsigned char>(bytes[at + 1]));
}
std::uint32_t u32(std::string_view bytes, std::size_t at) {
  return static_cast<std::uint32_t>(u16(bytes, at)) << 16 | u16(bytes, at + 2);
}

/// One resource record, 4.1.3; data as bytes of the message.
struct RawRecord {
  DnsName owner;
  std::uint16_t type = 0, klass = 0;
  std::uint32_t ttl = 0;
  std::size_t data_at = 0, end = 0;
};

std::expected<RawRecord, ProtocolError> read_record(std::string_view message, std::size_t at) {
  auto owner = read_dns_name(message, at);
  if (!owner) return std::unexpected(owner.error());
  constexpr std::size_t kFixed = 2 + 2 + 4 + 2;
  const std::size_t fixed_at = owner->end;
  if (message.size() - fixed_at < kFixed) return broken(message.size(), "the message ends inside a record");
  RawRecord record{
      .type = u16(message, fixed_at), .klass = u16(message, fixed_at + 2), .ttl = u32(message, fixed_at + 4)};
  const std::size_t size = u16(message, fixed_at + 8);
  record.owner = *std::move(owner);
  record.data_at = fixed_at + kFixed;
  if (message.size() - record.data_at < size)
    return broken(message.size(), "the message ends inside a record");
  record.end = record.data_at + size;
  return record;
}

/// RFC 6891, 6.1.2: root, OPT, what we take in a datagram, version 0 and no flags, no options.
void append_opt(std::string& out) {
  out += '\0';
  append_u16(out, kDnsOpt);
  append_u16(out, kOurUdp);
  append_u32(out, 0);
  append_u16(out, 0);
}

std::string header_bytes(const DnsQuery& query, std::uint16_t flags, DnsRcode rcode, std::size_t answers) {
  std::string out;
  append_u16(out, query.id);
  append_u16(out, static_cast<std::uint16_t>(kResponse | kRecursionAvailable | flags |
                                             (query.recursion_desired ? kRecursionDesired : 0) |
                                             static_cast<std::uint16_t>(rcode)));
  append_u16(out, 1);
  append_u16(out, static_cast<std::uint16_t>(answers));
  append_u16(out, 0);
  append_u16(out, query.edns ? 1 : 0);
  return out + query.question;
}

std::string address_text(int family, std::string_view bytes) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  ::inet_ntop(family, bytes.data(), text.data(), text.size());
  return text.data();
}

}  // namespace

std::expected<DnsQuery, ProtocolError> parse_dns_query(std::string_view message) {
  if (message.size() < kHeader) return broken(message.size(), "shorter than a DNS header");
  const std::uint16_t flags = u16(message, 2);
  if ((flags & kResponse) != 0) return broken(2, "a response, not a query");
  if ((flags & kOpcode) != 0)
    return broken(2, fmt::format("opcode {}: only QUERY is understood", (flags & kOpcode) >> 11));
  if (u16(message, 4) != 1) return broken(4, fmt::format("{} questions; expected one", u16(message, 4)));
  if (u16(message, 6) != 0) return broken(6, "answers in a query");
  auto name = read_dns_name(message, kHeader);
  if (!name) return std::unexpected(name.error());
  if (name->compressed) return broken(kHeader, "a compressed name in the question");
  if (message.size() - name->end < 4) return broken(message.size(), "the message ends inside the question");
  const std::uint16_t klass = u16(message, name->end + 2);
  if (klass != kClassIn) return broken(name->end + 2, fmt::format("class {}: only IN is understood", klass));

  DnsQuery query;
  query.id = u16(message, 0);
  query.name = std::move(name->text);
  query.type = dns_type_name(u16(message, name->end));
  std::size_t at = name->end + 4;
  query.question = message.substr(kHeader, at - kHeader);
  query.recursion_desired = (flags & kRecursionDesired) != 0;
  const unsigned more = u16(message, 8) + u16(message, 10);  // authority and additional records
  for (unsigned i = 0; i < more; ++i) {
    const auto record = read_record(message, at);
    if (!record) return std::unexpected(record.error());
    at = record->end;
    if (record->type != kDnsOpt) continue;
    if (query.edns) return broken(record->data_at, "two OPT records (RFC 6891, 6.1.1)");
    query.edns = true;
    query.udp_size = std::max(kMinUdp, record->klass);
  }
  return query;
}

std::optional<std::string> encode_dns_error(std::string_view message, DnsRcode rcode) {
  if (message.size() < kHeader || (u16(message, 2) & kResponse) != 0) return std::nullopt;
  std::string out(message.substr(0, 2));
  append_u16(out, static_cast<std::uint16_t>(kResponse | kRecursionAvailable |
                                             (u16(message, 2) & (kOpcode | kRecursionDesired)) |
                                             static_cast<std::uint16_t>(rcode)));
  out.append(kHeader - 4, '\0');
  return out;
}

std::expected<void, std::string> check_dns_record(const DnsRecord& record) {
  if (const auto data = dns_record_bytes(record.type, record.data); !data)
    return std::unexpected(fmt::format("{}: {}", record.type, data.error()));
  if (!record.name.empty())
    if (const auto name = dns_name_bytes(record.name); !name) return std::unexpected(name.error());
  return {};
}

std::string encode_dns_answer(const DnsQuery& query, DnsRcode rcode, const std::vector<DnsRecord>& records,
                              std::size_t limit) {
  std::string answers;
  std::size_t count = 0;
  for (const DnsRecord& record : records) {
    const auto type = dns_type_number(record.type);
    const auto data = dns_record_bytes(record.type, record.data);
    const auto owner =
        record.name.empty() ? std::expected<std::string, std::string>() : dns_name_bytes(record.name);
    if (!type || !data || !owner) continue;  // the caller was told by check_dns_record()
    if (owner->empty()) {
      append_u16(answers, kToQuestion);
    } else {
      answers += *owner;
    }
    append_u16(answers, *type);
    append_u16(answers, kClassIn);
    append_u32(answers, record.ttl);
    append_u16(answers, static_cast<std::uint16_t>(data->size()));
    answers += *data;
    ++count;
  }
  std::string tail;
  if (query.edns) append_opt(tail);
  const std::size_t whole = kHeader + query.question.size() + answers.size() + tail.size();
  // RFC 2181, 9: with TC set the answer is thrown away anyway, so none is sent.
  if (whole > limit || count > 0xFFFF) return header_bytes(query, kTruncated, rcode, 0) + tail;
  return header_bytes(query, 0, rcode, count) + answers + tail;
}

std::vector<DnsRecord> parse_dns_answer(std::string_view message) {
  if (message.size() < kHeader || (u16(message, 2) & kResponse) == 0) return {};
  std::size_t at = kHeader;
  for (unsigned i = 0; i < u16(message, 4); ++i) {
    const auto name = read_dns_name(message, at);
    if (!name || message.size() - name->end < 4) return {};
    at = name->end + 4;
  }
  std::vector<DnsRecord> records;
  for (unsigned i = 0; i < u16(message, 6); ++i) {
    const auto record = read_record(message, at);
    if (!record) return {};
    at = record->end;
    if (record->klass != kClassIn) continue;
    const std::string_view data = message.substr(record->data_at, record->end - record->data_at);
    DnsRecord out{dns_type_name(record->type), "", record->ttl, record->owner.text};
    if (record->type == kDnsA && data.size() == 4) {
      out.data = address_text(AF_INET, data);
    } else if (record->type == kDnsAaaa && data.size() == 16) {
      out.data = address_text(AF_INET6, data);
    } else if (record->type == kDnsCname) {
      const auto target = read_dns_name(message, record->data_at);
      if (!target || target->end != record->end) return {};
      out.data = target->text;
    } else {
      continue;
    }
    records.push_back(std::move(out));
  }
  return records;
}

}  // namespace bigfoot
