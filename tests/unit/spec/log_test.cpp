// tests/unit/spec/log_test.cpp - Records of log channels: which entry one is for, and what is said of it.
#include <gtest/gtest.h>

#include "spec/channels.h"
#include "spec/findings.h"
#include "tests/unit/spec/spec_text.h"

namespace bigfoot {
namespace {

constexpr const char* kChannel = "[channels.app]\nfrom = \"stderr\"\n";
constexpr const char* kStrict = "[channels.app]\nfrom = \"stderr\"\nstrict = true\n";

std::string entry(const std::string& level, const std::string& logger, const std::string& message, const std::string& more = "") {
  return "[[expect]]\nlog = \"app\"\nlevel = \"" + level + "\"\nlogger = \"" + logger + "\"\nmessage = \"" + message + "\"\n" + more;
}

Fields record(const std::string& level, const std::string& logger, const std::string& message, const std::string& channel = "app") {
  Fields out = Fields::object();
  out["channel"] = channel;
  out["level"] = level;
  out["logger"] = logger;
  out["message"] = message;
  return out;
}

std::string told(const Finding& finding) {
  std::string out = std::string(to_text(finding.kind)) + ": " + finding.message + "\n" + differences_text(finding.differences);
  if (finding.nearest) out += "nearest: " + entry_title(*finding.nearest) + "   " + finding.nearest_reason + "\n";
  for (const std::string& note : finding.notes) out += "note: " + note + "\n";
  if (!finding.suggestion.empty()) out += finding.suggestion_verb + ":\n" + finding.suggestion + "\n";
  return out;
}

class Logs {
 public:
  explicit Logs(const std::string& toml) : spec_(spec_of(toml)), ledger_(spec_, quiet_world()) {}
  LogOutcome offer(const Fields& record) { return ledger_.offer_log(record, ++seq_); }
  /// "met", "ambient", or what is said.
  std::string say(const Fields& record) {
    const LogOutcome out = offer(record);
    std::string text;
    for (const Finding& finding : out.findings) text += told(finding);
    if (!out.warning.empty()) text += "warning: " + out.warning + "\n";
    return text + (out.ambient ? "ambient" : out.entry && out.findings.empty() ? "met" : "");
  }
  std::string finish() {
    std::string out;
    for (const Finding& finding : ledger_.finish()) out += told(finding);
    return out;
  }
  Ledger& ledger() { return ledger_; }

 private:
  Spec spec_;
  Ledger ledger_;
  std::uint64_t seq_ = 0;
};

TEST(Log, ARecordThatAnEntryNamesIsMet) {
  Logs logs(kChannel + entry("INFO", "myapp.auth", "User {{/\\\\w+/}} logged in") + entry("warn", "*", "Rate limit approaching"));
  EXPECT_EQ(logs.say(record("INFO", "myapp.auth", "User alice logged in")), "met");
  EXPECT_EQ(logs.say(record("INFO", "myapp.auth", "User alice logged in")), "ambient");
  EXPECT_EQ(logs.say(record("WARNING", "x", "Rate limit approaching")), "met");
  EXPECT_EQ(logs.finish(), "");
  EXPECT_EQ(logs.ledger().totals().met, 2u);
}

TEST(Log, OtherChannelsAreOther) {
  Logs logs("[channels.app]\nfrom = \"stderr\"\n[channels.web]\nfrom = \"stdout\"\nstrict = true\n" + entry("INFO", "a", "up"));
  EXPECT_EQ(logs.say(record("INFO", "a", "up", "web")),
            "unexpected: log web INFO a: up\n"
            "nearest: log app INFO a: up   channel differs: web instead of app\n"
            "add:\n[[expect]]\nlog     = \"web\"\nlevel   = \"INFO\"\nlogger  = \"a\"\nmessage = \"up\"\n");
  EXPECT_EQ(logs.say(record("INFO", "a", "up")), "met");
}

TEST(Log, AnEntryThatNeverCameNamesTheNearestLine) {
  Logs logs(kChannel + entry("INFO", "myapp.auth", "Rate limit approaching"));
  EXPECT_EQ(logs.say(record("DEBUG", "db", "something else")), "ambient");
  EXPECT_EQ(logs.say(record("WARNING", "myapp.auth", "Rate limit approached")), "ambient");
  EXPECT_EQ(logs.say(record("WARNING", "myapp.auth", "Rate limit approaching")), "ambient");
  EXPECT_EQ(logs.finish(),
            "unused: log app INFO myapp.auth: Rate limit approaching never happened\n"
            "note: nearest line, #3: WARNING myapp.auth: Rate limit approaching; level differs: WARNING instead of INFO\n");
}

TEST(Log, AnEntryThatNeverCameMayHaveNoNearLine) {
  Logs logs(kChannel + entry("INFO", "myapp.auth", "up"));
  EXPECT_EQ(logs.say(record("INFO", "myapp.auth", "listening on port 8080")), "ambient");
  EXPECT_EQ(logs.finish(), "unused: log app INFO myapp.auth: up never happened\n");
}

TEST(Log, AStrictChannelTellsEveryLine) {
  Logs logs(kStrict + entry("INFO", "myapp", "up"));
  EXPECT_EQ(logs.say(record("INFO", "db", "connected to 10.0.0.1")),
            "unexpected: log app INFO db: connected to 10.0.0.1\n"
            "add:\n[[expect]]\nlog     = \"app\"\nlevel   = \"INFO\"\nlogger  = \"db\"\nmessage = \"connected to 10.0.0.1\"\n");
  EXPECT_EQ(logs.say(record("INFO", "myapp", "up")), "met");
  EXPECT_EQ(logs.say(record("INFO", "myapp", "up")),
            "unexpected: log app INFO myapp: up\n"
            "note: 1 earlier entry for this call was used at #2 (t.toml:5); one more needs times = 2\n"
            "add:\n[[expect]]\nlog     = \"app\"\nlevel   = \"INFO\"\nlogger  = \"myapp\"\nmessage = \"up\"\n");
  EXPECT_EQ(logs.finish(), "");
}

TEST(Log, AStrictChannelPairsOnlyLinesThatAreNear) {
  Logs logs(kStrict + entry("INFO", "myapp", "listening on port 8080") + entry("INFO", "myapp", "Rate limit approaching"));
  EXPECT_EQ(logs.say(record("WARNING", "myapp", "Rate limit approaching")),
            "mismatch: log app WARNING myapp: Rate limit approaching: 1 field differs\n"
            "level: expected \"INFO\" got \"WARNING\"\n"
            "accept it:\nlevel = \"WARNING\"\n"
            "out-of-order: log app WARNING myapp: Rate limit approaching came before t.toml:5 log app INFO myapp: listening on port 8080\n"
            "note: still to come: t.toml:5 log app INFO myapp: listening on port 8080\n"
            "if any order is right, add to each:\n"
            "any_order = \"together\"    # t.toml:5 log app INFO myapp: listening on port 8080\n"
            "any_order = \"together\"    # t.toml:10 log app INFO myapp: Rate limit approaching\n");
  EXPECT_EQ(logs.say(record("INFO", "myapp", "listening on port 8081")),
            "mismatch: log app INFO myapp: listening on port 8081: 1 field differs\n"
            "message: expected \"listening on port 8080\" got \"listening on port 8081\"\n"
            "accept it:\nmessage = \"listening on port 8081\"\n");
}

TEST(Log, TheNearestOfAnUnexpectedLineIsShown) {
  Logs logs(kStrict + entry("INFO", "myapp.http", "listening on port 8080"));
  EXPECT_EQ(logs.say(record("INFO", "myapp.grpc", "listening on port 8081")),
            "unexpected: log app INFO myapp.grpc: listening on port 8081\n"
            "nearest: log app INFO myapp.http: listening on port 8080   logger differs: myapp.grpc instead of myapp.http, message differs at \"0\"\n"
            "add:\n[[expect]]\nlog     = \"app\"\nlevel   = \"INFO\"\nlogger  = \"myapp.grpc\"\nmessage = \"listening on port 8081\"\n");
}

TEST(Log, AFieldThatIsLeftOutIsUnasserted) {
  for (const char* channel : {kChannel, kStrict}) {
    Logs logs(std::string(channel) + "[[expect]]\nlog = \"app\"\nmessage = \"up\"\n");
    EXPECT_EQ(logs.say(record("INFO", "myapp", "up")),
              "unasserted: log app INFO myapp: up: level, logger not asserted\n"
              "level: expected (no key) got \"INFO\"\nlogger: expected (no key) got \"myapp\"\n"
              "add:\nlevel = \"INFO\"\nlogger = \"myapp\"\n");
  }
}

TEST(Log, WhatALineDoesNotHaveNeedsNoMention) {
  Logs logs(std::string(kStrict) + "[[expect]]\nlog = \"app\"\nmessage = \"up\"\n");
  EXPECT_EQ(logs.say(record("", "", "up")), "met");
}

TEST(Log, LinesBelowALevelAreAmbient) {
  Logs logs(std::string(kStrict) + "ignore_below = \"warn\"\n" + entry("ERROR", "a", "no"));
  EXPECT_EQ(logs.say(record("INFO", "a", "no")), "ambient");
  EXPECT_EQ(logs.say(record("DEBUG", "b", "x")), "ambient");
  EXPECT_EQ(logs.say(record("ERROR", "a", "no")), "met");
  EXPECT_TRUE(logs.say(record("WARNING", "a", "x")).starts_with("unexpected: "));
  EXPECT_TRUE(logs.say(record("", "", "x")).starts_with("unexpected: "));
}

TEST(Log, OtherMembersCanBeAsserted) {
  Logs logs(kChannel + entry("INFO", "shop", "paid", "fields = { order_id = \"{{int}}\", user = { id = 7 } }\n"));
  Fields one = record("INFO", "shop", "paid");
  one["fields"] = Value::object({{"order_id", 5}, {"user", Value::object({{"id", 8}})}, {"pid", 1}});
  EXPECT_EQ(logs.say(one), "ambient");
  EXPECT_EQ(logs.say(record("INFO", "shop", "paid")), "ambient");
  one["fields"]["user"]["id"] = 7;
  EXPECT_EQ(logs.say(one), "met");
}

TEST(Log, TheGuardSaysWhatUnexpectedLinesAre) {
  Logs warned(std::string(kStrict) + "[guard]\nlog = \"warn\"\n");
  EXPECT_EQ(warned.say(record("INFO", "a", "up")), "warning: log app INFO a: up was not asserted: no expectation matches it and [guard] says \"warn\"\nambient");
  Logs off(std::string(kStrict) + "[guard]\nlog = \"off\"\n");
  EXPECT_EQ(off.say(record("INFO", "a", "up")), "ambient");
}

TEST(Log, CountsAndCapturesAreThoseOfAllEntries) {
  Logs logs(kStrict + entry("DEBUG", "*", "*", "times = \"0..\"\n") + entry("INFO", "a", "job {{id:uuid}} started") + entry("INFO", "a", "job {{id}} done", "times = 2\n"));
  EXPECT_EQ(logs.say(record("DEBUG", "b", "x")), "met");
  EXPECT_EQ(logs.say(record("INFO", "a", "job 123e4567-e89b-12d3-a456-426614174000 started")), "met");
  EXPECT_EQ(logs.say(record("INFO", "a", "job 123e4567-e89b-12d3-a456-426614174000 done")), "met");
  EXPECT_EQ(logs.say(record("DEBUG", "c", "y")), "met");
  EXPECT_EQ(logs.say(record("INFO", "a", "job 123e4567-e89b-12d3-a456-426614174000 done")), "met");
  EXPECT_TRUE(logs.say(record("INFO", "a", "job 123e4567-e89b-12d3-a456-426614174000 done")).starts_with("unexpected: "));
}

TEST(Log, WhatIsSuggestedMatches) {
  const Fields odd[] = {record("INFO", "a", "*"), record("AUDIT", "{{int}}", "say \"{{x}}\"\t"), record("", "", "caf\xe9 \xff"), record("ERROR", "", "a\x01z")};
  for (const Fields& one : odd) {
    const LogOutcome unexpected = Logs(kStrict).offer(one);
    ASSERT_EQ(unexpected.findings.size(), 1u);
    EXPECT_EQ(Logs(kStrict + unexpected.findings.front().suggestion + "\n").say(one), "met") << unexpected.findings.front().suggestion;
  }
}

struct SourceCase {
  const char* from;
  Channel::Source source;
  const char* text;
  Destination fits;
};
const SourceCase kSources[] = {
    {"stderr", Channel::Source::standard_error, "stderr", {}},
    {"stdout", Channel::Source::standard_output, "stdout", {}},
    {"/var/log/app.log", Channel::Source::file, "/var/log/app.log", {}},
    {"file:/var/log/app.log", Channel::Source::file, "/var/log/app.log", {}},
    {"file:///var/log/app.log", Channel::Source::file, "/var/log/app.log", {}},
    {"syslog", Channel::Source::syslog, "syslog", {.transport = Transport::unix_datagram, .path = "/dev/log"}},
    {"syslog", Channel::Source::syslog, "syslog", {.transport = Transport::unix_stream, .path = "/run/systemd/journal/dev-log"}},
    {"journald", Channel::Source::journal, "journald", {.transport = Transport::unix_datagram, .path = "/run/systemd/journal/socket"}},
    {"journald", Channel::Source::journal, "journald", {.transport = Transport::unix_stream, .path = "/run/systemd/journal/stdout"}},
    {"udp://logs.example.com:514", Channel::Source::udp, "udp://logs.example.com:514", {.transport = Transport::udp, .host = "logs.example.com", .port = 514}},
    {"tcp://127.0.0.1:601", Channel::Source::tcp, "tcp://127.0.0.1:601", {.transport = Transport::tcp, .address = "127.0.0.1", .port = 601}},
};

TEST(Log, ChannelsReadManySources) {
  for (const SourceCase& row : kSources) {
    SCOPED_TRACE(row.from);
    const Spec spec = spec_of("[channels.app]\nstrict = true\nfrom = \"" + std::string(row.from) + "\"\n");
    ASSERT_EQ(spec.channels.size(), 1u);
    const Channel& channel = spec.channels.front();
    EXPECT_EQ(channel.source, row.source);
    EXPECT_EQ(source_text(channel), row.text);
    const bool socket = !row.fits.path.empty() || row.fits.port > 0;
    EXPECT_EQ(channel.endpoint.fits(row.fits), socket);
    EXPECT_FALSE(channel.endpoint.fits({.transport = Transport::unix_datagram, .path = "/dev/logs"}));
  }
}

TEST(Log, ASpecOfOneScreenIsRead) {
  const Spec spec = spec_of(R"(
[channels.app]
from = "stdout"
format = "{level} {logger}: {message}"
strict = true
swallow = true
ignore_below = "info"
)");
  const Channel& channel = spec.channels.at(0);
  EXPECT_TRUE(channel.strict && channel.swallow && channel.format);
  EXPECT_EQ(channel.ignore_below, LogLevel::info);
}

}  // namespace
}  // namespace bigfoot
