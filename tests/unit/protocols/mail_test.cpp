// tests/unit/protocols/mail_test.cpp - Messages as people see them: charsets, encodings, multiparts, attachments, the envelope.
#include <gtest/gtest.h>

#include "protocols/smtp/login.h"
#include "protocols/smtp/mail.h"

namespace bigfoot {
namespace {

struct Example {
  const char* name;
  const char* data;  ///< LF stands for CRLF
  const char* json;
};

constexpr Example kExamples[] = {
    {"Plain", "Subject: s\n\nt\n", R"({"subject":"s","text":"t\n"})"},
    {"NoHeaders", "hello\nworld\n", R"({"text":"hello\nworld\n"})"},
    {"Empty", "", R"({})"},
    {"EncodedWords", "Subject: =?utf-8?q?Gr=C3=B6=C3=9Fe?=\n =?utf-8?b?IMOkw7Y=?=\n\n", R"({"subject":"Größe äö"})"},
    {"FoldedHeader", "X-Long: one\n two\n\tthree\n\n", R"({"headers":{"x-long":"one two\tthree"}})"},
    {"RepeatedHeader", "X-A: 1\nX-A: 2\n\n", R"({"headers":{"x-a":["1","2"]}})"},
    {"EnvelopeRepeated", "From: Ann <ANN@example.com>\nTo: bob@example.com\nCc: Eve <eve@example.com>\n\n",
     R"({"headers":{"from":"Ann <ANN@example.com>","to":"bob@example.com","cc":"Eve <eve@example.com>"}})"},
    {"OthersThanTheEnvelope", "From: boss@example.com\nTo: bob@example.com, all@example.com\n\n",
     R"({"from":"boss@example.com","to":"bob@example.com, all@example.com"})"},
    {"Latin1", "Content-Type: text/plain; charset=iso-8859-1\nContent-Transfer-Encoding: quoted-printable\n\nGr=F6=DFe=\n!\n",
     R"({"text":"Größe!\n"})"},
    {"Alternative", "Content-Type: multipart/alternative; boundary=b\n\n--b\nContent-Type: text/plain\n\nt\n--b\nContent-Type: text/html\n\n<p>\n--b--\n",
     R"({"text":"t","html":"<p>"})"},
    {"Attachments",
     "Content-Type: multipart/mixed; boundary=b\n\n--b\n\nt\n--b\nContent-Type: text/csv\nContent-Disposition: attachment; filename=a.csv\n\n1,2\n3,4\n\n--b\n"
     "Content-Type: application/octet-stream; name*=utf-8''gr%C3%B6%C3%9Fe\nContent-Transfer-Encoding: base64\n\naGkNCg==\n--b--\n",
     R"({"text":"t","attachments":[{"name":"a.csv","type":"text/csv","content":"1,2\n3,4\n"},{"name":"größe","type":"application/octet-stream","content":"hi\r\n"}]})"},
    {"SecondTextIsAttached", "Content-Type: multipart/mixed; boundary=b\n\n--b\n\none\n--b\n\ntwo\n--b--\n",
     R"({"text":"one","attachments":[{"name":"","type":"text/plain","content":"two"}]})"},
    {"OnlyHtml", "Content-Type: text/html\n\n<p>x\n", R"({"html":"<p>x\n"})"},
};

class Mail : public testing::TestWithParam<Example> {};

TEST_P(Mail, ReadsAsPeopleSeeIt) {
  std::string data;
  for (const char c : std::string_view(GetParam().data)) data += c == '\n' ? std::string("\r\n") : std::string(1, c);
  EXPECT_EQ(read_mail(data, "ann@example.com", {"bob@example.com", "eve@example.com"}).dump(), GetParam().json);
}

INSTANTIATE_TEST_SUITE_P(Mail, Mail, testing::ValuesIn(kExamples), [](const auto& info) { return std::string(info.param.name); });

TEST(Login, CramMd5OfTheExampleInItsStandard) {  // RFC 2195, 2
  EXPECT_EQ(cram_md5_digest("tanstaaftanstaaf", "<1896.697170952@postoffice.reston.mci.net>"), "b913a602c7eda7a495b4e6e7334d3890");
}

}  // namespace
}  // namespace bigfoot
