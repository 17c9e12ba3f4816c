// tests/unit/protocols/body_test.cpp - Bodies for people, and the digests and codings that they are shown in.
#include "protocols/body.h"

#include <gtest/gtest.h>

#include "protocols/raw/difference.h"
#include "protocols/sha256.h"

namespace bigfoot {
namespace {

TEST(BodyView, TakesTheFormThatTheContentTypeNames) {
  struct Case {
    const char* name;
    std::string bytes;
    const char *type, *wanted;
  };
  const Case kCases[] = {
      {"json", R"({"b": 1, "a": [2]})", "application/json; charset=utf-8", R"({"json":{"b":1,"a":[2]}})"},
      {"json with a suffix", "5", "Application/Problem+JSON", R"({"json":5})"},
      {"json that is none", "{oops", "application/json", R"({"text":"{oops"})"},
      {"no type, an object", R"( {"a":1})", "", R"({"json":{"a":1}})"},
      {"no type, a number", "5", "", R"({"text":"5"})"},
      {"text that could be json", "[1]", "text/plain", R"({"text":"[1]"})"},
      {"form", "a=1&b=x+y&a=2", "application/x-www-form-urlencoded", R"({"form":{"a":["1","2"],"b":"x y"}})"},
      {"form that is no text", "a=%ff", "application/x-www-form-urlencoded", R"({"text":"a=%ff"})"},
      {"no body", "", "application/json", R"({"text":""})"},
      {"bytes", "\xff\xfe", "", R"({"base64":"//4=","size":2})"},
      {"NUL is no text", std::string("a\0b", 3), "text/plain", R"({"base64":"YQBi","size":3})"},
  };
  for (const Case& row : kCases) EXPECT_EQ(body_view(row.bytes, row.type).dump(), row.wanted) << row.name;
}

TEST(BodyView, IsCutAtALimitAndNotInsideACharacter) {
  EXPECT_EQ(body_view("abcdef", "text/plain", 6).dump(), R"({"text":"abcdef"})");
  EXPECT_EQ(
      body_view("abcdef", "text/plain", 3).dump(),
      R"({"text":"abc","size":6,"sha256":"bef57ec7f53a6d40beb640a780a639c83bc29ac8a9816f1fc6c5c6dcd93c4721"})");
  EXPECT_EQ(body_view("a\xc3\xa9z", "text/plain", 2)["text"], "a");
  EXPECT_EQ(body_view("{\"a\": 1234567}", "application/json", 5)["text"], "{\"a\":");
  EXPECT_EQ(body_view("\xff\xfe\xfd", "", 2)["base64"], "//4=");
}

TEST(BodyView, JsonNestedWithoutEndIsText) {
  const std::string deep(100'000, '[');
  EXPECT_TRUE(body_view(deep, "application/json").contains("text"));
  std::string allowed(200, '[');
  allowed += std::string(200, ']');
  EXPECT_TRUE(body_view(allowed, "application/json").contains("json"));
}

TEST(Utf8, IsCheckedToTheByte) {
  struct Case {
    const char* bytes;
    bool good;
  };
  constexpr Case kCases[] = {
      {"", true},
      {"plain", true},
      {"\xc3\xa9", true},
      {"\xe2\x82\xac", true},
      {"\xf0\x9f\x98\x80", true},
      {"\xf4\x8f\xbf\xbf", true},
      {"\xc3", false},
      {"\x80", false},
      {"\xc0\x80", false},
      {"\xe0\x9f\xbf", false},
      {"\xed\xa0\x80", false},
      {"\xf4\x90\x80\x80", false},
      {"\xf0\x8f\xbf\xbf", false},
      {"\xe2\x82", false},
      {"\xff", false},
      {"\xe2\x28\xa1", false},
  };
  for (const Case& row : kCases) EXPECT_EQ(is_utf8(row.bytes), row.good) << to_hex(row.bytes);
}

TEST(Base64, BothWays) {
  struct Case {
    const char *bytes, *text;
  };
  constexpr Case kCases[] = {{"", ""},        {"f", "Zg=="},        {"fo", "Zm8="},
                             {"foo", "Zm9v"}, {"foob", "Zm9vYg=="}, {"\xff\xfe\xfb", "//77"}};
  for (const Case& row : kCases) {
    EXPECT_EQ(to_base64(row.bytes), row.text);
    EXPECT_EQ(from_base64(row.text), row.bytes);
  }
  EXPECT_EQ(from_base64("Zg"), "f");
  EXPECT_EQ(from_base64("__77"), "\xff\xfe\xfb");
  EXPECT_EQ(from_base64(" Zm\n9v "), "foo");
  for (const char* bad : {"Z", "Zg=", "Zg===", "Z=g=", "Zm9v=", "Zm9vY===", "Zm!v"})
    EXPECT_FALSE(from_base64(bad)) << bad;
}

TEST(Hex, BothWays) {
  EXPECT_EQ(to_hex("\xca\xfe"), "ca fe");
  EXPECT_EQ(from_hex("CA fe01"), "\xca\xfe\x01");
  EXPECT_EQ(from_hex(""), "");
  for (const char* bad : {"c", "ca f", "c a", "0x12", "zz"}) EXPECT_FALSE(from_hex(bad)) << bad;
}

TEST(Sha256, OfTheStandardsExamples) {
  EXPECT_EQ(sha256(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(sha256("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(sha256(std::string(1'000'000, 'a')),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Difference, SaysWhereAndWhat) {
  struct Case {
    std::string expected, actual;
    const char* wanted;
  };
  const Case kCases[] = {
      {"same", "same", ""},
      {"GET /a", "GET /b", R"(differs at byte 5: expected "a", got "b")"},
      {"abc", "ab", R"(differs at byte 2: expected "c", got the end)"},
      {"", "x", R"(differs at byte 0: expected the end, got "x")"},
      {"a\r\nb", "a\nb", R"(differs at byte 1: expected "\r\nb", got "\nb")"},
      {"caf\xc3\xa9", "caf\xc3\xa8", "differs at byte 4: expected \"\xc3\xa9\", got \"\xc3\xa8\""},
      {std::string("\x00\x01", 2), std::string("\x00\x02", 2), "differs at byte 1: expected 01, got 02"},
      {"say \"a\"", "say \\", R"(differs at byte 4: expected "\"a\"", got "\\")"},
      {"0123456789abcdefghij", "x123456789abcdefghij",
       R"(differs at byte 0: expected "0123456789abcdef", got "x123456789abcdef")"},
  };
  for (const Case& row : kCases) EXPECT_EQ(first_difference(row.expected, row.actual), row.wanted);
}

}  // namespace
}  // namespace bigfoot
