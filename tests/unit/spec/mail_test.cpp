// tests/unit/spec/mail_test.cpp - What a spec says of a message and of a password, against messages as protocols/smtp/mail.h reads them.
#include <gtest/gtest.h>

#include "protocols/smtp/login.h"
#include "spec/mail_pattern.h"
#include "tests/unit/spec/spec_text.h"

namespace bigfoot {
namespace {

struct Row {
  const char* name;
  const char* toml;
  const char* message;
  const char* differences;
  const char* accepting;  ///< where it differs
};
constexpr const char* kMail =
    R"({"subject":"Alert 5","text":"one\ntwo\n","headers":{"from":"a@b","to":"c@d","date":"now","x-mailer":"m"}})";
const Row kRows[] = {
    {"Any", R"("*")", kMail, "", ""},
    {"Exact", R"({ subject = "Alert {{int}}", text = "one\ntwo\n" })", kMail, "", ""},
    {"ALineEndMore", R"({ subject = "*", text = "one\ntwo" })", kMail, "", ""},
    {"ALineEndLess", R"({ subject = "*", text = "one\ntwo\n" })", R"({"subject":"s","text":"one\ntwo"})", "", ""},
    {"ALineDiffers", R"({ subject = "*", text = "one\nto\n" })", kMail, "message.text:2: expected \"to\" got \"two\"\n",
     R"({"subject":"*","text":"one\ntwo\n"})"},
    {"SubjectDiffers", R"({ subject = "Alarm", text = "*" })", kMail, "message.subject: expected \"Alarm\" got \"Alert 5\"\n",
     R"({"subject":"Alert 5","text":"*"})"},
    {"NotMentioned", R"({ subject = "*" })", kMail, "message.text: expected (no key) got \"one\\ntwo\\n\"\n",
     R"({"subject":"*","text":"one\ntwo\n"})"},
    {"OthersMayBe", R"({ subject = "*", "*" = "*" })", kMail, "", ""},
    {"NotThere", R"({ subject = "Alert 5", text = "*", html = "<p>" })", kMail, "message.html: expected \"<p>\" got (no key)\n",
     R"({"subject":"Alert 5","text":"*"})"},
    {"EmptyIsNotThere", R"({ subject = "*", text = "*", html = "", cc = "{{absent}}" })", kMail, "", ""},
    {"FromOfTheEnvelope", R"({ subject = "*", text = "*", from = "a@b" })", kMail, "", ""},
    {"NoiseWhereItIsNamed", R"({ subject = "*", text = "*", headers = { X-Mailer = "n" } })", kMail,
     "message.headers.x-mailer: expected \"n\" got \"m\"\n", R"({"subject":"*","text":"*","headers":{"x-mailer":"m"}})"},
    {"AHeaderThatIsNotMentioned", R"({ subject = "*" })", R"({"subject":"s","headers":{"reply-to":"r@b","date":"now"}})",
     "message.headers.reply-to: expected (no key) got \"r@b\"\n", R"({"subject":"*","headers":{"reply-to":"r@b"}})"},
    {"AnotherSenderThanTheEnvelopes", R"({ subject = "*" })", R"({"subject":"s","from":"boss@b"})",
     "message.from: expected (no key) got \"boss@b\"\n", R"({"subject":"*","from":"boss@b"})"},
    {"Attachments", R"({ attachments = [ { name = "a.csv", type = "text/csv", content = "1\n" } ] })",
     R"({"attachments":[{"name":"a.csv","type":"text/csv","content":"1\n"}]})", "", ""},
    {"AttachmentBySha256", R"({ attachments = [ { name = "a", sha256 = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", "*" = "*" } ] })",
     R"({"attachments":[{"name":"a","type":"text/csv","content":"abc"}]})", "", ""},
    {"AttachmentTypeNotMentioned", R"({ attachments = [ { name = "a", content = "abc" } ] })",
     R"({"attachments":[{"name":"a","type":"text/csv","content":"abc"}]})", "message.attachments[0].type: expected (no key) got \"text/csv\"\n",
     R"({"attachments":[{"name":"a","content":"abc","type":"text/csv"}]})"},
    {"ABinaryAttachment", R"({ attachments = [ { name = "a", content = "ab" } ] })", R"({"attachments":[{"name":"a","content":"\u0000\u0001"}]})",
     "message.attachments[0].content: expected {\"hex\":\"61 62\"} got {\"hex\":\"00 01\"}\n",
     R"({"attachments":[{"name":"a","sha256":"b413f47d13ee2fe6c845b2ee141af81de858df4ec549a58b7970bb96645bc8d2"}]})"},
    {"ABinaryAttachmentMore", R"({ attachments = [ ] })", R"({"attachments":[{"name":"a","content":"\u0000\u0001"}]})",
     "message.attachments[0]: expected (no key) got {\"name\":\"a\",\"content\":\"\\u0000\\u0001\"}\n",
     R"({"attachments":[{"name":"a","sha256":"b413f47d13ee2fe6c845b2ee141af81de858df4ec549a58b7970bb96645bc8d2"}]})"},
    {"AnotherDigest", R"({ attachments = [ { name = "a", sha256 = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" } ] })",
     R"({"attachments":[{"name":"a","content":"\u0000\u0001"}]})",
     "message.attachments[0].sha256: expected \"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\" got "
     "\"b413f47d13ee2fe6c845b2ee141af81de858df4ec549a58b7970bb96645bc8d2\"\n",
     R"({"attachments":[{"name":"a","sha256":"b413f47d13ee2fe6c845b2ee141af81de858df4ec549a58b7970bb96645bc8d2"}]})"},
    {"NoAttachmentMore", R"({ attachments = [ ] })", R"({"attachments":[{"name":"a","type":"t","content":"abc"}]})",
     "message.attachments[0]: expected (no key) got {\"name\":\"a\",\"type\":\"t\",\"content\":\"abc\"}\n",
     R"({"attachments":[{"name":"a","type":"t","content":"abc"}]})"},
};

class MailPattern : public testing::TestWithParam<Row> {};

TEST_P(MailPattern, TellsWhatDiffers) {
  const PatternPtr pattern = pattern_of(GetParam().toml, compile_mail_pattern);
  ASSERT_TRUE(pattern);
  const Value message = Value::parse(GetParam().message);
  MatchReport report;
  const bool fits = pattern->match(message, "message", {}, quiet_world(), &report);
  EXPECT_EQ(fits, std::string_view(GetParam().differences).empty());
  EXPECT_EQ(differences_text(report.differences), GetParam().differences);
  if (fits) return;
  EXPECT_EQ(pattern->accepting(message, {}, quiet_world()).dump(), GetParam().accepting);
}

INSTANTIATE_TEST_SUITE_P(Mail, MailPattern, testing::ValuesIn(kRows), [](const auto& info) { return std::string(info.param.name); });

struct ToRow {
  const char* toml;
  const char* to;
  const char* differences;
  const char* accepting;
};
constexpr const char* kThree = R"(["b@x", "gone@x", "{{nonempty}}"])";
const ToRow kRecipients[] = {
    {kThree, R"(["b@x","gone@x","c@x"])", "", ""},
    {kThree, R"(["b@x","gone@x"])", "to[2]: expected \"{{nonempty}}\" got (no key)\n", R"(["b@x","gone@x"])"},
    {kThree, R"(["b@x","gone@x",null])", "", ""},
    {kThree, R"(["wrong@x","gone@x",null])", "to[0]: expected \"b@x\" got \"wrong@x\"\n", R"(["wrong@x","gone@x","{{nonempty}}"])"},
    {R"(["b@x"])", R"(["b@x","c@x",null])", "to[1]: expected (no key) got \"c@x\"\n", R"(["b@x","c@x"])"},
    {R"("*")", R"(["b@x",null])", "", ""},
};

TEST(RecipientsPattern, ComparesThoseThatWereNamed) {
  for (const ToRow& row : kRecipients) {
    const PatternPtr pattern = pattern_of(row.toml, compile_recipients_pattern);
    ASSERT_TRUE(pattern);
    const Value to = Value::parse(row.to);
    MatchReport report;
    const bool fits = pattern->match(to, "to", {}, quiet_world(), &report);
    EXPECT_EQ(fits, std::string_view(row.differences).empty()) << row.to;
    EXPECT_EQ(differences_text(report.differences), row.differences);
    if (!fits) {
      EXPECT_EQ(pattern->accepting(to, {}, quiet_world()).dump(), row.accepting);
    }
  }
}

Value proof_of(std::string_view password) {
  return {{"cram_md5", {{"challenge", "<1@h>"}, {"digest", cram_md5_digest(password, "<1@h>")}}}};
}

struct PasswordRow {
  const char* toml;
  const char* password;  ///< "md5:" in front: proved by CRAM-MD5
  const char* differences;
};
const PasswordRow kPasswords[] = {
    {R"("secret")", "secret", ""},
    {R"("secret")", "guess", "password: expected \"secret\" got \"guess\"\n"},
    {R"("secret")", "md5:secret", ""},
    {R"("secret")", "md5:guess", "password: expected \"secret\" got \"(hidden)\" (CRAM-MD5 proves another password)\n"},
    {R"("*")", "md5:guess", ""},
    {R"("{{env.STRIPE_KEY}}")", "md5:sk_test_1", ""},
    {R"("{{nonempty}}")", "md5:secret",
     "password: expected \"{{nonempty}}\" got \"(hidden)\" (CRAM-MD5 does not show it: name it literally, as {{env.NAME}}, or \"*\")\n"},
};

TEST(PasswordPattern, KnowsWhereAProofCanBeChecked) {
  Node password;
  const std::pair<const char*, bool> rows[] = {{"secret", true}, {"*", true}, {"{{env.PASSWORD}}", true}, {"{{nonempty}}", false}, {"a{{name}}", false}};
  for (const auto& [text, checked] : rows) {
    password.value = std::string(text);
    EXPECT_EQ(can_check_proof(password), checked) << text;
  }
}

TEST(PasswordPattern, ChecksWhatCramMd5Proves) {
  for (const PasswordRow& row : kPasswords) {
    const PatternPtr pattern = pattern_of(row.toml, compile_password_pattern);
    ASSERT_TRUE(pattern);
    const std::string_view given = row.password;
    const Value actual = given.starts_with("md5:") ? proof_of(given.substr(4)) : Value(std::string(given));
    MatchReport report;
    EXPECT_EQ(pattern->match(actual, "password", {}, quiet_world(), &report), std::string_view(row.differences).empty()) << row.toml;
    EXPECT_EQ(differences_text(report.differences), row.differences);
  }
}

}  // namespace
}  // namespace bigfoot
