// tests/unit/spec/session_test.cpp - Raw sessions as dialogues: what the program does, what it gets, what is told.
#include <gtest/gtest.h>

#include "tests/unit/spec/spec_text.h"

namespace bigfoot {
namespace {

/// Plays one connection and writes down everything: "< bytes" given to the program, "! finding".
class Dialogue {
 public:
  explicit Dialogue(const std::string& toml, Transport transport = Transport::tcp)
      : spec_(spec_of(toml)), ledger_(spec_, quiet_world()) {
    to_ = {transport, transport == Transport::unix_stream ? "" : "h", "10.0.0.1", 80, "/run/a.sock"};
  }
  bool open(std::string_view first = "") {
    session_ = ledger_.open_session(to_, first, 1);
    if (!session_) return false;
    if (!first.empty()) session_->received(first);
    run();
    return true;
  }
  void send(std::string_view bytes) {
    session_->received(bytes);
    run();
  }
  void settle() {
    if (!session_->settling()) return;
    session_->settle();
    run();
  }
  void hang_up() {
    session_->client_ended();
    run();
  }
  std::string end() {
    session_->end();
    write_played();
    for (const Finding& finding : ledger_.finish()) log_ += "! " + std::string(to_text(finding.kind)) + ": " + finding.message + "\n";
    return log_;
  }
  RawSession& session() { return *session_; }
  Ledger& ledger() { return ledger_; }
  const Destination& to() const { return to_; }
  const std::vector<Finding>& findings() const { return findings_; }

 private:
  void run() {
    while (true) {
      RawSession::Action action = session_->next();
      write_played();
      if (std::holds_alternative<RawSession::Wait>(action)) return;
      if (const auto* bytes = std::get_if<RawSession::Send>(&action)) log_ += "< " + bytes->bytes + "\n";
      if (std::holds_alternative<RawSession::Close>(action)) log_ += "< FIN\n";
      if (std::holds_alternative<RawSession::Reset>(action)) log_ += "< RST\n";
      if (const auto* pause = std::get_if<RawSession::Pause>(&action)) log_ += "(" + std::to_string(pause->time.count() / 1000) + " ms)\n";
    }
  }
  void write_played() {
    for (RawSession::Played& played : session_->take_played()) {
      log_ += played.op + (played.data.empty() ? "" : " " + played.data) + "\n";
      for (Finding& finding : played.findings) {
        log_ += "! " + std::string(to_text(finding.kind)) + ": " + finding.message + "\n";
        findings_.push_back(std::move(finding));
      }
    }
  }
  Spec spec_;
  Ledger ledger_;
  Destination to_;
  std::unique_ptr<RawSession> session_;
  std::string log_;
  std::vector<Finding> findings_;
};

std::string entry(const std::string& steps, const std::string& url = "tcp://h:80") {
  return "[[expect]]\nsocket = \"" + url + "\"\nsteps = [\n" + steps + "]\n";
}

constexpr const char* kHello = "{ send = \"HELLO\\n\" },\n{ recv = \"WORLD\\n\" },\n{ close = true },\n";

TEST(Session, WriteSizesDoNotMatter) {
  const std::string whole = "HELLO\n";
  for (std::size_t cut = 1; cut < whole.size(); ++cut) {
    Dialogue d(entry(kHello));
    ASSERT_TRUE(d.open(whole.substr(0, cut)));
    d.send(whole.substr(cut));
    EXPECT_EQ(d.end(), "send HELLO\n\nrecv WORLD\n\n< WORLD\n\nclose\n< FIN\nend\n");
  }
}

TEST(Session, TheServerMaySpeakFirst) {
  Dialogue d(entry("{ recv = \"220 hi\" },\n{ send = \"QUIT\" },\n"));
  ASSERT_TRUE(d.open());
  d.send("QUIT");
  d.hang_up();
  EXPECT_EQ(d.end(), "recv 220 hi\n< 220 hi\nsend QUIT\n< FIN\nend\n");
}

TEST(Session, NothingIsOpenedForASilentClientThatShouldSpeakFirst) {
  Dialogue d(entry(kHello));
  EXPECT_TRUE(d.ledger().has_session(d.to()));
  EXPECT_FALSE(d.open());
}

TEST(Session, ADifferenceEndsInReset) {
  Dialogue d(entry(kHello));
  ASSERT_TRUE(d.open("HELP!\n"));
  EXPECT_EQ(d.end(), "send HELP!\n\n! mismatch: tcp://h:80: step 1 of 3 differs\n< RST\nend\n");
  ASSERT_EQ(d.findings().size(), 1u);
  EXPECT_EQ(differences_text(d.findings()[0].differences), "send: expected \"HELLO\\n\" got \"HELP!\\n\" (differs at byte 3: expected \"LO\\n\", got \"P!\\n\")\n");
  EXPECT_EQ(d.findings()[0].suggestion, "{ send = \"HELP!\\n\" }");
  EXPECT_EQ(d.findings()[0].notes.at(0), "2 later steps were not played");
  EXPECT_EQ(d.findings()[0].at.line, 5u);
}

TEST(Session, BytesThatAreNoTextAreShownInHex) {
  Dialogue d(entry("{ send = { hex = \"00 00 00 05\" } },\n"));
  ASSERT_TRUE(d.open(std::string_view("\0\0\0\xf6", 4)));
  d.end();
  ASSERT_EQ(d.findings().size(), 1u);
  EXPECT_EQ(d.findings()[0].differences.at(0).note, "differs at byte 3: expected 05, got f6");
  EXPECT_EQ(d.findings()[0].suggestion, "{ send = { hex = \"00 00 00 f6\" } }");
}

TEST(Session, AStepAtTheWrongMomentNamesTheHistory) {
  Dialogue d(entry("{ send = \"A\\n\" },\n{ recv = \"a\" },\n{ send = \"B\\n\" },\n{ send = \"C\\n\" },\n"));
  ASSERT_TRUE(d.open("A\n"));
  d.send("C\n");
  EXPECT_EQ(d.end(), "send A\n\nrecv a\n< a\nsend C\n\n! out-of-state: tcp://h:80: step 4 of 4 came too early: send \"C\\n\"\n< RST\nend\n");
  EXPECT_EQ(d.findings()[0].notes.at(0), "the session waits for step 3: send \"B\\n\"");
  EXPECT_EQ(d.findings()[0].notes.at(1), "played before: send \"A\\n\", recv \"a\"");
}

TEST(Session, StepsLeftOverAreUnused) {
  Dialogue d(entry("{ send = \"A\" },\n{ send = \"B\" },\n{ recv = \"b\" },\n{ send = \"C\", required = false },\n"));
  ASSERT_TRUE(d.open("A"));
  EXPECT_EQ(d.end(), "send A\nend\n! unused: tcp://h:80: step 2 of 4 never happened: send \"B\"\n! unused: tcp://h:80: step 3 of 4 never happened: recv \"b\"\n");
}

TEST(Session, SeveralStepsInOneWrite) {
  Dialogue d(entry("{ send = \"A\\n\" },\n{ recv = \"a\" },\n{ send = \"B\\n\" },\n{ recv = \"b\" },\n"));
  ASSERT_TRUE(d.open("A\nB\n"));
  EXPECT_EQ(d.end(), "send A\n\nrecv a\n< a\nsend B\n\nrecv b\n< b\nend\n");
}

TEST(Session, TooMuchIsTold) {
  Dialogue d(entry("{ send = \"A\\n\" },\n"));
  ASSERT_TRUE(d.open("A\nB"));
  EXPECT_EQ(d.end(), "send A\n\nsend B\n! out-of-state: tcp://h:80: the program sent 1 byte after the last step\n< RST\nend\n");
}

TEST(Session, AHoleAtTheEndIsTakenAfterASilence) {
  Dialogue d(entry("{ send = \"N={{n:int}}\" },\n{ recv = \"got {{n}}\" },\n"));
  ASSERT_TRUE(d.open("N=1"));
  EXPECT_TRUE(d.session().settling());
  d.send("2");
  d.settle();
  EXPECT_EQ(d.end(), "send N=12\nrecv got 12\n< got 12\nend\n");
}

TEST(Session, AHoleWithTextBehindItNeedsNoSilence) {
  Dialogue d(entry("{ send = \"N={{int}}\\n\" },\n{ recv = \"ok\" },\n"));
  ASSERT_TRUE(d.open("N=1"));
  d.send("2\n");
  EXPECT_EQ(d.end(), "send N=12\n\nrecv ok\n< ok\nend\n");
}

TEST(Session, AHoleThatCanNoLongerFitIsTold) {
  Dialogue d(entry("{ send = \"N={{int}}\\n\" },\n"));
  ASSERT_TRUE(d.open("N=1x"));
  EXPECT_EQ(d.end(), "send N=1x\n! mismatch: tcp://h:80: step 1 of 1 differs\n< RST\nend\n");
}

TEST(Session, HalfAMessageIsJudgedAfterALongSilence) {
  Dialogue d(entry("{ send = \"PING\\r\\n\" },\n{ recv = \"PONG\" },\n"));
  ASSERT_TRUE(d.open("PING"));
  for (int i = 0; i < 99; ++i) d.settle();
  EXPECT_TRUE(d.findings().empty());
  d.settle();
  ASSERT_EQ(d.findings().size(), 1u);
  EXPECT_EQ(d.findings()[0].message, "tcp://h:80: step 1 of 2 differs");
}

TEST(Session, JsonEndsWhereItsBracketsClose) {
  Dialogue d(entry("{ send = { json = { a = \"}\", n = \"{{int}}\" } } },\n{ recv = { json = { ok = true } } },\n"));
  ASSERT_TRUE(d.open(R"({"n": 1, "a": )"));
  d.send(R"("}"})");
  EXPECT_EQ(d.end(), "send {\"n\": 1, \"a\": \"}\"}\nrecv {\"ok\":true}\n< {\"ok\":true}\nend\n");
}

TEST(Session, OptionalStepsMayBeLeftOut) {
  const std::string steps = "{ send = \"HELLO\\n\", required = false },\n{ send = \"GO\\n\" },\n{ recv = \"ok\" },\n";
  Dialogue without(entry(steps));
  ASSERT_TRUE(without.open("GO\n"));
  EXPECT_EQ(without.end(), "send GO\n\nrecv ok\n< ok\nend\n");
  Dialogue with(entry(steps));
  ASSERT_TRUE(with.open("HELLO\nGO\n"));
  EXPECT_EQ(with.end(), "send HELLO\n\nsend GO\n\nrecv ok\n< ok\nend\n");
}

TEST(Session, FaultsAndDelays) {
  Dialogue reset(entry("{ send = \"A\" },\n{ fault = \"reset\" },\n"));
  ASSERT_TRUE(reset.open("A"));
  EXPECT_EQ(reset.end(), "send A\nfault\n< RST\nend\n");
  Dialogue delay(entry("{ send = \"A\" },\n{ recv = \"b\", delay = \"30ms\" },\n"));
  ASSERT_TRUE(delay.open("A"));
  EXPECT_EQ(delay.end(), "send A\n(30 ms)\nrecv b\n< b\nend\n");
  Dialogue silence(entry("{ send = \"A\" },\n{ fault = \"timeout\" },\n"));
  ASSERT_TRUE(silence.open("A"));
  silence.send("more");
  silence.hang_up();
  EXPECT_EQ(silence.end(), "send A\nfault\nend\n");
}

TEST(Session, ADatagramIsOneStep) {
  Dialogue d("[[expect]]\nsocket = \"udp://h:80\"\nsteps = [ { send = \"m:{{int}}|ms\" }, { send = \"n\" }, { recv = \"ok\" } ]\n", Transport::udp);
  ASSERT_TRUE(d.open("m:12|ms"));
  d.send("n");
  EXPECT_EQ(d.end(), "send m:12|ms\nsend n\nrecv ok\n< ok\nend\n");
  Dialogue part("[[expect]]\nsocket = \"udp://h:80\"\nsteps = [ { send = \"m:{{int}}|ms\" } ]\n", Transport::udp);
  ASSERT_TRUE(part.open("m:12"));
  EXPECT_EQ(part.end(), "send m:12\n! mismatch: udp://h:80: step 1 of 1 differs\n< RST\nend\n");
}

TEST(Session, TheSessionIsChosenByItsFirstStep) {
  const std::string two = entry("{ send = \"A\\n\" },\n") + entry("{ send = \"B\\n\" },\n");
  Dialogue d("[settings]\norder = \"any\"\n" + two);
  ASSERT_TRUE(d.open("B\n"));
  EXPECT_EQ(d.session().entry().index, 1u);
  EXPECT_TRUE(d.session().done());
  EXPECT_EQ(d.end(), "send B\n\nend\n! unused: tcp://h:80 never happened\n");
  Dialogue strict(two);
  ASSERT_TRUE(strict.open("B\n"));
  EXPECT_EQ(strict.end(), "send B\n\n! out-of-order: connect to tcp://h:80 came before t.toml:2 tcp://h:80\nend\n! unused: tcp://h:80 never happened\n");
}

TEST(Session, TheProgramMayCloseFirst) {
  Dialogue d(entry("{ send = \"A\" },\n{ close = true },\n"), Transport::tcp);
  ASSERT_TRUE(d.open("A"));
  d.hang_up();
  EXPECT_EQ(d.end(), "send A\nclose\n< FIN\nend\n");
}

TEST(UnexpectedBytes, NamesTheDestinationAndTheCure) {
  Dialogue d(entry(kHello, "tcp://h:81"));
  const Finding found = d.ledger().unexpected_bytes(d.to(), "PING\r\n");
  EXPECT_EQ(found.message, "tcp://h:80: 6 bytes of no known protocol");
  EXPECT_EQ(found.nearest_reason, "port differs: 80 instead of 81");
  EXPECT_EQ(found.suggestion, "[[expect]]\nsocket = \"tcp://h:80\"\nsteps  = [ { send = \"PING\\r\\n\" } ]");
  const Finding silent = d.ledger().unexpected_bytes(d.to(), "");
  EXPECT_EQ(silent.message, "tcp://h:80: connected, and the program waits for the server to speak first");
  EXPECT_EQ(silent.suggestion, "[[expect]]\nsocket = \"tcp://h:80\"\nsteps  = [ { recv = \"\" } ]");
}

}  // namespace
}  // namespace bigfoot
