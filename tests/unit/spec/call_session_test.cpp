// tests/unit/spec/call_session_test.cpp - Sessions of calls: which turn a call is, and what is told of it. The turns are made by hand,
// so that no protocol's own reading of steps takes part.
#include <gtest/gtest.h>

#include "tests/unit/spec/spec_text.h"

namespace bigfoot {
namespace {

FieldPattern field(const std::string& name, const std::string& toml) { return {name, pattern_of(toml, compile_pattern), Place{"t.toml", 1, 1}}; }

Turn query(const std::string& sql, const std::string& answer, const std::string& params = "") {
  Turn turn;
  turn.verb = "query";
  turn.shown = "query \"" + sql + "\"";
  turn.identity = {field("query", "\"" + sql + "\"")};
  turn.asserted = {FieldPattern{"params", params.empty() ? nullptr : pattern_of(params, compile_pattern), Place{}}};
  Diagnostics problems;
  turn.reply.fields = compile_template(node_of("{ tag = \"" + answer + "\" }", problems), problems);
  return turn;
}
Turn verb(const std::string& name) {
  Turn turn;
  turn.verb = turn.shown = name;
  return turn;
}
Turn push(const std::string& text) {
  Turn turn = query("", text);
  turn.verb = "notify";
  turn.shown = "notify " + text;
  turn.push = true;
  return turn;
}
Turn optional(Turn turn) {
  turn.required = false;
  return turn;
}

Call sql(const std::string& text, Value params = Value::array()) { return {"query", {{"query", text}, {"params", std::move(params)}}}; }
Call ambient(const std::string& text) {
  Call call = sql(text);
  call.unnamed = Unnamed::ambient;
  return call;
}
Call plain(const std::string& op, Unnamed unnamed = Unnamed::unasserted) {
  Call call{op, Fields::object(), unnamed};
  call.ends = op == "close";
  return call;
}

class Dialogue {
 public:
  explicit Dialogue(std::vector<std::vector<Turn>> sessions) : spec_(spec_with(std::move(sessions))), ledger_(spec_, quiet_world()) {}

  std::unique_ptr<CallSession> connect(const std::string& database = "app") {
    return ledger_.open_calls(protocol(), Opening{{{"user", "u"}, {"host", "h"}, {"port", 5432}, {"database", database}}});
  }
  /// The tag of the answer, "refused: ..." or "itself"; findings go to the log.
  std::string call(CallSession& session, const Call& call) {
    Outcome outcome = session.offer(call, ++seq_);
    take(std::move(outcome.findings));
    if (outcome.refuse) return "refused";
    if (outcome.own_answer) return outcome.ambient ? "ambient" : "itself";
    return outcome.rendered.value("tag", "done");
  }
  std::string said(CallSession& session) {
    if (!session.waiting_push()) return "";
    CallSession::Push push = session.play_push();
    take(std::move(push.findings));
    return push.said.value("tag", "");
  }
  void end(CallSession& session) { take(session.end()); }
  std::string finish() {
    take(ledger_.finish());
    return log_;
  }
  const Finding& last() const { return last_; }

 private:
  static const ProtocolInfo& protocol() { return *find_protocol("postgres"); }
  static Spec spec_with(std::vector<std::vector<Turn>> sessions) {
    Spec spec;
    for (std::vector<Turn>& turns : sessions) {
      Entry entry;
      entry.index = spec.entries.size();
      entry.at = {"t.toml", static_cast<unsigned>(10 * (entry.index + 1)), 1};
      entry.headline = "postgres u@h/app";
      entry.protocol = &protocol();
      entry.identity = {field("user", "\"u\""), field("database", "\"app\"")};
      entry.turns = std::move(turns);
      for (Turn& turn : entry.turns) turn.at = entry.at;
      spec.entries.push_back(std::move(entry));
    }
    return spec;
  }
  void take(std::vector<Finding> findings) {
    for (Finding& finding : findings) {
      log_ += std::string(to_text(finding.kind)) + ": " + finding.message + "\n";
      last_ = std::move(finding);
    }
  }
  Spec spec_;
  Ledger ledger_;
  std::uint64_t seq_ = 0;
  std::string log_;
  Finding last_;
};

TEST(CallSession, PlaysItsTurnsInOrder) {
  Dialogue d({{query("A", "a"), optional(query("O", "o")), verb("commit"), verb("close")}});
  const auto session = d.connect();
  EXPECT_EQ(d.call(*session, ambient("SHOW x")), "ambient");
  EXPECT_EQ(d.call(*session, sql("A")), "a");
  EXPECT_EQ(d.call(*session, ambient("SHOW y")), "ambient");
  EXPECT_EQ(d.call(*session, plain("commit")), "done");
  d.end(*session);  // the end of the connection is its close
  EXPECT_EQ(d.finish(), "");
}

TEST(CallSession, ServesACallWhoseFieldsDifferAndSaysSo) {
  Dialogue d({{query("A", "a", "[\"alice\"]"), query("B", "b")}});
  const auto session = d.connect();
  EXPECT_EQ(d.call(*session, sql("A", {"bob"})), "a");
  EXPECT_EQ(d.last().suggestion, R"(params = ["bob"])");
  EXPECT_EQ(differences_text(d.last().differences), "params[0]: expected \"alice\" got \"bob\"\n");
  EXPECT_EQ(d.call(*session, sql("B", {1})), "b");
  EXPECT_EQ(d.last().suggestion, "params = [1]");
  d.end(*session);
  EXPECT_EQ(d.finish(),
            "mismatch: postgres u@h/app: step 1 of 2 differs: query \"A\"\n"
            "unasserted: postgres u@h/app: step 2 of 2 (query \"B\"): params not asserted\n");
}

TEST(CallSession, ServesAStepThatComesTooEarlyAndTheOvertakenOneAfterIt) {
  Dialogue d({{query("A", "a"), query("B", "b"), query("C", "c")}});
  const auto session = d.connect();
  EXPECT_EQ(d.call(*session, sql("A")), "a");
  EXPECT_EQ(d.call(*session, sql("C")), "c");
  EXPECT_EQ(d.last().notes, (std::vector<std::string>{"the session waits for step 2: query \"B\"", "played before: query \"A\""}));
  EXPECT_EQ(d.call(*session, sql("B")), "b");
  d.end(*session);
  EXPECT_EQ(d.finish(), "out-of-state: postgres u@h/app: step 3 of 3 came too early: query \"C\"\n");
}

TEST(CallSession, RefusesWhatFitsNothingAndTellsTheRestOnce) {
  Dialogue d({{query("SELECT a", "a"), query("SELECT b", "b"), query("SELECT c", "c")}});
  const auto session = d.connect();
  EXPECT_EQ(d.call(*session, sql("SELECT a")), "a");
  EXPECT_EQ(d.call(*session, sql("SELECT x")), "refused");
  EXPECT_EQ(d.last().nearest_reason, "step 2, query \"SELECT b\": query differs at \"b\"");
  EXPECT_EQ(d.last().suggestion, R"({ query = "SELECT x" })");
  EXPECT_EQ(d.last().suggestion_verb, "add the step");
  d.end(*session);
  EXPECT_EQ(d.last().notes, (std::vector<std::string>{"1 later step did not happen either"}));
  EXPECT_EQ(d.finish(),
            "unexpected: postgres u@h:5432/app: query = \"SELECT x\"\n"
            "unused: postgres u@h/app: step 2 of 3 never happened: query \"SELECT b\"\n");
}

TEST(CallSession, TellsEachStepThatIsLeftOver) {
  Dialogue d({{query("A", "a"), query("B", "b"), verb("close")}});
  const auto session = d.connect();
  EXPECT_EQ(d.call(*session, sql("A")), "a");
  EXPECT_EQ(d.call(*session, plain("close")), "done");
  d.end(*session);
  EXPECT_EQ(d.finish(), "unused: postgres u@h/app: step 2 of 3 never happened: query \"B\"\n");
}

TEST(CallSession, AsksToMentionWhatItAnswersItself) {
  Dialogue d({{query("A", "a"), query("B", "b")}});
  const auto session = d.connect();
  EXPECT_EQ(d.call(*session, sql("A")), "a");
  EXPECT_EQ(d.call(*session, plain("commit")), "itself");
  EXPECT_EQ(d.last().suggestion, "{ commit = true }");
  EXPECT_EQ(d.call(*session, sql("B")), "b");
  d.end(*session);
  EXPECT_EQ(d.finish(), "unasserted: postgres u@h:5432/app: commit = true: no step mentions it\n");
}

TEST(CallSession, ConnectionsInReserveSpendNothing) {
  Dialogue d({{query("A", "a")}});
  const auto reserve = d.connect(), other = d.connect();
  EXPECT_EQ(d.call(*reserve, ambient("SHOW x")), "ambient");
  EXPECT_EQ(d.call(*other, sql("A")), "a");
  EXPECT_EQ(d.call(*reserve, plain("close")), "ambient");
  d.end(*reserve);
  d.end(*other);
  EXPECT_EQ(d.finish(), "");
}

TEST(CallSession, TheFirstCallChoosesTheEntry) {
  Dialogue d({{query("A", "a"), query("C", "c1")}, {query("B", "b"), query("C", "c2")}});
  const auto one = d.connect(), two = d.connect();
  EXPECT_EQ(d.call(*one, sql("B")), "b");
  EXPECT_EQ(d.call(*two, sql("A")), "a");
  EXPECT_EQ(d.call(*one, sql("C")), "c2");
  EXPECT_EQ(d.call(*two, sql("C")), "c1");
  d.end(*one);
  d.end(*two);
  EXPECT_EQ(d.finish(), "out-of-order: postgres u@h/app: query came before t.toml:10 postgres u@h/app\n");
}

TEST(CallSession, EntriesThatBeginAlikeAreToldApartByTheCallThatDiffers) {
  Dialogue d({{verb("commit"), query("A", "a")}, {verb("commit"), query("B", "b")}});
  const auto one = d.connect(), two = d.connect();
  EXPECT_EQ(d.call(*one, plain("commit")), "done");
  EXPECT_EQ(d.call(*one, ambient("SHOW x")), "ambient");
  EXPECT_EQ(d.call(*two, plain("commit")), "done");
  EXPECT_EQ(d.call(*one, sql("B")), "b");  // what the other one has held meanwhile
  EXPECT_EQ(d.call(*two, sql("A")), "a");
  d.end(*one);
  d.end(*two);
  EXPECT_EQ(d.finish(), "out-of-order: postgres u@h/app: commit came before t.toml:10 postgres u@h/app\n");
}

TEST(CallSession, ASessionThatEndsUndecidedIsTheEarliestItCouldBe) {
  Dialogue d({{verb("commit"), query("A", "a")}, {verb("commit"), query("B", "b")}});
  const auto one = d.connect();
  EXPECT_EQ(d.call(*one, plain("commit")), "done");
  d.end(*one);
  const auto two = d.connect();
  EXPECT_EQ(d.call(*two, plain("commit")), "done");
  EXPECT_EQ(d.call(*two, sql("B")), "b");
  d.end(*two);
  EXPECT_EQ(d.finish(), "unused: postgres u@h/app: step 2 of 2 never happened: query \"A\"\n");
}

TEST(CallSession, EntriesThatBeginAlikeButAnswerOtherwiseAreTakenInOrder) {
  Dialogue d({{query("A", "one"), query("B", "b")}, {query("A", "two"), query("C", "c")}});
  const auto one = d.connect();
  EXPECT_EQ(d.call(*one, sql("A")), "one");
  EXPECT_EQ(d.call(*one, sql("C")), "refused");
  d.end(*one);
}

TEST(CallSession, AnotherSessionOfTheSameEntryIsUnexpectedOnlyWithItsFirstCall) {
  Dialogue d({{query("A", "a")}});
  const auto one = d.connect(), two = d.connect();
  EXPECT_EQ(d.call(*one, sql("A")), "a");
  EXPECT_EQ(d.call(*two, sql("A")), "refused");
  d.end(*one);
  d.end(*two);
  EXPECT_EQ(d.finish(), "unexpected: postgres u@h:5432/app: query = \"A\"\n");
  EXPECT_EQ(d.last().suggestion, "[[expect]]\npostgres = \"u@h:5432/app\"\nsteps    = [\n  { query = \"A\" },\n]");
}

TEST(CallSession, AConnectionThatNothingNamesIsToldEvenWithoutACall) {
  Dialogue d({{query("A", "a")}});
  const auto right = d.connect(), wrong = d.connect("test");
  EXPECT_FALSE(wrong->is_named());
  EXPECT_EQ(d.call(*wrong, ambient("SHOW x")), "ambient");
  EXPECT_EQ(d.call(*right, sql("A")), "a");
  d.end(*wrong);
  EXPECT_EQ(d.last().nearest_reason, "database differs: test instead of app, already used at #2");
  d.end(*right);
  EXPECT_EQ(d.finish(), "unexpected: postgres u@h:5432/test\n");
}

TEST(CallSession, SaysWhatItsPushesSayWhenTheirTurnCame) {
  Dialogue d({{push("hello"), query("A", "a"), push("one"), push("two"), query("B", "b")}});
  const auto session = d.connect();
  EXPECT_EQ(d.said(*session), "");  // no entry is chosen yet
  EXPECT_EQ(d.call(*session, sql("A")), "a");
  EXPECT_EQ(d.said(*session), "hello");
  EXPECT_EQ(d.said(*session), "one");
  EXPECT_EQ(d.call(*session, sql("B")), "b");  // the program need not wait for what is pushed
  EXPECT_EQ(d.said(*session), "two");
  EXPECT_EQ(d.said(*session), "");
  d.end(*session);
  EXPECT_EQ(d.finish(), "");
}

TEST(CallSession, LooksAheadWithoutSpendingAnything) {
  Dialogue d({{query("A", "a", "[1]")}});
  const auto session = d.connect();
  Call ahead = sql("A");
  ahead.peek = true;
  ahead.withheld = {"params"};
  EXPECT_EQ(d.call(*session, ahead), "a");
  EXPECT_EQ(d.call(*session, ahead), "a");
  EXPECT_EQ(d.call(*session, sql("A", {1})), "a");
  ahead.fields["query"] = "X";
  EXPECT_EQ(d.call(*session, ahead), "refused");
  d.end(*session);
  EXPECT_EQ(d.finish(), "unexpected: postgres u@h:5432/app: query = \"X\"\n");
}

}  // namespace
}  // namespace bigfoot
