// tests/unit/protocols/dns_transcript_test.cpp - Plays tests/protocols/dns.md: each question whole; cut
// anywhere it is an error or the same question, and never a read past the end.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "protocols/body.h"
#include "protocols/dns/dns.h"
#include "transcript.h"

namespace bigfoot::test {
namespace {

constexpr const char* kFile = "dns.md";

std::string show(const std::expected<DnsQuery, ProtocolError>& query) {
  if (!query) return fmt::format("error at {}: {}\n", query.error().at, query.error().what);
  return fmt::format("query {} {} {} id={}{}{}\n", query->name, query->type, to_hex(query->question),
                     query->id, query->recursion_desired ? " recursion" : "",
                     query->edns ? fmt::format(" edns={}", query->udp_size) : "");
}

/// `reply`: {"rcode": N, "limit": N, "records": [[type, data, ttl, owner]...]}
std::string answer(const DnsQuery& query, const std::string& reply) {
  const Value fields = Value::parse(reply);
  std::vector<DnsRecord> records;
  std::string log;
  for (const Value& row : fields.value("records", Value::array())) {
    DnsRecord record{row[0].get<std::string>(), row[1].get<std::string>()};
    if (row.size() > 2) record.ttl = row[2].get<std::uint32_t>();
    if (row.size() > 3) record.name = row[3].get<std::string>();
    if (const auto checked = check_dns_record(record); !checked) log += checked.error() + "\n";
    records.push_back(record);
  }
  const std::string out = encode_dns_answer(query, static_cast<DnsRcode>(fields.value("rcode", 0)), records,
                                            fields.value("limit", query.udp_size));
  for (std::size_t at = 0; at < out.size(); at += 16)
    log += "> " + to_hex(std::string_view(out).substr(at, 16)) + "\n";
  for (const DnsRecord& record : parse_dns_answer(out))
    log += fmt::format("read back {} {} {} {}\n", record.name, record.type, record.data, record.ttl);
  return log;
}

class DnsTranscript : public testing::TestWithParam<Example> {};

TEST_P(DnsTranscript, IsReadAndAnswered) {
  const auto client = from_hex(GetParam().block("client"));
  ASSERT_TRUE(client);
  const std::vector<char> copy = exact_copy(*client);
  const auto query = parse_dns_query({copy.data(), copy.size()});
  std::string seen = show(query);
  if (query && !GetParam().block("reply").empty()) seen += answer(*query, GetParam().block("reply"));
  if (!query)
    if (const auto refusal = encode_dns_error(*client, DnsRcode::formerr))
      seen += "> " + to_hex(*refusal) + "\n";
  expect_events(kFile, GetParam(), seen, "whole");
  for (std::size_t size = 0; size < client->size(); ++size) {
    const std::vector<char> start = exact_copy(std::string_view(*client).substr(0, size));
    const auto cut = parse_dns_query({start.data(), start.size()});
    if (query) {
      EXPECT_FALSE(cut) << "cut at byte " << size;
    }
    if (!cut) {
      EXPECT_LE(cut.error().at, size);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Dns, DnsTranscript, testing::ValuesIn(load_examples(kFile)),
                         [](const auto& info) { return info.param.test_name; });

TEST(DnsRecord, IsCheckedBeforeItIsSent) {
  struct Case {
    const char *type, *data, *error;  // error null: good
  };
  const std::string long_label(64, 'x'), long_string = "\"" + std::string(256, 'x') + "\"";
  const Case kCases[] = {
      {"A", "10.0.0.7", nullptr},
      {"a", "10.0.0.7", nullptr},
      {"A", "10.0.0", "A: '10.0.0' is no IPv4 address"},
      {"A", "::1", "A: '::1' is no IPv4 address"},
      {"AAAA", "2606:2800:220:1::1", nullptr},
      {"AAAA", "10.0.0.7", "AAAA: '10.0.0.7' is no IPv6 address"},
      {"MX", "10 mail.example.com", nullptr},
      {"MX", "10 mail", nullptr},
      {"MX", "mail.example.com", "MX: 'mail.example.com' is not of the form '10 mail.example.com'"},
      {"MX", "ten mail.example.com",
       "MX: 'ten' is no number from 0 to 65535; expected '10 mail.example.com'"},
      {"MX", "70000 m", "MX: '70000' is no number from 0 to 65535; expected '10 mail.example.com'"},
      {"SRV", "0 5 5060 sip.example.com", nullptr},
      {"SRV", "0 5 sip.example.com",
       "SRV: '0 5 sip.example.com' is not of the form 'PRIORITY WEIGHT PORT TARGET'"},
      {"CNAME", "www.example.com.", nullptr},
      {"CNAME", "a..b", "CNAME: 'a..b' has an empty label"},
      {"CNAME", "", "CNAME: no name"},
      {"CNAME", "a b", "CNAME: 'a b' has a blank in it"},
      {"CNAME", "a\\", "CNAME: 'a\\' has a backslash that escapes nothing"},
      {"CNAME", "a\\256", "CNAME: 'a\\256' has a backslash that escapes nothing"},
      {"NS", ".", nullptr},
      {"PTR", "host\\.with\\032odd.example", nullptr},
      {"SOA", "ns.example. root.example. 1 2 3 4 5", nullptr},
      {"SOA", "ns.example. root.example. 1 2 3 4",
       "SOA: 'ns.example. root.example. 1 2 3 4' is not of the form 'MNAME RNAME SERIAL REFRESH RETRY EXPIRE "
       "MINIMUM'"},
      {"TXT", "v=spf1 -all", nullptr},
      {"TXT", "", nullptr},
      {"TXT", "\"one\" \"tw\\\"o\\065\"", nullptr},
      {"TXT", "\"open", "TXT: '\"open' lacks a closing '\"'"},
      {"TXT", "\"a\" b", "TXT: '\"a\" b': expected '\"' before every string"},
      {"TXT", long_string.c_str(), "TXT: a quoted string of 256 bytes; 255 are allowed"},
      {"TYPE65", "\\# 4 00 01 00 00", nullptr},
      {"TYPE65", "\\# 3 00010000", "TYPE65: '\\# 3 00010000' does not hold 3 bytes in hex"},
      {"TYPE65", "1 .",
       "TYPE65: '1 .' is not of the form '\\# LENGTH HEX', which a type without a name needs"},
      {"A", "\\# 4 0a000007", nullptr},
      {"ANY", "x", "ANY: ANY is a question and no record"},
      {"HTTP", "x", "HTTP: 'HTTP' is no record type"},
  };
  for (const Case& row : kCases) {
    const auto checked = check_dns_record({row.type, row.data});
    EXPECT_EQ(checked ? "" : checked.error(), row.error == nullptr ? "" : row.error)
        << row.type << ' ' << row.data;
  }
  EXPECT_EQ(check_dns_record({"CNAME", long_label}).error(),
            "CNAME: '" + long_label + "' has a label longer than 63 bytes");
  EXPECT_FALSE(check_dns_record({"A", "10.0.0.7", 60, "bad..owner"}));
  std::string long_name;
  for (int i = 0; i < 5; ++i) long_name += std::string(60, 'y') + ".";
  EXPECT_FALSE(check_dns_record({"CNAME", long_name}));
}

TEST(DnsAnswer, OfOthersIsReadOrLeft) {
  struct Case {
    const char *name, *hex, *wanted;
  };
  constexpr const char* kQuestion = "12 34 81 80 00 01 00 01 00 00 00 00  01 61 00 00 01 00 01 ";
  const Case kCases[] = {
      {"A by a pointer", "c0 0c 00 01 00 01 00 00 00 3c 00 04 0a 00 00 07", "a A 10.0.0.7 60\n"},
      {"CNAME by pointers", "c0 0c 00 05 00 01 00 00 00 01 00 04 01 62 c0 0c", "a CNAME b.a 1\n"},
      {"an address of three bytes is left out", "c0 0c 00 01 00 01 00 00 00 3c 00 03 0a 00 00", ""},
      {"another class is left out", "c0 0c 00 01 00 03 00 00 00 3c 00 04 0a 00 00 07", ""},
      {"a pointer to itself", "c0 13 00 01 00 01 00 00 00 3c 00 04 0a 00 00 07", ""},
      {"a pointer forwards", "c0 20 00 01 00 01 00 00 00 3c 00 04 0a 00 00 07", ""},
      {"a size beyond the end", "c0 0c 00 01 00 01 00 00 00 3c 00 40 0a 00 00 07", ""},
  };
  for (const Case& row : kCases) {
    const std::string message = *from_hex(std::string(kQuestion) + row.hex);
    std::string seen;
    const auto copy = exact_copy(message);
    for (const DnsRecord& record : parse_dns_answer({copy.data(), copy.size()}))
      seen += fmt::format("{} {} {} {}\n", record.name, record.type, record.data, record.ttl);
    EXPECT_EQ(seen, row.wanted) << row.name;
    for (std::size_t size = 0; size < message.size(); ++size) {
      const auto start = exact_copy(std::string_view(message).substr(0, size));
      EXPECT_TRUE(parse_dns_answer({start.data(), start.size()}).empty()) << row.name << " cut at " << size;
    }
  }
}

}  // namespace
}  // namespace bigfoot::test
