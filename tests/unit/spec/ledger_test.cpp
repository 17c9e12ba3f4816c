// tests/unit/spec/ledger_test.cpp - Which entry serves a call, in which order, and what is said of it.
#include <gtest/gtest.h>

#include <set>

#include "tests/unit/spec/spec_text.h"

namespace bigfoot {
namespace {

/// A spec of http entries for GET http://api.example.com/PATH with everything asserted, and its ledger.
class LedgerTest : public testing::Test {
 protected:
  void load(const std::string& toml) {
    spec_ = spec_of("[defaults.http]\nheaders = \"*\"\n" + toml);
    ledger_ = std::make_unique<Ledger>(spec_, quiet_world());
  }
  /// One entry: `get("a", "times = 2")`.
  static std::string get(const std::string& path, const std::string& more = "") {
    return "[[expect]]\nhttp = \"GET http://api.example.com/" + path + "\"\nbody = \"\"\n" + more + "\n";
  }
  Outcome call(std::string_view path) { return offer(http_call("GET", path)); }
  Outcome offer(const Fields& call) { return ledger_->offer(protocol("http"), call, ++seq_); }
  /// "kind: message" a line.
  static std::string told(const std::vector<Finding>& findings) {
    std::string out;
    for (const Finding& finding : findings) out += std::string(to_text(finding.kind)) + ": " + finding.message + "\n";
    return out;
  }
  /// Calls in order; gives everything that was told, then what is left.
  std::string play(const std::vector<const char*>& paths) {
    std::string out;
    for (const char* path : paths) out += told(call(path).findings);
    return out + told(ledger_->finish());
  }

  Spec spec_;
  std::unique_ptr<Ledger> ledger_;
  std::uint64_t seq_ = 0;
};

TEST_F(LedgerTest, ServesAndIsContent) {
  load(get("a", "reply = { status = 201, json = { ok = true } }"));
  const Outcome out = call("/a");
  ASSERT_TRUE(out.entry);
  EXPECT_FALSE(out.refuse);
  EXPECT_EQ(told(out.findings), "");
  EXPECT_EQ(out.rendered["status"], Value(201));
  EXPECT_TRUE(out.rendered_is_constant);
  EXPECT_EQ(told(ledger_->finish()), "");
  EXPECT_EQ(ledger_->totals().met, 1u);
}

struct OrderCase {
  const char* name;
  std::string toml;
  std::vector<const char*> calls;
  const char* told;
};

class LedgerOrder : public LedgerTest, public testing::WithParamInterface<OrderCase> {
 public:
  static std::vector<OrderCase> cases() {
    const std::string group = "any_order = \"g\"";
    return {
        {"InOrder", get("a") + get("b"), {"/a", "/b"}, ""},
        {"Swapped", get("a") + get("b"), {"/b", "/a"}, "out-of-order: GET http://api.example.com/b came before t.toml:4 GET http://api.example.com/a\n"},
        {"OvertakenCountsOnce", get("a") + get("b") + get("c"), {"/b", "/c", "/a"},
         "out-of-order: GET http://api.example.com/b came before t.toml:4 GET http://api.example.com/a\n"},
        {"TwoOvertaken", get("a") + get("b") + get("c"), {"/c", "/a", "/b"},
         "out-of-order: GET http://api.example.com/c came before 2 entries that stand before it\n"},
        {"AnyOrderGroup", get("a", group) + get("b", group) + get("c"), {"/b", "/a", "/c"}, ""},
        {"AfterTheGroup", get("a", group) + get("b", group) + get("c"), {"/b", "/c", "/a"},
         "out-of-order: GET http://api.example.com/c came before t.toml:4 GET http://api.example.com/a\n"},
        {"OptionalIsSkipped", get("a", "required = false") + get("b"), {"/b"}, ""},
        {"OptionalComesLate", get("a", "required = false") + get("b"), {"/b", "/a"}, ""},
        {"OpenEndedHoldsNobodyUp", get("a", "times = \"1..\"") + get("b"), {"/a", "/b", "/a", "/a"}, ""},
        {"OpenEndedWaitsForItsMinimum", get("a", "times = \"1..\"") + get("b"), {"/b", "/a"},
         "out-of-order: GET http://api.example.com/b came before t.toml:4 GET http://api.example.com/a\n"},
        {"CountNotMet", get("a", "times = 2") + get("b"), {"/a", "/b", "/a"},
         "out-of-order: GET http://api.example.com/b came before t.toml:4 GET http://api.example.com/a\n"},
        {"After", get("a", "id = \"first\"") + get("b") + get("c", "after = [\"first\"]"), {"/a", "/c", "/b"}, ""},
        {"AfterNotYet", get("a", "id = \"first\"") + get("b", "after = [\"first\"]"), {"/b", "/a"},
         "out-of-order: GET http://api.example.com/b came before t.toml:4 GET http://api.example.com/a\n"},
        {"FirstInFirstOut", get("a") + get("a"), {"/a", "/a"}, ""},
        {"Unused", get("a") + get("b"), {"/a"}, "unused: GET http://api.example.com/b never happened\n"},
        {"UnusedCounts", get("a", "times = 3"), {"/a"}, "unused: GET http://api.example.com/a happened 1 of 3 times\n"},
        {"UnusedReplies", get("a", "replies = [ { status = 503 }, { status = 200 }, { status = 201 } ]"), {"/a"},
         "unused: GET http://api.example.com/a: reply 2 of 3 was never given\nunused: GET http://api.example.com/a: reply 3 of 3 was never given\n"},
        {"Unexpected", get("balances", "required = false"), {"/balance"}, "unexpected: GET http://api.example.com/balance\n"},
        {"PerTarget", "[settings]\norder = \"per-target\"\n" + get("a") + "[[expect]]\nhttp = \"GET http://other/b\"\nbody = \"\"\n" + get("c"),
         {"/c", "/a"}, "out-of-order: GET http://api.example.com/c came before t.toml:6 GET http://api.example.com/a\nunused: GET http://other/b never happened\n"},
        {"Any", "[settings]\norder = \"any\"\n" + get("a") + get("b"), {"/b", "/a"}, ""},
    };
  }
};

TEST_P(LedgerOrder, IsKeptOrTold) {
  load(GetParam().toml);
  EXPECT_EQ(play(GetParam().calls), GetParam().told);
}
INSTANTIATE_TEST_SUITE_P(Ledger, LedgerOrder, testing::ValuesIn(LedgerOrder::cases()), [](const auto& info) { return std::string(info.param.name); });

TEST_F(LedgerTest, OutOfOrderPrintsTheLinesToPaste) {
  load(get("a") + get("b"));
  const Outcome out = call("/b");
  ASSERT_EQ(out.findings.size(), 1u);
  EXPECT_EQ(out.findings[0].suggestion,
            "any_order = \"together\"    # t.toml:4 GET http://api.example.com/a\n"
            "any_order = \"together\"    # t.toml:8 GET http://api.example.com/b");
  EXPECT_EQ(out.findings[0].notes.at(0), "still to come: t.toml:4 GET http://api.example.com/a");
}

TEST_F(LedgerTest, OutOfOrderOfOneTargetLeavesOthersOut) {
  const std::string other = "[[expect]]\nhttp = \"GET http://other/b\"\nbody = \"\"\n";
  load("[settings]\norder = \"per-target\"\n" + get("a") + other + get("c"));
  const Outcome out = call("/c");
  ASSERT_EQ(out.findings.size(), 1u);
  EXPECT_EQ(out.findings[0].suggestion,
            "any_order = \"together\"    # t.toml:6 GET http://api.example.com/a\n"
            "any_order = \"together\"    # t.toml:13 GET http://api.example.com/c");
  const std::string label = "any_order = \"together\"";
  load("[settings]\norder = \"per-target\"\n" + get("a", label) + other + get("c", label));
  EXPECT_EQ(play({"/c", "/a"}), "unused: GET http://other/b never happened\n") << "what was suggested, done";
}

TEST_F(LedgerTest, TwoEntriesOfOneUrlAreToldApartByTheirBodies) {
  const std::string post = "[[expect]]\nhttp = \"POST http://api.example.com/x\"\nany_order = \"g\"\n";
  load(post + "body = { json = { n = 1 } }\n" + post + "body = { json = { n = 2 } }\n");
  EXPECT_EQ(offer(http_call("POST", "/x", "{\"n\":2}")).entry->index, 1u);
  EXPECT_EQ(offer(http_call("POST", "/x", "{\"n\":1}")).entry->index, 0u);
  EXPECT_EQ(told(ledger_->finish()), "");
}

TEST_F(LedgerTest, AMismatchIsServedAndTold) {
  load("[[expect]]\nhttp = \"POST http://api.example.com/charges\"\nid = \"charge\"\nbody = { json = { amount = 5000, b = 1, c = 2 } }\nreply = { status = 200 }\n");
  const Outcome out = offer(http_call("POST", "/charges", R"({"amount": 5001, "b": 1, "c": 2, "currency": "usd"})"));
  ASSERT_EQ(out.findings.size(), 1u);
  EXPECT_FALSE(out.refuse);
  EXPECT_EQ(out.rendered["status"], Value(200));
  const Finding& told_of = out.findings[0];
  EXPECT_EQ(told_of.message, "POST http://api.example.com/charges: 2 fields differ");
  EXPECT_EQ(differences_text(told_of.differences), "body.amount: expected 5000 got 5001\nbody.currency: expected (no key) got \"usd\"\n");
  EXPECT_EQ(told_of.suggestion_verb, "accept it");
  EXPECT_EQ(told_of.suggestion, "body = { json = { amount = 5001, b = 1, c = 2, currency = \"usd\" } }");
  EXPECT_EQ(ledger_->totals().met, 0u);
  EXPECT_EQ(told(ledger_->finish()), "") << "the entry is spent: one clear line, no avalanche";
}

TEST_F(LedgerTest, AMismatchMayBeRefused) {
  load("[[expect]]\nhttp = \"POST http://api.example.com/x\"\nbody = \"a\"\non_mismatch = \"refuse\"\n");
  const Outcome out = offer(http_call("POST", "/x", "b"));
  EXPECT_TRUE(out.refuse);
  EXPECT_EQ(out.refusal, "mismatch: POST http://api.example.com/x: 1 field differs\nexpected by t.toml:4 POST http://api.example.com/x\n  body  expected \"a\"  got \"b\"\n");
}

TEST_F(LedgerTest, UnassertedFieldsPrintTheLineToPaste) {
  spec_ = spec_of("[[expect]]\nhttp = \"POST http://api.example.com/x\"\n");
  ledger_ = std::make_unique<Ledger>(spec_, quiet_world());
  const Outcome out = offer(http_call("POST", "/x", R"({"a": "*"})", {{"host", "h"}, {"content-type", "application/json"}}));
  ASSERT_EQ(told(out.findings), "unasserted: POST http://api.example.com/x: headers, body not asserted\n");
  EXPECT_EQ(out.findings[0].suggestion, "headers = { content-type = \"application/json\", \"*\" = \"*\" }\nbody = { json = { a = \"{{lit:*}}\" } }");
  EXPECT_TRUE(out.entry);
}

TEST_F(LedgerTest, EmptyFieldsNeedNoLine) {
  spec_ = spec_of("[[expect]]\nhttp = \"GET http://api.example.com/x\"\n");
  ledger_ = std::make_unique<Ledger>(spec_, quiet_world());
  EXPECT_EQ(told(offer(http_call("GET", "/x", "", {{"host", "h"}, {"accept", "*/*"}})).findings), "");
}

struct NearCase {
  const char* entry;
  Fields call;
  const char* reason;
};

TEST_F(LedgerTest, TheNearestEntryIsNamedWithTheReason) {
  const NearCase cases[] = {
      {"GET http://api.example.com/v1/balances", http_call("GET", "/v1/balance"), "path differs at \"s\""},
      {"GET http://api.example.com/v1/balance", http_call("GET", "/v2/balance"), "path differs at \"1\""},
      {"POST http://api.example.com/x", http_call("GET", "/x"), "method differs: GET instead of POST"},
      {"GET http://api.example.com:8080/x", http_call("GET", "/x"), "port differs: 80 instead of 8080"},
      {"GET http://api.example.org/x", http_call("GET", "/x"), "host differs at \"org\""},
      {"GET http://nothing.alike/other/long/path", http_call("POST", "/x"), ""},
  };
  for (const NearCase& row : cases) {
    SCOPED_TRACE(row.entry);
    load("[[expect]]\nhttp = \"" + std::string(row.entry) + "\"\nbody = \"\"\n");
    const Outcome out = offer(row.call);
    ASSERT_EQ(out.findings.size(), 1u);
    EXPECT_EQ(out.findings[0].nearest_reason, row.reason);
    EXPECT_EQ(out.findings[0].nearest != nullptr, *row.reason != 0);
    EXPECT_TRUE(out.refuse);
  }
}

Fields with_scheme(std::string_view scheme, Fields call) {
  call["scheme"] = scheme;
  return call;
}

TEST_F(LedgerTest, HttpAndHttpsAreToldApart) {
  const auto to_port = [](unsigned port) { return http_call("GET", "/x", "", {}, "", "api.example.com", port); };
  const struct {
    const char* entry;
    Fields call;
    const char* reason;
    const char* add;
  } cases[] = {
      {"https://api.example.com/x", to_port(443), "scheme differs: http instead of https", "http://api.example.com:443/x"},
      {"https://api.example.com/x", to_port(80), "scheme differs: http instead of https", "http://api.example.com/x"},
      {"https://api.example.com/x", to_port(8080), "scheme differs: http instead of https, port differs: 8080 instead of 443", "http://api.example.com:8080/x"},
      {"http://api.example.com/x", with_scheme("https", to_port(443)), "scheme differs: https instead of http", "https://api.example.com/x"},
      {"http://api.example.com:443/x", with_scheme("https", to_port(443)), "scheme differs: https instead of http", "https://api.example.com/x"},
      {"http://api.example.com/x", with_scheme("https", to_port(8443)), "scheme differs: https instead of http, port differs: 8443 instead of 80", "https://api.example.com:8443/x"},
      {"https://api.example.com:8443/x", with_scheme("https", to_port(443)), "port differs: 443 instead of 8443", "https://api.example.com/x"},
  };
  for (const auto& row : cases) {
    SCOPED_TRACE(row.entry);
    SCOPED_TRACE(row.add);
    load("[[expect]]\nhttp = \"GET " + std::string(row.entry) + "\"\nbody = \"\"\n");
    const Outcome out = offer(row.call);
    ASSERT_EQ(out.findings.size(), 1u);
    EXPECT_EQ(out.findings[0].nearest_reason, row.reason);
    EXPECT_EQ(out.findings[0].suggestion, "[[expect]]\nhttp  = \"GET " + std::string(row.add) + "\"\nbody  = \"\"\nreply = { status = 200, json = { } }");
  }
}

TEST_F(LedgerTest, ASpentEntryIsNamed) {
  load(get("a") + get("bbbbbbbbbb", "required = false"));
  seq_ = 3;
  call("/a");
  const Outcome out = call("/a");
  ASSERT_EQ(told(out.findings), "unexpected: GET http://api.example.com/a\n");
  EXPECT_EQ(out.findings[0].notes.at(0), "1 earlier entry for this call was used at #4 (t.toml:4); one more needs times = 2");
  EXPECT_EQ(out.findings[0].nearest, nullptr) << "the note names it: once is enough";
  EXPECT_EQ(out.findings[0].nearest_reason, "");
  EXPECT_EQ(out.refusal, "unexpected: GET http://api.example.com/a\n1 earlier entry for this call was used at #4 (t.toml:4); one more needs times = 2\n");
}

TEST_F(LedgerTest, ASpentEntryThatIsOnlyNearSaysSoItself) {
  load(get("balances"));
  call("/balances");
  const Outcome out = call("/balance");
  EXPECT_EQ(out.refusal,
            "unexpected: GET http://api.example.com/balance\n"
            "nearest: t.toml:4 GET http://api.example.com/balances   path differs at \"s\", already used at #1\n");
}

TEST_F(LedgerTest, CapturesAreKeptOnlyWhenServed) {
  load("[[expect]]\nhttp = \"PUT http://api.example.com/orders/{{order:int}}\"\nbody = \"\"\nreply = { json = { id = \"{{order}}\", path = \"{{req.path}}\" } }\n" +
       get("orders/{{order}}"));
  EXPECT_EQ(told(offer(http_call("POST", "/orders/41")).findings), "unexpected: POST http://api.example.com/orders/41\n");
  const Outcome put = offer(http_call("PUT", "/orders/42"));
  EXPECT_EQ(put.rendered["json"].dump(), R"({"id":42,"path":"/orders/42"})");
  EXPECT_FALSE(put.rendered_is_constant);
  EXPECT_TRUE(call("/orders/41").refuse);
  EXPECT_FALSE(call("/orders/42").refuse);
}

TEST_F(LedgerTest, TheNearestEntryIsJudgedByWhatItsNamesStandFor) {
  load("[[expect]]\nhttp = \"PUT http://api.example.com/orders/{{order:int}}\"\nbody = \"\"\n" + get("orders/{{order}}/items") + get("orders/1234999/items"));
  offer(http_call("PUT", "/orders/1234567"));
  const Outcome out = call("/orders/1234568/items");
  ASSERT_EQ(out.findings.size(), 1u);
  EXPECT_EQ(out.findings[0].nearest->index, 1u);
  EXPECT_EQ(out.findings[0].nearest_reason, "path differs: /orders/1234568/items instead of /orders/1234567/items");
}

TEST_F(LedgerTest, AReplyThatNeedsMoreThanThereIsIsTold) {
  load(get("a", "reply = { json = { id = \"{{req.json.id}}\" } }"));
  EXPECT_EQ(told(call("/a").findings), "out-of-state: GET http://api.example.com/a: the reply needs {{req.json.id}}, which nothing has given yet\n");
}

TEST_F(LedgerTest, RepliesFollowEachOther) {
  load(get("a", "replies = [ { status = 503 }, { fault = \"reset\" }, { status = 200 } ]"));
  EXPECT_EQ(call("/a").rendered["status"], Value(503));
  EXPECT_EQ(call("/a").reply->fault, Fault::reset);
  EXPECT_EQ(call("/a").rendered["status"], Value(200));
  EXPECT_TRUE(call("/a").refuse);
}

TEST_F(LedgerTest, AnErrnoIsSpentByTheConnect) {
  const Destination api{Transport::tcp, "api.example.com", "10.0.0.1", 80, ""};
  const Destination other{Transport::tcp, "other.example.com", "10.0.0.2", 80, ""};
  load(get("a") + "[[expect]]\nhttp = \"GET http://api.example.com/b\"\nreplies = [ { errno = \"ECONNREFUSED\" }, { status = 200 } ]\nbody = \"\"\n");
  EXPECT_TRUE(ledger_->connect_may_fail(api));
  EXPECT_FALSE(ledger_->connect_may_fail(other));
  EXPECT_FALSE(ledger_->offer_connect(api, 1).entry) << "the first connection is for /a";
  EXPECT_EQ(told(call("/a").findings), "");
  const Outcome out = ledger_->offer_connect(api, 3);
  ASSERT_EQ(out.entry->index, 1u);
  EXPECT_EQ(out.reply->errno_code, ECONNREFUSED);
  EXPECT_FALSE(ledger_->offer_connect(api, 4).entry);
  EXPECT_EQ(call("/b").rendered["status"], Value(200));
  EXPECT_EQ(told(ledger_->finish()), "");
}

TEST_F(LedgerTest, AnErrnoOfHttpsIsSpentByTheConnectToItsPort) {
  load("[[expect]]\nhttp = \"GET https://api.example.com/b\"\nreply = { errno = \"ETIMEDOUT\" }\n");
  EXPECT_FALSE(ledger_->connect_may_fail({Transport::tcp, "api.example.com", "10.0.0.1", 80, ""}));
  const Outcome out = ledger_->offer_connect({Transport::tcp, "api.example.com", "10.0.0.1", 443, ""}, 1);
  ASSERT_EQ(out.entry->index, 0u);
  EXPECT_EQ(out.reply->errno_code, ETIMEDOUT);
  EXPECT_EQ(told(ledger_->finish()), "");
}

TEST_F(LedgerTest, AQueryThatDiffersChangesTheHeadline) {
  load(get("a?page=2"));
  const Outcome out = offer(http_call("GET", "/a", "", {}, "page=3"));
  ASSERT_EQ(out.findings.size(), 1u);
  EXPECT_EQ(out.findings[0].suggestion, "http = \"GET http://api.example.com/a?page=3\"");
}

TEST_F(LedgerTest, AMillionCallsNeedNoMemory) {
  load(get("a", "times = \"1..\"\nreply = { status = 200, text = \"ok\" }"));
  const Fields one = http_call("GET", "/a", "", {{"host", "api.example.com"}, {"user-agent", "wrk"}});
  std::size_t findings = 0;
  for (int i = 0; i < 1'000'000; ++i) findings += offer(one).findings.size();
  EXPECT_EQ(findings, 0u);
  EXPECT_EQ(ledger_->totals().met, 1u);
}

TEST_F(LedgerTest, ManyEqualEntriesAreSpentOneByOne) {
  std::string toml;
  for (int i = 0; i < 3000; ++i) toml += get("a", "reply = { status = 200 }");
  load(toml);
  for (int i = 0; i < 3000; ++i) ASSERT_EQ(call("/a").entry->index, static_cast<std::size_t>(i));
  EXPECT_TRUE(call("/a").refuse);
}

TEST(Ledger, ViolationKindsAreSpelledAsTimelinesDo) {
  EXPECT_EQ(to_text(ViolationKind::out_of_order), "out-of-order");
  EXPECT_EQ(to_text(ViolationKind::timeout), "timeout");
}

TEST(Noise, GlobsAndNames) {
  Spec spec;
  spec.noise_headers = {"host", "x-b3-*"};
  EXPECT_TRUE(is_noise_header(spec, "Host"));
  EXPECT_TRUE(is_noise_header(spec, "X-B3-TraceId"));
  EXPECT_FALSE(is_noise_header(spec, "x-b"));
}

}  // namespace
}  // namespace bigfoot
