// tests/unit/spec/update_test.cpp - --update from calls to texts: whole files before and after.
#include <gtest/gtest.h>

#include "spec/update.h"
#include "tests/unit/spec/spec_text.h"

namespace bigfoot {
namespace {

/// A run over one spec: its calls, then what --update makes of them.
struct UpdatedRun {
  explicit UpdatedRun(std::string toml, std::string name = "t.toml") : file(std::move(name)), text(std::move(toml)) {
    Diagnostics problems;
    spec = load_spec_text(file, text, problems);
    EXPECT_FALSE(problems.has(Severity::error)) << all_text(problems);
    ledger = std::make_unique<Ledger>(spec, quiet_world());
  }

  void take(std::vector<Finding> findings, std::uint64_t connection = 0, const std::string& test = "") {
    ++seq;
    for (Finding& finding : findings)
      patches.push_back({finding.kind, seq, connection, test, finding.entry ? finding.at : Place{}, finding.message, std::move(finding.patch), std::move(finding.suggestion)});
  }
  void offer(const ProtocolInfo& of, const Fields& call, const std::string& test = "") { take(ledger->offer(of, call, seq + 1).findings, 0, test); }
  void http(const std::string& method, const std::string& path, const std::string& body = "", const Headers& headers = {}, const std::string& test = "") {
    offer(protocol("http"), http_call(method, path, body, headers), test);
  }
  void end() { take(ledger->finish()); }

  std::string updated() {
    const std::map<std::string, std::string> texts{{file, text}};
    plan = plan_update({spec, texts, [this](const Place& at) { return ledger->uses_at(at); }}, patches);
    return plan.texts.contains(file) ? plan.texts.at(file) : text;
  }
  std::string notes() const {
    std::string out;
    for (const UpdateNote& note : plan.changed) out += note.where + " " + note.what + "\n";
    for (const UpdateNote& note : plan.left) out += "left: " + note.where + " " + note.what + "\n";
    return out;
  }

  std::string file, text;
  Spec spec;
  std::unique_ptr<Ledger> ledger;
  std::uint64_t seq = 0;
  std::vector<Patchable> patches;
  UpdatePlan plan;
};

TEST(Update, AcceptsAValueAndKeepsHolesAndComments) {
  UpdatedRun run(R"(version = 1   # of the format

# The charge.
[[expect]]
http    = "POST http://api.example.com/charges"   # v1
headers = { Content-Type = "application/json", "*" = "*" }
body    = { json = { id = "{{uuid}}", amount = 5000, items = [{ sku = "a", qty = "{{int}}" }] } }
reply   = { status = 200 }
)");
  run.http("POST", "/charges", R"({"id":"6f1e1bd6-6d3c-4d2c-9d2c-4b6a1f0c9e11","amount":5001,"items":[{"sku":"b","qty":2}],"note":"x"})", {{"content-type", "application/json"}});
  EXPECT_EQ(run.updated(), R"(version = 1   # of the format

# The charge.
[[expect]]
http    = "POST http://api.example.com/charges"   # v1
headers = { Content-Type = "application/json", "*" = "*" }
body    = { json = { id = "{{uuid}}", amount = 5001, items = [{ sku = "b", qty = "{{int}}" }], note = "x" } }
reply   = { status = 200 }
)");
  EXPECT_EQ(run.notes(), "t.toml:4 body.json.amount = 5001\nt.toml:4 body.json.items[0].sku = \"b\"\nt.toml:4 body.json.note = \"x\"\n");
}

TEST(Update, AddsWhatWasNotAsserted) {
  UpdatedRun run("version = 1\n[[expect]]\nhttp    = \"POST http://api.example.com/a\"\nheaders = \"*\"\n[expect.reply]\nstatus = 201\n");
  run.http("POST", "/a", "text");
  EXPECT_EQ(run.updated(), "version = 1\n[[expect]]\nhttp    = \"POST http://api.example.com/a\"\nheaders = \"*\"\nbody    = \"text\"\n[expect.reply]\nstatus = 201\n");
}

TEST(Update, SaysInTheEntryWhatDiffersFromTheDefaults) {
  UpdatedRun run("version = 1\n[defaults.http]\nbody = \"old\"\n[[expect]]\nhttp = \"POST http://api.example.com/a\"\n");
  run.http("POST", "/a", "new");
  EXPECT_EQ(run.updated(), "version = 1\n[defaults.http]\nbody = \"old\"\n[[expect]]\nhttp = \"POST http://api.example.com/a\"\nbody = \"new\"\n");
}

TEST(Update, ChangesAHeadline) {
  UpdatedRun run("version = 1\n[[expect]]\nhttp = \"GET http://api.example.com/a?page=1\" # first\n");
  run.http("GET", "/a");
  run.patches.clear();
  UpdatedRun again("version = 1\n[[expect]]\nhttp = \"GET http://api.example.com/a?page=1\" # first\n");
  again.offer(protocol("http"), http_call("GET", "/a", "", {}, "page=2"));
  EXPECT_EQ(again.updated(), "version = 1\n[[expect]]\nhttp = \"GET http://api.example.com/a?page=2\" # first\n");
}

TEST(Update, AddsEntriesBehindTheOneThatCameBefore) {
  UpdatedRun run("version = 1\n\n[[expect]]\nhttp = \"GET http://api.example.com/a\"\n[expect.reply]\nstatus = 200\n\n# the last\n[[expect]]\nhttp = \"GET http://api.example.com/z\"\n");
  run.http("GET", "/first");
  run.http("GET", "/a");
  run.http("GET", "/b");
  run.http("GET", "/c");
  run.http("GET", "/z");
  const std::string after = run.updated();
  EXPECT_EQ(after, R"(version = 1

[[expect]]
http  = "GET http://api.example.com/first"
body  = ""
reply = { status = 200, json = { } }

[[expect]]
http = "GET http://api.example.com/a"
[expect.reply]
status = 200

[[expect]]
http  = "GET http://api.example.com/b"
body  = ""
reply = { status = 200, json = { } }

[[expect]]
http  = "GET http://api.example.com/c"
body  = ""
reply = { status = 200, json = { } }

# the last
[[expect]]
http = "GET http://api.example.com/z"
)") << run.notes();
  UpdatedRun again(after);
  for (const char* path : {"/first", "/a", "/b", "/c", "/z"}) again.http("GET", path);
  again.end();
  EXPECT_EQ(again.updated(), after);
  EXPECT_EQ(again.notes(), "");
}

TEST(Update, SaysHowOftenACallMayCome) {
  UpdatedRun run("version = 1\n");
  for (int i = 0; i < 3; ++i) run.http("GET", "/a");
  EXPECT_EQ(run.updated(), "version = 1\n\n[[expect]]\nhttp  = \"GET http://api.example.com/a\"\nbody  = \"\"\nreply = { status = 200, json = { } }\ntimes = \"1..3\"\n");
}

TEST(Update, RefusesWhatIsAmbiguous) {
  UpdatedRun run("version = 1\n[[expect]]\nhttp = \"POST http://api.example.com/a\"\nbody = \"0\"\ntimes = 3\n");
  for (const char* body : {"1", "2", "3"}) run.http("POST", "/a", body);
  EXPECT_EQ(run.updated(), run.text);
  EXPECT_EQ(run.notes(), "left: t.toml:2 body had different values in 3 calls: write a hole or an operator that fits them all\n");
  UpdatedRun some("version = 1\n[[expect]]\nhttp = \"POST http://api.example.com/a\"\nbody = \"0\"\ntimes = 2\n");
  some.http("POST", "/a", "0");
  some.http("POST", "/a", "1");
  EXPECT_EQ(some.updated(), some.text);
  EXPECT_EQ(some.notes(), "left: t.toml:2 body differed in 1 of 2 calls of this entry: write a hole or an operator that fits them all\n");
  UpdatedRun all("version = 1\n[[expect]]\nhttp = \"POST http://api.example.com/a\"\nbody = \"0\"\ntimes = 2\n");
  all.http("POST", "/a", "1");
  all.http("POST", "/a", "1");
  EXPECT_EQ(all.updated(), "version = 1\n[[expect]]\nhttp = \"POST http://api.example.com/a\"\nbody = \"1\"\ntimes = 2\n");
}

TEST(Update, DeletesNothing) {
  UpdatedRun run("version = 1\n[[expect]]\nhttp = \"GET http://api.example.com/a\"\n");
  run.end();
  EXPECT_EQ(run.updated(), run.text);
  EXPECT_EQ(run.notes(), "left: t.toml:2 unused: GET http://api.example.com/a never happened: nothing is deleted; take it out, or write required = false\n");
}

TEST(Update, WritesIntoTheSectionOfTheTest) {
  UpdatedRun run("version = 1\n\n[[test]]\nname = \"test_a*\"\n  [[test.expect]]\n  http = \"GET http://api.example.com/a\"\n\n[[test]]\nname = \"test_b\"\n");
  run.http("GET", "/b", "", {}, "test_abc");
  EXPECT_EQ(run.updated(), "version = 1\n\n[[test]]\nname = \"test_a*\"\n  [[test.expect]]\n  http = \"GET http://api.example.com/a\"\n\n"
                           "  [[test.expect]]\n  http  = \"GET http://api.example.com/b\"\n  body  = \"\"\n  reply = { status = 200, json = { } }\n\n[[test]]\nname = \"test_b\"\n");
}

TEST(Update, PatchesJsonSpecs) {
  UpdatedRun run("{\n  \"version\": 1,\n  \"expect\": [\n    {\"http\": \"POST http://api.example.com/a\", \"body\": {\"json\": {\"a\": 1}}}\n  ]\n}\n", "t.json");
  run.http("POST", "/a", R"({"a":2})");
  run.http("GET", "/b");
  EXPECT_EQ(run.updated(), "{\n  \"version\": 1,\n  \"expect\": [\n    {\"http\": \"POST http://api.example.com/a\", \"body\": {\"json\": {\"a\": 2}}},\n"
                           "    {\"http\":\"GET http://api.example.com/b\",\"body\":\"\",\"reply\":{\"status\":200,\"json\":{}}}\n  ]\n}\n");
}

TEST(Update, KeepsJsonThatStandsAsText) {
  UpdatedRun run("version = 1\n[[expect]]\nhttp = \"POST http://api.example.com/a\"\nbody = { json = '''\n{\n  \"b\": \"{{int}}\",\n  \"a\": 1\n}\n''' }\n");
  run.http("POST", "/a", R"({"a":2,"b":"x"})");
  EXPECT_EQ(run.updated(), "version = 1\n[[expect]]\nhttp = \"POST http://api.example.com/a\"\nbody = { json = '''\n{\n  \"b\": \"x\",\n  \"a\": 2\n}\n''' }\n");
}

TEST(Update, AcceptsRedisCommandsAndArguments) {
  UpdatedRun run("version = 1\n[[expect]]\nredis = [\n  \"SET\",\n  \"k\",\n  \"old\",  # the value\n]\n");
  run.offer(protocol("redis"), {{"server", "h:6379"}, {"command", "SET"}, {"key", "k"}, {"args", {"SET", "k", "new"}}});
  EXPECT_EQ(run.updated(), "version = 1\n[[expect]]\nredis = [\n  \"SET\",\n  \"k\",\n  \"new\",  # the value\n]\n") << run.notes();
}

TEST(Update, AddsAndChangesSteps) {
  const std::string text = "version = 1\n[[expect]]\npostgres = \"a@h/db\"\nsteps = [\n  { query = \"SELECT $1\", params = [1] },  # one\n  { query = \"SELECT 9\" },\n]\n";
  UpdatedRun run(text);
  const auto session = run.ledger->open_calls(protocol("postgres"), Opening{{{"user", "a"}, {"host", "h"}, {"port", 5432}, {"database", "db"}}});
  const auto query = [&](const std::string& sql, const Value& params) {
    run.take(session->offer(Call{"query", {{"query", sql}, {"params", params}}}, run.seq + 1).findings, 1);
  };
  query("SELECT $1", {2});
  query("SELECT 5", Value::array());
  query("SELECT 9", Value::array());
  EXPECT_EQ(run.updated(), "version = 1\n[[expect]]\npostgres = \"a@h/db\"\nsteps = [\n  { query = \"SELECT $1\", params = [2] },  # one\n  { query = \"SELECT 5\" },\n  { query = \"SELECT 9\" },\n]\n") << run.notes();
}

TEST(Update, MergesWhatEqualsAsItIsWritten) {
  const Value raw = {{"Accept", "a"}, {"x", 5000.0}, {"gone", 1}}, before = {{"accept", "a"}, {"x", 5000}, {"gone", 1}}, after = {{"accept", "b"}, {"x", 5000}, {"new", 1}};
  EXPECT_EQ(merged(raw, &before, after), Value({{"Accept", "b"}, {"x", 5000.0}, {"new", 1}}));
}

}  // namespace
}  // namespace bigfoot
