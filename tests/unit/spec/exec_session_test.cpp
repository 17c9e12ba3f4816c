// tests/unit/spec/exec_session_test.cpp - Mocked commands as dialogues: what the child prints, what it reads, how it ends.
#include <gtest/gtest.h>

#include "tests/unit/spec/spec_text.h"

namespace bigfoot {
namespace {

/// Plays one command and writes down everything: "1> text" and "2> text" printed, "exit 0", "! finding".
class Child {
 public:
  explicit Child(const std::string& entry) : spec_(spec_of("[[expect]]\nexec = [\"make\", \"all\"]\n" + entry)), ledger_(spec_, quiet_world()) {
    Fields call = Fields::object();
    call["path"] = "/usr/bin/make";
    call["argv"] = {"make", "all"};
    session_ = std::move(ledger_.offer_exec(call, 1).session);
    run();
  }
  Child& write(std::string_view bytes) {
    session_->received(bytes);
    return run();
  }
  Child& silence() {
    if (!session_->settling()) return *this;
    log_ += "(silence)\n";
    session_->settle();
    return run();
  }
  Child& close_stdin() {
    session_->stdin_ended();
    return run();
  }
  /// The whole dialogue, the child being gone.
  std::string end() {
    findings_ = session_->end();
    for (const Finding& finding : findings_) log_ += "! " + std::string(to_text(finding.kind)) + ": " + finding.message + "\n" + differences_text(finding.differences);
    for (const Finding& finding : ledger_.finish()) log_ += "! " + std::string(to_text(finding.kind)) + ": " + finding.message + "\n";
    EXPECT_TRUE(session_->end().empty());
    return log_;
  }
  const std::vector<Finding>& findings() const { return findings_; }
  ExecSession& session() { return *session_; }

 private:
  Child& run() {
    while (!over_) {
      const ExecSession::Action action = session_->next();
      if (std::holds_alternative<ExecSession::Read>(action)) break;
      if (const auto* print = std::get_if<ExecSession::Print>(&action)) log_ += std::to_string(print->fd) + "> " + print->bytes + (print->bytes.ends_with('\n') ? "" : "\n");
      if (const auto* pause = std::get_if<ExecSession::Pause>(&action)) log_ += "(" + std::to_string(pause->time.count() / 1000) + " ms)\n";
      if (const auto* exit = std::get_if<ExecSession::Exit>(&action)) over_ = true, log_ += "exit " + std::to_string(exit->status) + "\n";
      if (const auto* die = std::get_if<ExecSession::Die>(&action)) over_ = true, log_ += "signal " + std::to_string(die->signal) + "\n";
    }
    return *this;
  }
  Spec spec_;
  Ledger ledger_;
  std::unique_ptr<ExecSession> session_;
  std::string log_;
  std::vector<Finding> findings_;
  bool over_ = false;
};

struct ReplyCase {
  const char* name;
  const char* entry;
  std::vector<const char*> in;
  const char* told;
};
const ReplyCase kReplies[] = {
    {"Nothing", "", {}, "exit 0\n"},
    {"Status", "reply = { exit = 3 }", {}, "exit 3\n"},
    {"Signal", "reply = { signal = \"SIGTERM\" }", {}, "signal 15\n"},
    {"SignalByNumber", "reply = { signal = 9 }", {}, "signal 9\n"},
    {"SignalInShort", "reply = { signal = \"SEGV\" }", {}, "signal 11\n"},
    {"BothStreamsAfterADelay", "reply = { stderr = \"warning\\n\", stdout = \"a\\n\", delay = \"20ms\" }", {}, "(20 ms)\n1> a\n2> warning\nexit 0\n"},
    {"Json", "reply = { stdout = { json = { a = [1, \"{{req.argv[1]}}\"] } } }", {}, "1> {\"a\":[1,\"all\"]}\nexit 0\n"},
    {"JsonAsText", "reply = { stdout = { json = '{\"a\": null}' } }", {}, "1> {\"a\":null}\nexit 0\n"},
    {"Bytes", "reply = { stdout = { hex = \"68 69\" }, stderr = { base64 = \"aGk=\" } }", {}, "1> hi\n2> hi\nexit 0\n"},
    {"Text", "reply = { stdout = { text = \"{{int}}\" } }", {}, "1> {{int}}\nexit 0\n"},
    {"Holes", "reply = { stdout = \"{{env.STRIPE_KEY}} {{now}}\" }", {}, "1> sk_test_1 2026-01-02T03:04:05.678Z\nexit 0\n"},
    {"StdinInPieces", "stdin = \"a {{n:int}}\\n\"\nreply = { exit = 1 }", {"a ", "12", "\n"}, "exit 1\n"},
    {"StdinOfAnyKind", "stdin = \"*\"", {"what", "ever"}, "exit 0\n"},
    {"StdinAsJson", "stdin = { json = { a = \"{{int}}\" } }", {"{\"a\": ", "1}"}, "exit 0\n"},
    {"StdinDiffers", "stdin = \"yes\\n\"\nreply = { stdout = \"x\\n\" }", {"no\n"},
     "1> x\n2> bigfoot-run: mismatch: exec [\"make\", \"all\"]: 1 field differs\nexpected by t.toml:2 exec [\"make\", \"all\"]\n  stdin  expected \"yes\\n\"  got \"no\\n\"\n"
     "exit 127\n! mismatch: exec [\"make\", \"all\"]: 1 field differs\nstdin: expected \"yes\\n\" got \"no\\n\"\n"},
    {"StdinDiffersAndIsServed", "stdin = \"\"\non_mismatch = \"serve\"\nreply = { exit = 2 }", {"no\n"},
     "exit 2\n! mismatch: exec [\"make\", \"all\"]: 1 field differs\nstdin: expected \"\" got \"no\\n\"\n"},
    {"StdinIsNotMentioned", "reply = { stdout = \"x\\n\" }", {"no\n"}, "1> x\nexit 0\n! unasserted: exec [\"make\", \"all\"]: stdin not asserted\nstdin: expected (no key) got \"no\\n\"\n"},
    {"AValueThatNobodyGave", "reply = { stdout = \"{{req.json.a}}\\n\" }", {},
     "1> \nexit 0\n! out-of-state: exec [\"make\", \"all\"]: the reply needs {{req.json.a}}, which nothing has given yet\n"},
};

TEST(ExecReply, IsPrintedWhileStdinIsReadToItsEnd) {
  for (const ReplyCase& row : kReplies) {
    Child child(row.entry + std::string("\n"));
    for (const char* piece : row.in) child.write(piece);
    EXPECT_EQ(child.close_stdin().end(), row.told) << row.name;
  }
}

TEST(ExecReply, OneThatWasKilledIsJudgedByWhatCame) {
  EXPECT_EQ(Child("stdin = \"abc\"\n").write("ab").end(), "");
  EXPECT_EQ(Child("stdin = \"\"\n").end(), "");
  EXPECT_EQ(Child("stdin = \"abc\"\n").write("x").end(), "! mismatch: exec [\"make\", \"all\"]: 1 field differs\nstdin: expected \"abc\" got \"x\"\n");
}

TEST(ExecReply, TheTimelineGetsWhatHappened) {
  Child child("stdin = \"in\"\nreply = { stdout = \"out\", signal = \"SIGKILL\" }\n");
  child.write("in").close_stdin().end();
  EXPECT_EQ(child.session().request().dump(), R"({"argv":["make","all"],"stdin":"in"})");
  EXPECT_EQ(child.session().response().dump(), R"({"signal":9,"stdout":"out"})");
  Child killed("reply = { stdout = \"out\" }\n");
  EXPECT_EQ(killed.session().response().dump(), R"({"stdout":"out"})");
}

constexpr const char* kAsk = "steps = [ { stdout = \"overwrite? \" }, { stdin = \"y\\n\" }, { stdout = \"done\\n\", delay = \"30ms\" }, { exit = 2 } ]\n";

TEST(ExecSteps, AreAConversation) {
  Child child(kAsk);
  child.write("y").write("\n");
  EXPECT_EQ(child.end(), "1> overwrite? \n(30 ms)\n1> done\nexit 2\n");
  EXPECT_EQ(child.session().request().dump(), R"({"argv":["make","all"],"stdin":"y\n"})");
  EXPECT_EQ(child.session().response().dump(), R"({"exit":2,"stdout":"overwrite? done\n"})");
}

TEST(ExecSteps, ADifferenceEndsTheCommand) {
  Child child(kAsk);
  child.write("no\n");
  EXPECT_EQ(child.end(),
            "1> overwrite? \n2> bigfoot-run: mismatch: exec [\"make\", \"all\"]: step 2 of 4 differs\nexpected by t.toml:4 exec [\"make\", \"all\"]\n"
            "  stdin  expected \"y\\n\"  got \"no\\n\"  (differs at byte 0: expected \"y\\n\", got \"no\")\nplayed before: stdout \"overwrite? \"\n2 later steps were not played\nexit 127\n"
            "! mismatch: exec [\"make\", \"all\"]: step 2 of 4 differs\nstdin: expected \"y\\n\" got \"no\\n\" (differs at byte 0: expected \"y\\n\", got \"no\")\n");
  EXPECT_EQ(child.findings().at(0).suggestion, "{ stdin = \"no\\n\" }");
}

TEST(ExecSteps, WhatComesTooEarlyIsOutOfState) {
  Child child("steps = [ { stdin = \"a\\n\" }, { stdout = \"A\\n\" }, { stdin = \"b\\n\" } ]\n");
  child.write("b\n");
  EXPECT_EQ(child.end(),
            "2> bigfoot-run: out-of-state: exec [\"make\", \"all\"]: step 3 of 3 came too early: stdin \"b\\n\"\nexpected by t.toml:4 exec [\"make\", \"all\"]\n"
            "the session waits for step 1: stdin \"a\\n\"\n2 later steps were not played\nexit 127\n"
            "! out-of-state: exec [\"make\", \"all\"]: step 3 of 3 came too early: stdin \"b\\n\"\n");
}

TEST(ExecSteps, StdinThatEndsTooEarlyLeavesStepsUnused) {
  EXPECT_EQ(Child(kAsk).close_stdin().end(),
            "1> overwrite? \n2> bigfoot-run: unused: exec [\"make\", \"all\"]: step 2 of 4 never happened: stdin \"y\\n\"\nexpected by t.toml:4 exec [\"make\", \"all\"]\nexit 127\n"
            "! unused: exec [\"make\", \"all\"]: step 2 of 4 never happened: stdin \"y\\n\"\n! unused: exec [\"make\", \"all\"]: step 3 of 4 never happened: stdout \"done\\n\"\n"
            "! unused: exec [\"make\", \"all\"]: step 4 of 4 never happened: exit 2\n");
}

TEST(ExecSteps, OneThatIsKilledLeavesStepsUnused) {
  EXPECT_EQ(Child("steps = [ { stdin = \"a\" }, { exit = 0, required = false } ]\n").end(), "! unused: exec [\"make\", \"all\"]: step 1 of 2 never happened: stdin \"a\"\n");
}

TEST(ExecSteps, WithoutAnExitStdinIsReadToItsEnd) {
  const std::string steps = "steps = [ { stdin = \"a\\n\" }, { stderr = \"A\\n\" } ]\n";
  EXPECT_EQ(Child(steps).write("a\n").close_stdin().end(), "2> A\nexit 0\n");
  EXPECT_EQ(Child(steps).write("a\nb").close_stdin().end(),
            "2> A\n2> bigfoot-run: out-of-state: exec [\"make\", \"all\"]: the program sent 1 byte of stdin after the last step\nexpected by t.toml:2 exec [\"make\", \"all\"]\n"
            "sent: \"b\"\nplayed before: stdin \"a\\n\", stderr \"A\\n\"\nexit 127\n"
            "! out-of-state: exec [\"make\", \"all\"]: the program sent 1 byte of stdin after the last step\n");
}

TEST(ExecSteps, WhatIsLeftAtTheExitIsTold) {
  Child child("steps = [ { stdin = \"a\\n\" }, { exit = 0 } ]\n");
  EXPECT_EQ(child.write("a\nbc").write("later").end(), "exit 0\n! out-of-state: exec [\"make\", \"all\"]: the program sent 2 bytes of stdin after the last step\n");
  EXPECT_EQ(child.findings().at(0).suggestion, "{ stdin = \"bc\" }");
}

TEST(ExecSteps, AHoleAtTheEndIsTakenAfterASilence) {
  Child child("steps = [ { stdin = \"n={{n:int}}\" }, { stdout = \"got {{n}} of {{req.argv[1]}}\\n\" }, { signal = \"SIGINT\" } ]\n");
  child.write("n=1").write("2").silence();
  EXPECT_EQ(child.end(), "(silence)\n1> got 12 of all\nsignal 2\n");
}

TEST(ExecSteps, OptionalStepsMayBeLeftOut) {
  const std::string steps = "steps = [ { stdin = \"a\\n\", required = false }, { stdin = \"b\\n\" }, { exit = 1 } ]\n";
  EXPECT_EQ(Child(steps).write("b\n").end(), "exit 1\n");
  EXPECT_EQ(Child(steps).write("a\nb\n").end(), "exit 1\n");
}

TEST(ExecSteps, MegabytesGoBothWays) {
  const std::string big(4 << 20, 'x');
  Child child("steps = [ { stdin = { contains = \"end\" } }, { stdout = \"" + std::string(1 << 20, 'y') + "\" }, { exit = 0 } ]\n");
  for (std::size_t at = 0; at < big.size(); at += 1 << 20) child.write(std::string_view(big).substr(at, 1 << 20));
  child.write("end").silence();
  EXPECT_EQ(child.session().response()["stdout"].get_ref<const std::string&>().size(), 1u << 20);
  EXPECT_EQ(child.session().end().size(), 0u);
}

}  // namespace
}  // namespace bigfoot
