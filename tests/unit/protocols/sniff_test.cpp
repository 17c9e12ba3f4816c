// tests/unit/protocols/sniff_test.cpp - What the first bytes say, and the table of protocols.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>
#include <set>
#include <string>

#include "protocols/body.h"
#include "protocols/registry.h"

namespace bigfoot {
namespace {

TEST(Sniff, KnowsTheFirstBytes) {
  struct Case {
    std::string bytes;
    Sniffed wanted;
  };
  const Case kCases[] = {
      {"", Sniffed::need_more},
      {"G", Sniffed::need_more},
      {"GET ", Sniffed::need_more},
      {"GET /", Sniffed::http},
      {"GET /index.html HTTP/1.1\r\nHost: a\r\n", Sniffed::http},
      {"GET h", Sniffed::need_more},
      {"GET http://a/", Sniffed::http},
      {"GET key1\r\n", Sniffed::unknown},  // redis, inline
      {"get key\r\n", Sniffed::unknown},   // memcached
      {"OPTIONS * HTTP/1.1", Sniffed::http},
      {"CONNECT a:443 HTTP/1.1", Sniffed::http},
      {"CONNECT [::1]:443", Sniffed::http},
      {"CONNECT {\"verbose\":", Sniffed::unknown},  // NATS
      {"PROPFIND /", Sniffed::http},
      {"BREW /pot HTTP/1.1", Sniffed::http},
      {"patch /x HTTP/1.1", Sniffed::http},  // Node's fetch leaves it in lower case
      {"BREW", Sniffed::need_more},
      {"a-word-that-is-longer-than-a-method", Sniffed::unknown},
      {"P", Sniffed::need_more},
      {"PR", Sniffed::need_more},
      {"PRI", Sniffed::need_more},
      {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r", Sniffed::need_more},
      {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", Sniffed::http2},
      {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\nmore", Sniffed::http2},
      {"PRINT\r\n", Sniffed::unknown},
      {"PING\r\n", Sniffed::unknown},
      {"\x16", Sniffed::need_more},
      {std::string("\x16\x03\x01\x02\x00", 5), Sniffed::need_more},
      {std::string("\x16\x03\x01\x02\x00\x01", 6), Sniffed::tls},
      {std::string("\x16\x03\x01\x02\x00\x02", 6), Sniffed::unknown},  // a ServerHello
      {std::string("\x16\x02", 2), Sniffed::unknown},
      {"*", Sniffed::need_more},
      {"*1\r\n", Sniffed::need_more},
      {"*1\r\n$4\r\nPING\r\n", Sniffed::redis},
      {"*1\r\n+OK\r\n", Sniffed::unknown},  // no command, but what a server sends
      {"*\r\n$", Sniffed::unknown},
      {"*1234567890\r\n$", Sniffed::unknown},
      {"EHLO a\r\n", Sniffed::unknown},
      {std::string("\x00\x00\x00\x08\x04\xd2\x16\x2f", 8), Sniffed::postgres},          // SSLRequest
      {std::string("\x00\x00\x00\x08\x04\xd2\x16\x30", 8), Sniffed::postgres},          // GSSENCRequest
      {std::string("\x00\x00\x00\x10\x04\xd2\x16\x2e\x00", 9), Sniffed::postgres},      // CancelRequest
      {std::string("\x00\x00\x00\x29\x00\x03\x00\x00user", 12), Sniffed::postgres},    // StartupMessage
      {std::string("\x00\x00\x00\x29\x00\x03\x00\x02", 8), Sniffed::postgres},          // of protocol 3.2
      {std::string("\x00\x00\x00\x29\x00\x02\x00\x00", 8), Sniffed::unknown},
      {std::string("\x00\x00\x00\x07\x00\x03\x00\x00", 8), Sniffed::unknown},
      {std::string("\x00\x00\x00", 3), Sniffed::need_more},
      {std::string("\x00\x00\x00\x29\x00\x05", 6), Sniffed::unknown},
      {std::string("\x00\x01", 2), Sniffed::unknown},
      {"\xff", Sniffed::unknown},
  };
  for (const Case& row : kCases) EXPECT_EQ(sniff(row.bytes), row.wanted) << to_hex(row.bytes);
}

TEST(Sniff, NeverChangesItsMind) {
  for (const std::string bytes :
       {"GET / HTTP/1.1\r\n", "POST http://a/ HTTP/1.1", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "PROPPATCH /x",
        "GET key", "*3\r\n$3\r\nSET\r\n", "\x16\x03\x01\x01\x01\x01\x01", "CONNECT a:1 HTTP/1.1", "UNSUBSCRIBE https://x/",
        "SSH-2.0-x"}) {
    Sniffed known = Sniffed::need_more;
    for (std::size_t size = 0; size <= bytes.size(); ++size) {
      const Sniffed now = sniff(bytes.substr(0, size));
      if (known != Sniffed::need_more) {
        EXPECT_EQ(now, known) << bytes << " at " << size;
      }
      known = now;
    }
    EXPECT_NE(known, Sniffed::need_more) << bytes;
  }
}

TEST(Sniff, AnswersAtTheLatestAfterSniffBytes) {
  for (const std::string start :
       {"GET h", "GET https:/", "UNSUBSCRIBE w", "*123456789", "PRI * HTTP/2.0\r\n\r\nSM\r\n", "\x16\x03\x01"})
    EXPECT_NE(sniff(start + std::string(kSniffBytes, 'x')), Sniffed::need_more) << start;
}

TEST(Registry, HasEveryHeadlineOnce) {
  constexpr std::string_view kStreams[] = {"http", "postgres", "redis", "smtp"};  // a WebSocket begins as a request of HTTP
  std::set<std::string_view> names;
  for (const ProtocolInfo* row : all_protocols()) {
    EXPECT_TRUE(names.insert(row->name).second) << row->name;
    EXPECT_EQ(find_protocol(row->name), row);
    EXPECT_FALSE(row->summary.empty() || row->source.empty() || row->call.empty()) << row->name;
    bool identity_over = false, asserted = false;
    for (const FieldInfo& field : row->call) {
      EXPECT_FALSE(field.help.empty()) << row->name << "." << field.name;
      EXPECT_FALSE(field.identity && identity_over) << row->name << ": identity comes first";
      identity_over = identity_over || !field.identity;
      asserted = asserted || field.must_assert;
    }
    EXPECT_TRUE(asserted) << row->name;
    const bool is_stream = std::ranges::find(kStreams, row->name) != std::end(kStreams);
    EXPECT_EQ(make_decoder(row->name, {"http", "a", 80}) != nullptr, is_stream) << row->name;
  }
  EXPECT_THAT(
      names, testing::UnorderedElementsAre("http", "websocket", "postgres", "redis", "smtp", "socket", "exec",
                                           "shell", "which", "file", "dns", "log", "mock", "sqlite"));
  EXPECT_EQ(find_protocol("gopher"), nullptr);
}

}  // namespace
}  // namespace bigfoot
