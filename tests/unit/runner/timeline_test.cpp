// tests/unit/runner/timeline_test.cpp - What a run leaves behind, whole, killed, and read again. Source: outputs.md.
#include "runner/timeline.h"

#include <gmock/gmock.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "runner/json_text.h"
#include "runner/report.h"
#include "runner/timeline_normalize.h"
#include "runner/timeline_read.h"

namespace bigfoot {
namespace {

namespace fs = std::filesystem;

/// A folder of its own for each test, gone with it.
class TimelineTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "timeline_test.XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    folder_ = name;
  }
  void TearDown() override { fs::remove_all(folder_); }

  std::string path(const std::string& name) const { return (folder_ / name).string(); }
  std::unique_ptr<Timeline> open(const std::string& name, std::size_t body_limit = 64 * 1024) {
    auto timeline = Timeline::open({name.empty() ? std::nullopt : std::optional(name), body_limit}, run_, redactor_);
    EXPECT_TRUE(timeline) << timeline.error();
    return std::move(*timeline);
  }
  static std::string text_of(const std::string& file) {
    std::ifstream in(file, std::ios::binary);
    std::stringstream text;
    text << in.rdbuf();
    return text.str();
  }

  RunInfo run_{{"./tests", "--all"}, "/abs", {"orders.toml"}, "2026-01-02T03:04:05.678Z", 812.4, "0.1.0", "6.1.0", "x86_64", 1};
  Redactor redactor_{{}, [](std::string_view) { return std::nullopt; }, {}};
  fs::path folder_;
};

Interaction charge(std::uint64_t seq, const std::string& state = "asserted") {
  Interaction interaction;
  interaction.seq = seq;
  interaction.t_ms = 212.0312;
  interaction.duration_ms = 0.42;
  interaction.pid = 3;
  interaction.connection = 2;
  interaction.protocol = "http";
  interaction.op = "request";
  interaction.target = "http://api.stripe.com:80";
  interaction.state = state;
  interaction.expectation = ExpectationRef{"charge", "orders.toml", 14};
  interaction.request = {{"method", "POST"},
                         {"url", "http://api.stripe.com/v1/charges"},
                         {"headers", Value::array({Value::array({"content-type", "application/json"})})},
                         {"body", R"({"amount": 5001})"}};
  interaction.response = {{"status", 200}, {"headers", Value::array()}, {"body", ""}};
  return interaction;
}

Violation mismatch() {
  Violation violation;
  violation.kind = ViolationKind::mismatch;
  violation.interaction = 4;
  violation.expectation = ExpectationRef{"charge", "orders.toml", 14};
  violation.pid = 3;
  violation.test = "test_checkout";
  violation.t_ms = 212.49996;
  violation.message = "POST http://api.stripe.com/v1/charges: 2 fields differ";
  violation.answered = "200";
  violation.fields = {{"body.amount", 5000, 5001.5, ""}, {"body.gone", nullptr, std::nullopt, ""}, {"body.raw", "a", "\xff\x01", "no text"}};
  violation.fields_equal = 3;
  violation.nearest = ExpectationRef{"", "orders.toml", 20};
  violation.nearest_text = "GET http://api.stripe.com/v1/x   path differs";
  violation.notes = {"1 earlier entry for this call was used at #2"};
  violation.suggestion_verb = "accept it";
  violation.suggestion = "body = { json = { amount = 5001 } }";
  return violation;
}

ProcessRecord tests_process() {
  ProcessRecord process;
  process.pid = 3;
  process.host_pid = 81234;
  process.ppid = 1;
  process.argv = {"./tests", "--all"};
  process.exe = "/abs/tests";
  process.started_ms = 0.9;
  return process;
}

RunOutcome ended(const Timeline& timeline) {
  RunOutcome outcome = timeline.counts();
  outcome.exit_status = 3;
  outcome.child_exit_code = 0;
  outcome.expectations = 7;
  outcome.expectations_met = 6;
  return outcome;
}

TEST_F(TimelineTest, ACallAddedAgainReadsLikeTheFirst) {
  const auto whole = open(path("whole.jsonl")), again = open(path("again.jsonl"));
  whole->add(charge(1));
  whole->add(charge(2));
  again->add(charge(1));
  again->add_again(charge(2), again->repeatable(charge(1)));
  EXPECT_EQ(again->counts().interactions, 2u);
  EXPECT_EQ(again->counts().asserted, 2u);
  EXPECT_EQ(text_of(path("again.jsonl")), text_of(path("whole.jsonl")));
}

TEST_F(TimelineTest, TheDocumentIsTheOneOfThePage) {
  const auto timeline = open(path("t.json"));
  ProcessRecord process = tests_process();
  timeline->add(process);
  timeline->add(charge(4, "mismatch"));
  timeline->add(mismatch());
  timeline->add(TestRecord{"test_checkout", 3, 200, 300.5, false});
  timeline->add(TestRecord{"test_refund", 3, 300.5, 301, true});
  process.ended_ms = 810;
  process.exit_code = 0;
  timeline->add(process);
  EXPECT_TRUE(fs::exists(path("t.json.partial.jsonl")));
  ASSERT_EQ(timeline->finish(run_, ended(*timeline)), std::nullopt);
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_), fs::directory_iterator()), 1) << "only the document is left";
  EXPECT_EQ(text_of(path("t.json")), R"({
"schema": "bigfoot-timeline/1",
"run": {"command":["./tests","--all"],"cwd":"/abs","specs":["orders.toml"],"started_at":"2026-01-02T03:04:05.678Z","duration_ms":812.400,"version":"0.1.0","kernel":"6.1.0","arch":"x86_64","seed":1},
"outcome": {"verdict":"fail","exit_status":3,"child":{"exit_code":0,"signal":null},"expectations":{"met":6,"of":7},"counts":{"interactions":1,"asserted":0,"ambient":0,"allowed":0,"unexpected":0,"mismatch":1,"unasserted":0,"unused":0,"out_of_order":0,"out_of_state":0,"guarded":0,"leaked":0,"undecoded":0,"tls_refused":0,"timeout":0}},
"processes": [
{"pid":3,"host_pid":81234,"ppid":1,"argv":["./tests","--all"],"exe":"/abs/tests","started_ms":0.900,"ended_ms":810.000,"exit_code":0,"signal":null}
],
"tests": [
{"name":"test_checkout","pid":3,"started_ms":200.000,"ended_ms":300.500,"state":"ended"},
{"name":"test_refund","pid":3,"started_ms":300.500,"ended_ms":301.000,"state":"skipped"}
],
"interactions": [
{"seq":4,"t_ms":212.031,"duration_ms":0.420,"pid":3,"connection":2,"protocol":"http","op":"request","target":"http://api.stripe.com:80","test":null,"state":"mismatch","expectation":{"id":"charge","file":"orders.toml","line":14},"request":{"method":"POST","url":"http://api.stripe.com/v1/charges","headers":[["content-type","application/json"]],"body":{"json":{"amount":5001}}},"response":{"status":200,"headers":[],"body":{"text":""}}}
],
"violations": [
{"kind":"mismatch","interaction":4,"expectation":{"id":"charge","file":"orders.toml","line":14},"pid":3,"test":"test_checkout","t_ms":212.500,"message":"POST http://api.stripe.com/v1/charges: 2 fields differ","answered":"200","fields":[{"path":"body.amount","expected":5000,"actual":5001.5},{"path":"body.gone","expected":null},{"path":"body.raw","expected":"a","actual":{"base64":"/wE=","size":2},"note":"no text"}],"fields_equal":3,"nearest":{"id":null,"file":"orders.toml","line":20},"nearest_text":"GET http://api.stripe.com/v1/x   path differs","notes":["1 earlier entry for this call was used at #2"],"suggestion_verb":"accept it","suggestion":"body = { json = { amount = 5001 } }"}
]
}
)");
}

TEST_F(TimelineTest, TheReportFromTheFileIsTheOneOfTheRun) {
  for (const std::string name : {"t.json", "t.jsonl"}) {
    const auto timeline = open(path(name));
    timeline->add(tests_process());
    timeline->add(charge(4, "mismatch"));
    for (int i = 0; i < 3; ++i) timeline->add(mismatch());
    for (int i = 0; i < 1200; ++i) {
      Violation violation = mismatch();
      violation.kind = ViolationKind::unexpected;
      violation.interaction = static_cast<std::uint64_t>(i);
      violation.message = "GET http://x/" + std::to_string(i);
      violation.likely_consequence = true;
      timeline->add(violation);
    }
    Violation unused;
    unused.kind = ViolationKind::unused;
    unused.expectation = ExpectationRef{"", "orders.toml", 31};
    unused.message = "GET http://\xff never happened";
    timeline->add(unused);
    const RunOutcome outcome = ended(*timeline);
    ASSERT_EQ(timeline->finish(run_, outcome), std::nullopt);
    const auto stored = read_run(path(name));
    ASSERT_TRUE(stored) << stored.error();
    EXPECT_TRUE(stored->complete);
    for (const bool verbose : {false, true}) {
      const std::string live = text_report({run_, outcome, timeline->violations(), timeline->processes()}, true, verbose);
      EXPECT_EQ(text_report({stored->run, stored->outcome, stored->violations, stored->processes}, true, verbose), live) << name;
      EXPECT_THAT(live, testing::HasSubstr("3 times"));
    }
  }
}

TEST_F(TimelineTest, LinesComeAsTheyHappen) {
  const auto timeline = open(path("t.jsonl"));
  timeline->add(charge(1));
  const std::string so_far = text_of(path("t.jsonl"));
  EXPECT_THAT(so_far, testing::StartsWith(R"({"type":"run","schema":"bigfoot-timeline/1","command":["./tests","--all"])"));
  EXPECT_THAT(so_far, testing::HasSubstr("\n{\"type\":\"interaction\",\"seq\":1,"));
  EXPECT_THAT(so_far, testing::EndsWith("}\n"));
  ASSERT_EQ(timeline->finish(run_, ended(*timeline)), std::nullopt);
  EXPECT_THAT(text_of(path("t.jsonl")), testing::HasSubstr("\n{\"type\":\"outcome\",\"duration_ms\":812.400,\"verdict\":\"fail\","));
}

TEST_F(TimelineTest, InteractionsAreSortedBySeq) {
  const auto timeline = open(path("t.json"));
  for (std::uint64_t seq : {3, 1, 2, 5, 4}) timeline->add(charge(seq));
  ASSERT_EQ(timeline->finish(run_, ended(*timeline)), std::nullopt);
  const Value document = Value::parse(text_of(path("t.json")));
  for (std::size_t i = 0; i < 5; ++i) EXPECT_EQ(document["interactions"][i]["seq"], i + 1);
}

TEST_F(TimelineTest, AKilledRunLosesNothingThatWasCompleted) {
  constexpr std::uint64_t kMany = 500;  // more than the first window of the spool
  const pid_t child = ::fork();
  if (child == 0) {
    const auto timeline = open(path("t.json"));
    timeline->add(tests_process());
    for (std::uint64_t seq = 1; seq <= kMany; ++seq) timeline->add(charge(seq));
    timeline->add(mismatch());
    ::kill(::getpid(), SIGKILL);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFSIGNALED(status));
  EXPECT_FALSE(fs::exists(path("t.json")));
  const auto stored = read_run(path("t.json.partial.jsonl"));
  ASSERT_TRUE(stored) << stored.error();
  EXPECT_FALSE(stored->complete);
  EXPECT_EQ(stored->outcome.interactions, kMany);
  EXPECT_EQ(stored->outcome.asserted, kMany);
  EXPECT_EQ(stored->violations.size(), 1u);
  EXPECT_EQ(stored->processes.size(), 1u);
  EXPECT_EQ(stored->run.command, run_.command);
}

TEST_F(TimelineTest, HalfARecordAtTheEndSaysNothing) {
  const auto timeline = open(path("t.jsonl"));
  timeline->add(charge(1));
  timeline->add(charge(2));
  const std::string text = text_of(path("t.jsonl"));
  for (std::size_t cut = text.rfind("{\"type\""); cut < text.size(); ++cut) {
    std::ofstream(path("cut.jsonl"), std::ios::binary) << text.substr(0, cut) << "\n\n" << std::string(5, '\0');
    const auto stored = read_run(path("cut.jsonl"));
    ASSERT_TRUE(stored) << stored.error();
    EXPECT_EQ(stored->outcome.interactions, cut == text.size() - 1 ? 2u : 1u);
  }
}

TEST_F(TimelineTest, EqualViolationsAreKeptOnceAndAllAreCounted) {
  const auto timeline = open("");
  EXPECT_FALSE(timeline->stores_interactions());
  for (int i = 0; i < 100'000; ++i) {
    Violation violation = mismatch();
    violation.interaction = static_cast<std::uint64_t>(i);
    violation.t_ms = i;
    timeline->add(std::move(violation));
  }
  ASSERT_EQ(timeline->violations().size(), 1u);
  EXPECT_EQ(timeline->violations()[0].times, 100'000u);
  EXPECT_EQ(timeline->violations()[0].interaction, 0u);
  EXPECT_EQ(timeline->counts().violations[static_cast<std::size_t>(ViolationKind::mismatch)], 100'000u);
}

TEST_F(TimelineTest, CountsByState) {
  const auto timeline = open("");
  for (const char* state : {"asserted", "asserted", "ambient", "allowed", "unexpected"}) timeline->add(charge(1, state));
  EXPECT_EQ(timeline->counts().interactions, 5u);
  EXPECT_EQ(timeline->counts().asserted, 2u);
  EXPECT_EQ(timeline->counts().ambient, 1u);
  EXPECT_EQ(timeline->counts().allowed, 1u);
  EXPECT_EQ(timeline->finish(run_, ended(*timeline)), std::nullopt);
}

TEST_F(TimelineTest, BytesThatAreNoTextDoNotBreakTheJson) {
  const auto timeline = open(path("t.json"), 16);
  Interaction interaction = charge(1);
  interaction.target = "unix:///run/\xff\xfe";
  interaction.request = {{"data", std::string("\x00\xff\x01", 3)}, {"path", "\xc3"}, {"\xff", 1}, {"quote", "\"\\\n\x1f"}};
  interaction.response = {{"body", std::string(100, 'x')}};
  timeline->add(std::move(interaction));
  ASSERT_EQ(timeline->finish(run_, ended(*timeline)), std::nullopt);
  const Value document = Value::parse(text_of(path("t.json")));
  const Value& stored = document["interactions"][0];
  EXPECT_EQ(stored["target"], "unix:///run/\xEF\xBF\xBD\xEF\xBF\xBD");
  EXPECT_EQ(stored["request"]["data"], (Value{{"base64", "AP8B"}, {"size", 3}}));
  EXPECT_EQ(stored["request"]["path"], (Value{{"base64", "ww=="}, {"size", 1}}));
  EXPECT_EQ(stored["request"]["\xEF\xBF\xBD"], 1);
  EXPECT_EQ(stored["request"]["quote"], "\"\\\n\x1f");
  EXPECT_EQ(stored["response"]["body"]["size"], 100);
  EXPECT_EQ(stored["response"]["body"]["text"], std::string(16, 'x'));
}

TEST_F(TimelineTest, AFileThatCannotBeWrittenIsSaidAtOnce) {
  const auto timeline = Timeline::open({"/proc/nowhere/t.json"}, run_, redactor_);
  ASSERT_FALSE(timeline);
  EXPECT_EQ(timeline.error(), "cannot write the timeline /proc/nowhere/t.json: No such file or directory");
}

TEST_F(TimelineTest, AFullDiskIsAnErrorAndNoSignal) {
  if (!fs::exists("/dev/full")) return;
  const std::string name = path("full.jsonl");
  fs::create_symlink("/dev/full", name);
  const auto timeline = open(name);
  for (std::uint64_t seq = 1; seq < 10; ++seq) timeline->add(charge(seq));
  EXPECT_EQ(timeline->finish(run_, ended(*timeline)), "cannot write the timeline " + name + ": No space left on device");
}

TEST_F(TimelineTest, OtherFilesAreNoTimelines) {
  struct Case {
    const char *name, *text, *problem;
  } const kCases[] = {
      {"empty", "", ": no timeline: "},
      {"no JSON", "hello", ": no timeline: "},
      {"other JSON", "{\"a\": 1}", ": no timeline: \"schema\" is not \"bigfoot-timeline/1\""},
      {"a later version", "{\"schema\": \"bigfoot-timeline/2\"}", "\"schema\" is not \"bigfoot-timeline/1\""},
      {"broken in the middle", "{\"type\":\"run\",\"schema\":\"bigfoot-timeline/1\"}\nx\n{\"type\":\"outcome\"}\n", ": line 2 is no JSON"},
      {"wrong types", "{\"type\":\"run\",\"schema\":\"bigfoot-timeline/1\",\"command\":5}\n", ": line 1: "},
      {"wrong types in the document", "{\"schema\":\"bigfoot-timeline/1\",\"violations\":[{\"kind\":[]}]}", ": no timeline: "},
  };
  for (const Case& c : kCases) {
    std::ofstream(path("x.json"), std::ios::binary) << c.text;
    const auto stored = read_run(path("x.json"));
    ASSERT_FALSE(stored) << c.name;
    EXPECT_THAT(stored.error(), testing::HasSubstr(path("x.json") + ": ")) << c.name;
    EXPECT_THAT(stored.error(), testing::HasSubstr(c.problem)) << c.name;
  }
  EXPECT_FALSE(read_run(path("missing.json")));
}

TEST_F(TimelineTest, ADocumentLaidOutByOthersIsReadToo) {
  const auto timeline = open(path("t.json"));
  timeline->add(charge(4, "mismatch"));
  timeline->add(mismatch());
  ASSERT_EQ(timeline->finish(run_, ended(*timeline)), std::nullopt);
  std::ofstream(path("pretty.json")) << Value::parse(text_of(path("t.json"))).dump(4);
  const auto stored = read_run(path("pretty.json"));
  ASSERT_TRUE(stored) << stored.error();
  EXPECT_EQ(stored->violations.size(), 1u);
  EXPECT_EQ(stored->outcome.interactions, 1u);
}

TEST_F(TimelineTest, TwoRunsAreEqualOnceNormalized) {
  std::string normalized[2];
  for (int i = 0; i < 2; ++i) {
    const std::string name = path(i == 0 ? "t.json" : "t.jsonl");
    run_.started_at = "2026-01-02T03:04:0" + std::to_string(i) + ".000Z";
    run_.duration_ms = i;
    const auto timeline = open(name);
    ProcessRecord process = tests_process();
    process.host_pid = 100 + i;
    process.started_ms = i;
    timeline->add(process);
    process.ended_ms = 10 + i;
    timeline->add(process);
    Interaction interaction = charge(4);
    interaction.t_ms = i;
    interaction.target = "http://127.0.0.1:" + std::to_string(40000 + i);
    timeline->add(interaction);
    Violation violation = mismatch();
    violation.t_ms = i;
    timeline->add(violation);
    ASSERT_EQ(timeline->finish(run_, ended(*timeline)), std::nullopt);
    std::ostringstream out;
    ASSERT_TRUE(write_normalized(name, out));
    normalized[i] = out.str();
  }
  EXPECT_EQ(normalized[0], normalized[1]);
  const Value document = Value::parse(normalized[0]);
  EXPECT_EQ(document["interactions"][0]["target"], "http://127.0.0.1:*");
  EXPECT_EQ(document["run"].contains("started_at"), false);
  EXPECT_EQ(document["processes"][0].contains("host_pid"), false);
  EXPECT_EQ(document["violations"][0]["fields"][0]["expected"], 5000);
}

TEST(Normalize, DropsEphemeralPortsOfThisMachine) {
  struct Case {
    const char *text, *after;
  } const kCases[] = {
      {"http://127.0.0.1:43219/x", "http://127.0.0.1:*/x"},
      {"http://localhost:60999", "http://localhost:*"},
      {"tcp://[::1]:32768", "tcp://[::1]:*"},
      {"http://localhost:8080", "http://localhost:8080"},
      {"http://api.example.com:50051", "http://api.example.com:50051"},
      {"127.0.0.1:99999", "127.0.0.1:99999"},
      {"127.0.0.1:40000 localhost:40001", "127.0.0.1:* localhost:*"},
      {"localhost:", "localhost:"},
      {"", ""},
  };
  for (const Case& c : kCases) EXPECT_EQ(without_ephemeral_ports(c.text), c.after);
}

TEST(JsonText, IsWhatAParserReadsBack) {
  const std::string kTexts[] = {"", "a", "12345678", "1234567\"", "tab\there", std::string("nul\0x", 5), "\x7f", "ünïcödé€😀", "\\\\\"\"",
                                std::string(1000, 'x') + "\n", "\x1f\x1e"};
  for (const std::string& text : kTexts) {
    for (std::size_t pad = 0; pad < 9; ++pad) {
      const std::string padded = std::string(pad, '-') + text + std::string(pad, '+');
      std::string json;
      append_json_string(json, padded);
      EXPECT_EQ(Value::parse(json), padded);
    }
  }
}

TEST(JsonText, ReplacesWhatIsNoUtf8) {
  struct Case {
    std::string bytes, text;
  } const kCases[] = {
      {"a\xff" "b", "a\uFFFDb"},       {"\xc3", "\uFFFD"},         {"\xc0\x80", "\uFFFD\uFFFD"}, {"\xed\xa0\x80", "\uFFFD\uFFFD\uFFFD"},
      {"ok\xf0\x9f\x98", "ok\uFFFD\uFFFD\uFFFD"}, {"\xc3\xa4\xff", "ä\uFFFD"},
  };
  for (const Case& c : kCases) EXPECT_EQ(readable(c.bytes), c.text);
}

TEST(JsonText, MillisecondsHaveThreeDecimals) {
  struct Case {
    double ms;
    const char* text;
  } const kCases[] = {{0, "0.000"}, {0.0004, "0.000"}, {0.0005, "0.001"}, {212.0312, "212.031"}, {-1.5, "-1.500"}, {1e9, "1000000000.000"}};
  for (const Case& c : kCases) {
    std::string text;
    append_json_ms(text, c.ms);
    EXPECT_EQ(text, c.text);
  }
}

}  // namespace
}  // namespace bigfoot
