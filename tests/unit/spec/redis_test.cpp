// tests/unit/spec/redis_test.cpp - Redis entries against commands: which one serves, what it answers, what is told and suggested.
#include <gtest/gtest.h>

#include "protocols/redis/redis.h"
#include "spec/findings.h"
#include "tests/unit/spec/spec_text.h"

namespace bigfoot {
namespace {

/// `words`: a JSON array of words, or of commands for a transaction.
Fields redis_call(const char* words, const char* server = "cache.test:6379") {
  const Value args = Value::parse(words);
  const bool many = args.front().is_array();
  Fields call = {{"server", server}, {"command", many ? Value("MULTI") : args.front()}};
  if (!many && args.size() > 1) call["key"] = args[1];
  if (many) call["key"] = args[0].size() > 2 ? Value::array({args[0][0], args[0][1]}) : args[0];
  call["args"] = args;
  return call;
}

struct Case {
  const char* name;
  const char* toml;   ///< below `version = 1`
  const char* words;  ///< of the one call
  const char* told;   ///< the reply, or what was found of it, with what to paste
  const char* server = "cache.test:6379";
};

const Case kCases[] = {
    {"NameInAnyCase", R"([[expect]]
redis = ["get", "k"]
reply = "v")", R"(["GET", "k"])", R"({"value":"v"})"},
    {"NumbersAreText", R"([[expect]]
redis = ["EXPIRE", "k", 60]
reply = 1)", R"(["EXPIRE", "k", "60"])", R"({"value":1})"},
    {"AKeyThatIsANumber", R"([[expect]]
redis = ["GET", 5]
reply = "v")", R"(["GET", "5"])", R"({"value":"v"})"},
    {"AnyServerBesideANamedOne", R"([[expect]]
redis = ["GET", "k"]
server = "other.test"
required = false
reply = "other"
[[expect]]
redis = ["GET", "k"]
reply = "any")", R"(["GET", "k"])", R"({"value":"any"})"},
    {"ANamedServer", R"([[expect]]
redis = ["GET", "k"]
server = "cache.test"
reply = "named")", R"(["GET", "k"])", R"({"value":"named"})"},
    {"AServerWithWildcard", R"([[expect]]
redis = ["GET", "k"]
server = "*.test:*"
reply = "wild")", R"(["GET", "k"])", R"({"value":"wild"})", "cache.test:7000"},
    {"AServerThatIsASocket", R"([[expect]]
redis = ["GET", "k"]
server = "unix:///run/redis.sock"
reply = "near")", R"(["GET", "k"])", R"({"value":"near"})", "unix:///run/redis.sock"},
    {"WordsOfTheRequestInTheReply", R"([[expect]]
redis = ["SET", "{{key:/^session:/}}", "{{value:any}}"]
reply = "{{req.args[1]}} {{value}} {{req.key}}")", R"(["SET", "session:1", "x"])", R"({"value":"session:1 x session:1"})"},
    {"FurtherWords", R"([[expect]]
redis = ["MSET", "a", "**"]
reply = "OK")", R"(["MSET", "a", "1", "b", "2"])", R"({"value":"OK"})"},
    {"AWordMore", R"([[expect]]
redis = ["SET", "k", "v"]
reply = "OK")", R"(["SET", "k", "v", "EX", "60"])",
     R"(mismatch: redis ["SET", "k", "v", "EX", "60"]: 2 fields differ
  args[3] (none) EX
  args[4] (none) 60
  accept it: redis = ["SET", "k", "v", "EX", "60"])"},
    {"AnotherWord", R"([[expect]]
redis = ["SET", "k", "{{uuid}}", "EX", "{{int}}"]
reply = "OK")", R"(["SET", "k", "none", "EX", "60"])",
     R"(mismatch: redis ["SET", "k", "none", "EX", "60"]: 1 field differs
  args[2] {{uuid}} none
  accept it: redis = ["SET", "k", "none", "EX", "{{int}}"])"},
    {"AnotherKey", R"([[expect]]
redis = ["GET", "user:1"]
reply = "v")", R"(["GET", "user:2"])",
     R"(unexpected: redis ["GET", "user:2"]
  nearest: redis ["GET", "user:1"] key differs at "1"
  add: [[expect]]
redis = ["GET", "user:2"]
reply = "")"},
    {"AnotherCommand", R"([[expect]]
redis = ["GET", "counter"]
reply = "v")", R"(["INCR", "counter"])",
     R"(unexpected: redis ["INCR", "counter"]
  nearest: redis ["GET", "counter"] command differs: INCR instead of GET
  add: [[expect]]
redis = ["INCR", "counter"]
reply = 1)"},
    {"NothingNear", R"([[expect]]
redis = ["GET", "user:1"]
reply = "v")", R"(["HGETALL", "{{x}}"])",
     R"(unexpected: redis ["HGETALL", "{{x}}"]
  add: [[expect]]
redis = ["HGETALL", "{{lit:{{}}x}}"]
reply = { map = { } })"},
    {"AnotherServer", R"([[expect]]
redis = ["GET", "k"]
server = "other.test"
reply = "v")", R"(["GET", "k"])",
     R"(unexpected: redis ["GET", "k"]
  nearest: redis ["GET", "k"] server differs: cache.test:7000 instead of other.test:6379
  add: [[expect]]
redis  = ["GET", "k"]
server = "cache.test:7000"
reply  = "")", "cache.test:7000"},
    {"ATransaction", R"([[expect]]
redis = { multi = [["incr", "hits"], ["EXPIRE", "hits", 60]] }
reply = [1, true])", R"([["INCR", "hits"], ["EXPIRE", "hits", "60"]])", R"({"value":[1,true]})"},
    {"ATransactionThatDiffers", R"([[expect]]
redis = { multi = [["INCR", "hits"], ["EXPIRE", "hits", "60"], ["GET", "x"]] }
reply = [1, true, "y"])", R"([["INCR", "hits"], ["EXPIRE", "hits", "90"]])",
     R"(mismatch: redis MULTI [["INCR", "hits"], ["EXPIRE", "hits", "90"]]: 2 fields differ
  args[1][2] 60 90
  args[2] ["GET","x"] (none)
  accept it: redis = { multi = [["INCR", "hits"], ["EXPIRE", "hits", "90"]] })"},
    {"InATransactionOnly", R"([[expect]]
redis = { multi = [["INCR", "hits"], ["EXPIRE", "hits", "60"]] }
reply = [1, true])", R"(["INCR", "hits"])",
     R"(unexpected: redis ["INCR", "hits"]
  nearest: redis MULTI [["INCR", "hits"], ["EXPIRE", "hits", "60"]] the entry has it inside MULTI
  add: [[expect]]
redis = ["INCR", "hits"]
reply = 1)"},
    {"NotInATransaction", R"([[expect]]
redis = ["INCR", "hits"]
reply = 1)", R"([["INCR", "hits"], ["SET", "k", "v"]])",
     R"(unexpected: redis MULTI [["INCR", "hits"], ["SET", "k", "v"]]
  nearest: redis ["INCR", "hits"] the program sent it inside MULTI
  add: [[expect]]
redis = { multi = [["INCR", "hits"], ["SET", "k", "v"]] }
reply = [1, "OK"])"},
    {"TheTransactionThatIsMeant", R"([[expect]]
redis = { multi = [["INCRBY", "n", 1]] }
required = false
reply = [1]
[[expect]]
redis = { multi = [["SET", "k", "v"], ["GET", "k"]] }
reply = ["OK", "v"])", R"([["SET", "k", "CHANGED"], ["GET", "k"]])",
     R"(mismatch: redis MULTI [["SET", "k", "CHANGED"], ["GET", "k"]]: 1 field differs
  args[0][2] v CHANGED
  accept it: redis = { multi = [["SET", "k", "CHANGED"], ["GET", "k"]] })"},
    {"ATransactionWithFurtherWords", R"([[expect]]
redis = { multi = [["MSET", "**"], ["PING"]] }
reply = ["OK", "PONG"])", R"([["MSET", "a", "1"], ["PING"]])", R"({"value":["OK","PONG"]})"},
    {"AuthWithAnotherWord", R"([[expect]]
redis = ["AUTH", "secret"]
reply = "OK")", R"(["AUTH", "wrong"])",
     R"(mismatch: redis ["AUTH", "wrong"]: 1 field differs
  args[1] secret wrong
  accept it: redis = ["AUTH", "wrong"])"},
    {"AnotherCommandFarAway", R"([[expect]]
redis = { multi = [["SET", "a", "1"]] }
reply = ["OK"]
[[expect]]
redis = ["XADD", "t", "*", "a", "1"]
reply = "1-0")", R"(["SISMEMBER", "s", "x"])",
     R"(unexpected: redis ["SISMEMBER", "s", "x"]
  add: [[expect]]
redis = ["SISMEMBER", "s", "x"]
reply = 1)"},
    {"ABlockingCommandGetsNothing", "", R"(["BLPOP", "q", "1"])", R"(unexpected: redis ["BLPOP", "q", "1"]
  add: [[expect]]
redis = ["BLPOP", "q", "1"]
reply = { nil = true })"},
    {"APopWithACount", "", R"(["LPOP", "q", "2"])", R"(unexpected: redis ["LPOP", "q", "2"]
  add: [[expect]]
redis = ["LPOP", "q", "2"]
reply = [ ])"},
    {"TheEncodingOfAnObject", "", R"(["OBJECT", "encoding", "k"])", R"(unexpected: redis ["OBJECT", "encoding", "k"]
  add: [[expect]]
redis = ["OBJECT", "encoding", "k"]
reply = "embstr")"},
    {"TheMemoryOfAKey", "", R"(["MEMORY", "USAGE", "k"])", R"(unexpected: redis ["MEMORY", "USAGE", "k"]
  add: [[expect]]
redis = ["MEMORY", "USAGE", "k"]
reply = 1)"},
    {"BytesInAReply", R"([[expect]]
redis = ["GET", "k"]
reply = { json = { a = [1, 2] } })", R"(["GET", "k"])", R"({"value":"{\"a\":[1,2]}"})"},
    {"MessagesOfASubscription", R"([[expect]]
redis = ["SUBSCRIBE", "news"]
reply = { messages = ["one", { message = 2, channel = "sport", delay = "20ms" }] })", R"(["SUBSCRIBE", "news"])",
     R"({"messages":["one",{"message":2,"channel":"sport","after_us":20000}]})"},
};

std::string shown(const std::optional<Value>& value) { return !value ? "(none)" : value->is_string() ? value->get<std::string>() : value->dump(); }

std::string told(const Outcome& outcome) {
  if (outcome.findings.empty()) return outcome.rendered.dump();
  std::string out;
  for (const Finding& finding : outcome.findings) {
    out += std::string(to_text(finding.kind)) + ": " + finding.message;
    for (const Difference& one : finding.differences) out += "\n  " + one.path + " " + shown(one.expected) + " " + shown(one.actual);
    if (finding.nearest) out += "\n  nearest: " + entry_title(*finding.nearest) + " " + finding.nearest_reason;
    out += "\n  " + finding.suggestion_verb + ": " + finding.suggestion;
  }
  return out;
}

class RedisEntries : public testing::TestWithParam<Case> {};

TEST_P(RedisEntries, Serve) {
  const Spec spec = spec_of(GetParam().toml);
  Ledger ledger(spec, quiet_world());
  EXPECT_EQ(told(ledger.offer(kRedisInfo, redis_call(GetParam().words, GetParam().server), 1)), GetParam().told);
}

/// What is suggested serves the call it was made from.
TEST_P(RedisEntries, SuggestWhatServes) {
  const Fields call = redis_call(GetParam().words, GetParam().server);
  const Spec spec = spec_of(GetParam().toml);
  Ledger ledger(spec, quiet_world());
  const Outcome first = ledger.offer(kRedisInfo, call, 1);
  if (first.findings.empty() || first.findings.front().kind != ViolationKind::unexpected) return;
  const Spec suggested = spec_of(first.findings.front().suggestion + "\n");
  Ledger again(suggested, quiet_world());
  EXPECT_TRUE(again.offer(kRedisInfo, call, 1).findings.empty()) << first.findings.front().suggestion;
}

INSTANTIATE_TEST_SUITE_P(Spec, RedisEntries, testing::ValuesIn(kCases), [](const auto& info) { return std::string(info.param.name); });

TEST(RedisLedger, KnowsChatterByName) {
  const Spec spec = spec_of("[[expect]]\nredis = [\"AUTH\", \"secret\"]\nreply = \"OK\"\n[[expect]]\nredis = [\"CLIENT\", \"GETNAME\"]\nreply = \"me\"\n");
  const Ledger ledger(spec, quiet_world());
  EXPECT_TRUE(ledger.names(kRedisInfo, redis_call(R"(["AUTH", "wrong"])")));
  EXPECT_TRUE(ledger.names(kRedisInfo, redis_call(R"(["CLIENT", "GETNAME"])")));
  EXPECT_FALSE(ledger.names(kRedisInfo, redis_call(R"(["CLIENT", "SETINFO", "LIB-NAME", "x"])")));
}

TEST(RedisLedger, RepeatsWhatItHasServed) {
  const Spec spec = spec_of("[[expect]]\nredis = [\"GET\", \"k\"]\ntimes = 3\nreply = \"v\"\n");
  Ledger ledger(spec, quiet_world());
  const Fields call = redis_call(R"(["GET", "k"])");
  const Entry& entry = spec.entries.front();
  EXPECT_FALSE(ledger.would_repeat(entry, &entry.replies.front()));  // not served yet
  EXPECT_TRUE(ledger.offer(kRedisInfo, call, 1).findings.empty());
  EXPECT_TRUE(ledger.would_repeat(entry, &entry.replies.front()));
  EXPECT_FALSE(ledger.would_repeat(entry, nullptr));  // another reply
  ledger.repeat(entry, 2);
  ledger.repeat(entry, 3);
  EXPECT_FALSE(ledger.would_repeat(entry, &entry.replies.front()));  // spent
  EXPECT_TRUE(ledger.offer(kRedisInfo, call, 4).refuse);
  EXPECT_EQ(ledger.totals().met, 1u);
}

}  // namespace
}  // namespace bigfoot
