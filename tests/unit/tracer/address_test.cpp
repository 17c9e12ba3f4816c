// tests/unit/tracer/address_test.cpp - sockaddr to value, to text and back.
#include "tracer/address.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/un.h>

#include <cstring>
#include <memory>

namespace bigfoot {
namespace {

struct Case {
  const char* name;
  int family;
  const char* host;
  std::uint16_t port;
  const char* text;
  bool loopback, unspecified, mapped;
};

const Case kCases[] = {
    {"V4", AF_INET, "10.0.0.5", 6379, "10.0.0.5:6379", false, false, false},
    {"V4Loopback", AF_INET, "127.8.9.1", 1, "127.8.9.1:1", true, false, false},
    {"V4Any", AF_INET, "0.0.0.0", 0, "0.0.0.0:0", false, true, false},
    {"V6", AF_INET6, "2001:db8::1", 443, "[2001:db8::1]:443", false, false, false},
    {"V6Loopback", AF_INET6, "::1", 80, "[::1]:80", true, false, false},
    {"V6Any", AF_INET6, "::", 80, "[::]:80", false, true, false},
    {"Mapped", AF_INET6, "::ffff:10.0.0.5", 80, "10.0.0.5:80", false, false, true},
    {"MappedLoopback", AF_INET6, "::ffff:127.0.0.1", 80, "127.0.0.1:80", true, false, true},
    {"MappedAny", AF_INET6, "::ffff:0.0.0.0", 80, "0.0.0.0:80", false, true, true},
};

class InetAddressTest : public testing::TestWithParam<Case> {};

TEST_P(InetAddressTest, KeepsWhatItReads) {
  const Case& c = GetParam();
  InetAddress wanted;
  wanted.family = c.family;
  wanted.port = c.port;
  ASSERT_EQ(::inet_pton(c.family, c.host, wanted.bytes.data()), 1);
  sockaddr_storage storage{};
  const socklen_t length = to_sockaddr(wanted, storage);
  EXPECT_EQ(length, c.family == AF_INET ? sizeof(sockaddr_in) : sizeof(sockaddr_in6));
  const SocketAddress read = to_address(&storage, length);
  ASSERT_EQ(read, SocketAddress(wanted));
  const auto& inet = std::get<InetAddress>(read);
  EXPECT_EQ(to_text(read), c.text);
  EXPECT_EQ(inet.is_loopback(), c.loopback);
  EXPECT_EQ(inet.is_unspecified(), c.unspecified);
  EXPECT_EQ(inet.is_mapped(), c.mapped);
}
INSTANTIATE_TEST_SUITE_P(, InetAddressTest, testing::ValuesIn(kCases),
                         [](const auto& info) { return info.param.name; });

TEST(UnixAddressTest, PathsAndNames) {
  for (const UnixAddress& wanted :
       {UnixAddress{"/run/x.sock", false}, UnixAddress{"relative", false},
        UnixAddress{std::string("a\0b", 3), true}, UnixAddress{"", false},
        UnixAddress{std::string(107, 'x'), false}, UnixAddress{std::string(107, 'x'), true}}) {
    sockaddr_storage storage{};
    const socklen_t length = to_sockaddr(wanted, storage);
    EXPECT_EQ(to_address(&storage, length), SocketAddress(wanted)) << wanted.path;
  }
  EXPECT_EQ(to_text(UnixAddress{"bus", true}), "@bus");
}

// unix(7): the terminating NUL is not needed where the length ends the path.
TEST(UnixAddressTest, PathWithoutNul) {
  sockaddr_un in{};
  in.sun_family = AF_UNIX;
  std::memcpy(in.sun_path, "/a/bc", 5);
  EXPECT_EQ(to_address(&in, offsetof(sockaddr_un, sun_path) + 4), SocketAddress(UnixAddress{"/a/b", false}));
}

TEST(AddressTest, TooShortIsOther) {
  sockaddr_in6 v6{};
  v6.sin6_family = AF_INET6;
  for (socklen_t length = 0; length < sizeof v6; ++length) {
    const auto exact = std::make_unique<char[]>(length);
    std::memcpy(exact.get(), &v6, length);
    const SocketAddress read = to_address(exact.get(), length);
    // SIN6_LEN_RFC2133: without the scope it is enough.
    EXPECT_EQ(std::holds_alternative<InetAddress>(read), length >= 24) << length;
  }
  sockaddr_in v4{};
  v4.sin_family = AF_INET;
  EXPECT_EQ(to_address(&v4, 15), SocketAddress(OtherAddress{AF_INET}));
}

}  // namespace
}  // namespace bigfoot
