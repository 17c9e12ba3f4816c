// tests/unit/protocols/smtp_test.cpp - Scripted answers on the way of a mail, lines that are too long, and what a big message costs.
#include <gtest/gtest.h>

#include <chrono>

#include "protocols/smtp/smtp.h"

namespace bigfoot {
namespace {

/// A client's lines against a decoder whose mails get `script`; what the server says, and the calls that are no peeks.
struct Dialogue {
  explicit Dialogue(Fields reply) : script(std::move(reply)) { say(""); }

  void say(std::string_view lines) {
    input += lines;
    for (;;) {
      const DecodeResult result = decoder.decode(input, out);
      ASSERT_TRUE(result) << result.error().what;
      input.erase(0, result->used);
      if (std::holds_alternative<NeedMore>(result->event)) return;
      answer(result->event);
    }
  }
  void end() {
    const DecodeResult result = decoder.finish(input);
    ASSERT_TRUE(result) << result.error().what;
    answer(result->event);
  }
  void answer(const Event& event) {
    if (std::holds_alternative<Opening>(event)) decoder.accept(Fields::object(), out);
    const Call* call = std::get_if<Call>(&event);
    if (call == nullptr) return;
    if (call->op != "sendmail") {
      decoder.answer_itself(out);
      return;
    }
    if (!call->peek) calls.push_back(*call);
    decoder.encode(script, out);
  }
  /// What was said since the last time.
  std::string heard() { return std::exchange(out, ""); }

  SmtpDecoder decoder{Peer{"tcp", "mx", 25}};
  Fields script;
  std::string input, out;
  std::vector<Call> calls;
};

using Withheld = std::vector<std::string_view>;

TEST(SmtpScript, OneRecipientOfTwoIsRefused) {
  Dialogue talk(Fields::object({{"rcpt", {"250 ok", "550 5.1.1 gone"}}}));
  talk.say("EHLO x\r\nMAIL FROM:<a@b>\r\n");
  talk.heard();
  talk.say("RCPT TO:<c@d>\r\nRCPT TO:<e@f>\r\nRCPT TO:<g@h>\r\n");
  EXPECT_EQ(talk.heard(), "250 ok\r\n550 5.1.1 gone\r\n250 2.1.5 Ok\r\n");
  talk.say("DATA\r\nx\r\n.\r\n");
  ASSERT_EQ(talk.calls.size(), 1u);
  EXPECT_EQ(talk.calls[0].fields["to"], Value({"c@d", "e@f", "g@h"}));
  EXPECT_TRUE(talk.calls[0].withheld.empty());
}

TEST(SmtpScript, WhereAllAreRefusedTheMessageCannotCome) {
  Dialogue talk(Fields::object({{"rcpt", "550 5.1.1 gone"}}));
  talk.say("EHLO x\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n");
  EXPECT_TRUE(talk.heard().ends_with("550 5.1.1 gone\r\n554 5.5.1 Error: no valid recipients\r\n"));
  EXPECT_TRUE(talk.calls.empty());
  talk.say("RSET\r\n");
  ASSERT_EQ(talk.calls.size(), 1u);
  EXPECT_EQ(talk.calls[0].withheld, (Withheld{"message", "data"}));
  EXPECT_EQ(talk.heard(), "250 2.0.0 Ok\r\n");
}

TEST(SmtpScript, AClientMayStopAtTheFirstThatIsRefused) {
  Dialogue talk(Fields::object({{"rcpt", {"550 gone", "250 ok"}}}));
  talk.say("EHLO x\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\n");
  talk.end();
  ASSERT_EQ(talk.calls.size(), 1u);
  EXPECT_EQ(talk.calls[0].withheld, (Withheld{"message", "data"}));
  EXPECT_EQ(talk.calls[0].fields["to"], Value({"c@d", nullptr}));  // and whom else it would have named
}

TEST(SmtpScript, AClientMayLeaveInTheMiddleOfWhatItHasPipelined) {
  for (const char* message : {"DATA\r\n", "BDAT 3 LAST\r\n"}) {
    Dialogue talk(Fields::object({{"rcpt", {"250 ok", "550 gone"}}}));
    talk.say(std::string("EHLO x\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nRCPT TO:<e@f>\r\n") + message);
    talk.end();
    ASSERT_EQ(talk.calls.size(), 1u) << message;
    EXPECT_EQ(talk.calls[0].withheld, (Withheld{"message", "data"}));
    EXPECT_EQ(talk.calls[0].fields["to"], Value({"c@d", "e@f"}));
  }
}

TEST(SmtpScript, AMessageThatIsCutShortIsAnErrorWhoeverWasRefused) {
  Dialogue talk(Fields::object({{"rcpt", {"250 ok", "550 gone"}}}));
  talk.say("EHLO x\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nRCPT TO:<e@f>\r\nDATA\r\nx\r\n");
  EXPECT_FALSE(talk.decoder.finish(talk.input));
}

TEST(SmtpScript, ARefusedSenderTakesTheNextMail) {
  Dialogue talk(Fields::object({{"mail", "553 5.1.8 no"}}));
  talk.say("EHLO x\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n");
  EXPECT_TRUE(talk.heard().ends_with("553 5.1.8 no\r\n503 5.5.1 Error: need MAIL command\r\n503 5.5.1 Error: need MAIL command\r\n"));
  talk.say("MAIL FROM:<e@f>\r\n");
  ASSERT_EQ(talk.calls.size(), 1u);
  EXPECT_EQ(talk.calls[0].fields["to"], Value({"c@d"}));
  EXPECT_EQ(talk.heard(), "553 5.1.8 no\r\n");
  talk.say("QUIT\r\n");
  ASSERT_EQ(talk.calls.size(), 2u);
  EXPECT_EQ(talk.calls[1].withheld, (Withheld{"message", "data", "to"}));
}

TEST(SmtpScript, TheMessageComesAsTheStepComparesIt) {
  Dialogue talk(Fields::object({{"raw", true}, {"data", "552 5.3.4 big\nvery"}}));
  talk.say("EHLO x\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\n");
  talk.heard();
  talk.say("DATA\r\nSubject: s\r\n\r\n..t\r\n.\r\n");
  ASSERT_EQ(talk.calls.size(), 1u);
  EXPECT_EQ(talk.calls[0].fields["data"], "Subject: s\r\n\r\n.t\r\n");
  EXPECT_FALSE(talk.calls[0].fields.contains("message"));
  EXPECT_TRUE(talk.heard().ends_with("552-5.3.4 big\r\n552 very\r\n"));
}

TEST(SmtpOffer, StarttlsWhereNoEntryHasTerms) {
  const auto hello = [](bool ends_tls, const Fields& terms) {
    SmtpDecoder decoder{Peer{"tcp", "mx", 25, ends_tls}};
    std::string out;
    EXPECT_TRUE(decoder.decode("", out));
    decoder.accept(terms, out);
    EXPECT_TRUE(decoder.decode("EHLO x\r\n", out));
    decoder.answer_itself(out);
    return out;
  };
  EXPECT_TRUE(hello(true, Fields::object()).ends_with("250 STARTTLS\r\n"));
  EXPECT_FALSE(hello(false, Fields::object()).contains("STARTTLS"));
  EXPECT_FALSE(hello(true, Fields::object({{"offer", {"AUTH PLAIN"}}})).contains("STARTTLS"));
}

TEST(SmtpLines, OneThatIsTooLongIsAnsweredOnce) {
  Dialogue talk(Fields::object());
  talk.heard();
  const std::string line = "NOOP " + std::string(20000, 'a') + "\r\n";
  talk.say(line);
  EXPECT_EQ(talk.heard(), "500 5.5.2 Error: line too long\r\n");
  for (const char c : line) talk.say({&c, 1});
  EXPECT_EQ(talk.heard(), "500 5.5.2 Error: line too long\r\n");
  EXPECT_TRUE(talk.input.empty());
  talk.say("NOOP\r\n");
  EXPECT_EQ(talk.heard(), "250 2.0.0 Ok\r\n");
}

/// 16 MiB in pieces of 100 bytes take a constant time a piece: four times the mail, at most eight times the time.
TEST(SmtpData, ABigMailInSmallPiecesIsLinear) {
  const auto seconds = [](std::size_t lines) {
    Dialogue talk(Fields::object({{"raw", true}}));
    talk.say("EHLO x\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n");
    const std::string line = std::string(98, 'x') + "\r\n";
    const auto start = std::chrono::steady_clock::now();
    for (std::size_t i = 0; i < lines; ++i) talk.say(line);
    talk.say(".\r\n");
    EXPECT_EQ(talk.calls.at(0).fields["data"].get_ref<const std::string&>().size(), lines * line.size());
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  };
  const double quarter = std::min(seconds(40'000), seconds(40'000));
  EXPECT_LT(seconds(160'000), std::max(8 * quarter, 1.0));
}

}  // namespace
}  // namespace bigfoot
