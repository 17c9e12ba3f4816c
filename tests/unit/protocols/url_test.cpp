// tests/unit/protocols/url_test.cpp - URLs as values. Source: RFC 3986, 5.2.4, 6.2.2 and its examples.
#include "protocols/http/url.h"

#include <gtest/gtest.h>

namespace bigfoot {
namespace {

TEST(Url, IsReadAndNormalised) {
  struct Case {
    const char *text, *wanted;
  };
  constexpr Case kCases[] = {
      {"http://api.example.com", "http://api.example.com/"},
      {"HTTP://API.Example.COM:80/a", "http://api.example.com/a"},
      {"https://a:443/", "https://a/"},
      {"https://a:8443/", "https://a:8443/"},
      {"wss://a:443/feed?x=1", "wss://a/feed?x=1"},
      {"http://a:/x", "http://a/x"},
      {"http://[::1]:8080/x", "http://[::1]:8080/x"},
      {"http://[FE80::1]/", "http://[fe80::1]/"},
      {"http://user:p%40ss@a/x", "http://a/x"},
      {"http://a?q", "http://a/?q"},
      {"http://a/?", "http://a/"},
      {"http://a/x#frag?no", "http://a/x"},
      {"http://a/b/c/./../../g", "http://a/g"},
      {"http://a/%7Euser/%2f%c3%a9", "http://a/~user/%2F%C3%A9"},
      {"http://a/\xc3\xa9", "http://a/%C3%A9"},
      {"http://a/100%", "http://a/100%"},
      {"http://a/?x=%7e+%20", "http://a/?x=~+%20"},
      {"tcp://db.internal:5432", "tcp://db.internal:5432/"},
      {"http://exam%70le.com/", "http://example.com/"},
  };
  for (const Case& row : kCases) {
    const auto url = parse_url(row.text);
    ASSERT_TRUE(url) << row.text << ": " << url.error().what;
    EXPECT_EQ(to_text(*url), row.wanted) << row.text;
    EXPECT_EQ(to_text(*parse_url(row.wanted)), row.wanted) << "normalising twice changes " << row.wanted;
  }
}

TEST(Url, ErrorNamesTheByte) {
  struct Case {
    const char* text;
    std::size_t at;
    const char* what;
  };
  constexpr Case kCases[] = {
      {"", 0, "no absolute URL: expected 'scheme://host'"},
      {"/path", 0, "no absolute URL: expected 'scheme://host'"},
      {"http:/a", 0, "no absolute URL: expected 'scheme://host'"},
      {"ht tp://a", 2, "a character that no scheme holds"},
      {"1http://a", 0, "a character that no scheme holds"},
      {"http://", 7, "no host"},
      {"http://:80/", 7, "no host"},
      {"http://a b/", 8, "a character that no host name holds"},
      {"http://[::1/", 7, "'[' without ']'"},
      {"http://[::1]x/", 12, "expected ':' and a port after ']'"},
      {"http://a:12abc/", 9, "the port is no number from 0 to 65535"},
      {"http://a:65536/", 9, "the port is no number from 0 to 65535"},
      {"http://u@a:-1/", 11, "the port is no number from 0 to 65535"},
  };
  for (const Case& row : kCases) {
    const auto url = parse_url(row.text);
    ASSERT_FALSE(url) << row.text;
    EXPECT_EQ(url.error().what, row.what) << row.text;
    EXPECT_EQ(url.error().at, row.at) << row.text;
  }
}

TEST(Authority, IsHostAndPort) {
  struct Case {
    const char *text, *host;
    unsigned port;
  };
  constexpr Case kCases[] = {{"API.example.com", "api.example.com", 0},
                             {"a:8080", "a", 8080},
                             {"[::1]:80", "::1", 80},
                             {"[::1]", "::1", 0},
                             {"a:", "a", 0}};
  for (const Case& row : kCases) {
    const auto authority = parse_authority(row.text);
    ASSERT_TRUE(authority) << row.text;
    EXPECT_EQ(authority->host, row.host) << row.text;
    EXPECT_EQ(authority->port, row.port) << row.text;
  }
  for (const char* bad : {"", ":80", "a/b", "a?b", "a b", "a:b", "[::1", "a:65536"})
    EXPECT_FALSE(parse_authority(bad)) << bad;
}

TEST(Path, DotSegmentsGo) {
  struct Case {
    const char *path, *wanted;
  };
  constexpr Case kCases[] = {
      {"", "/"},
      {"/", "/"},
      {"a/b", "/a/b"},
      {"/a/b/c/./../../g", "/a/g"},
      {"/..", "/"},
      {"/../a", "/a"},
      {"/a/..", "/"},
      {"/a/.", "/a/"},
      {"/a//b", "/a//b"},
      {"//a/../b", "//b"},
      {"/a/%2e%2e/b", "/b"},
      {"/a/...", "/a/..."},
      {"/.hidden", "/.hidden"},
      {"/a/%2Fb", "/a/%2Fb"},
      {"/%", "/%"},
      {"/%4", "/%4"},
      {"/%zz", "/%zz"},
  };
  for (const Case& row : kCases) {
    EXPECT_EQ(normalized_path(row.path), row.wanted) << row.path;
    EXPECT_EQ(normalized_path(row.wanted), row.wanted) << "normalising twice changes " << row.wanted;
  }
}

TEST(Form, NamesAndValuesAreDecodedInOrder) {
  using Pairs = std::vector<std::pair<std::string, std::string>>;
  EXPECT_EQ(parse_form("a=1&b=x+y%21&a=2&flag&=v&&c="),
            (Pairs{{"a", "1"}, {"b", "x y!"}, {"a", "2"}, {"flag", ""}, {"", "v"}, {"c", ""}}));
  EXPECT_EQ(parse_form(""), Pairs{});
  EXPECT_EQ(parse_form("a=b=c%"), (Pairs{{"a", "b=c%"}}));
}

TEST(Percent, DecodingIsWholeOrNotAtAll) {
  EXPECT_EQ(percent_decoded("%41%zz%4%"), "A%zz%4%");
  EXPECT_EQ(percent_decoded("a+b"), "a+b");
  EXPECT_EQ(percent_decoded("a+b", true), "a b");
}

}  // namespace
}  // namespace bigfoot
