// tests/unit/spec/loader_test.cpp - What a spec that is right becomes.
#include "spec/loader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <filesystem>
#include <fstream>

#include "spec/keys.h"
#include "protocols/registry.h"

namespace bigfoot {
namespace {

using testing::ElementsAre;

std::string all_text(const Diagnostics& problems) {
  std::string text;
  for (const Diagnostic& problem : problems.all()) text += to_text(problem);
  return text;
}

Spec load(const std::string& text) {
  Diagnostics problems;
  Spec spec = load_spec_text("s.toml", "version = 1\n" + text, problems);
  EXPECT_FALSE(problems.has(Severity::error)) << all_text(problems);
  return spec;
}

Entry load_one(const std::string& text) {
  const Spec spec = load("[[expect]]\n" + text);
  EXPECT_EQ(spec.entries.size(), 1u) << text;
  return spec.entries.empty() ? Entry{} : spec.entries.front();
}

const FieldPattern* field(const std::vector<FieldPattern>& fields, std::string_view name) {
  for (const FieldPattern& pattern : fields)
    if (pattern.name == name) return &pattern;
  return nullptr;
}

bool fits(const Entry& entry, std::string_view name, const Value& value) {
  const FieldPattern* pattern = field(entry.identity, name);
  if (!pattern) pattern = field(entry.asserted, name);
  return pattern && pattern->pattern && pattern->pattern->match(value, name, {}, {}, nullptr);
}

Value rendered(const Reply& reply) {
  Captures known;
  return reply.fields->render(known, Value::object(), {}, nullptr);
}

struct UrlCase {
  const char* name;
  const char* headline;
  const char *method, *scheme, *host, *path, *query;  ///< a call that fits; "" in `method`: does not matter
  unsigned port;
  bool fits;
};
const UrlCase kUrls[] = {
    {"Literal", "GET http://a.test/x", "GET", "http", "a.test", "/x", "", 80, true},
    {"OtherPath", "GET http://a.test/x", "GET", "http", "a.test", "/y", "", 80, false},
    {"OtherMethod", "GET http://a.test/x", "POST", "http", "a.test", "/x", "", 80, false},
    {"OtherPort", "GET http://a.test/x", "GET", "http", "a.test", "/x", "", 8080, false},
    {"GivenPort", "GET http://a.test:8080/x", "GET", "http", "a.test", "/x", "", 8080, true},
    {"NoPath", "GET http://a.test", "GET", "http", "a.test", "/", "", 80, true},
    {"HostInUpperCase", "GET HTTP://A.Test/X", "GET", "http", "a.test", "/X", "", 80, true},
    {"DotSegments", "GET http://a.test/a/../b/./c", "GET", "http", "a.test", "/b/c", "", 80, true},
    {"PercentOfUnreserved", "GET http://a.test/%7Eme", "GET", "http", "a.test", "/~me", "", 80, true},
    {"Query", "GET http://a.test/x?b=2&a=1", "GET", "http", "a.test", "/x", "b=2&a=1", 80, true},
    {"QueryInAnotherOrder", "GET http://a.test/x?b=2&a=1", "GET", "http", "a.test", "/x", "a=1&b=2", 80, false},
    {"NoQueryIsNone", "GET http://a.test/x", "GET", "http", "a.test", "/x", "a=1", 80, false},
    {"AnyQuery", "GET http://a.test/x?*", "GET", "http", "a.test", "/x", "a=1", 80, true},
    {"HoleInTheQuery", "GET http://a.test/x?page={{int}}", "GET", "http", "a.test", "/x", "page=12", 80, true},
    {"HoleInThePath", "GET http://a.test/orders/{{order:int}}/items", "GET", "http", "a.test", "/orders/77/items", "", 80, true},
    {"HoleThatDoesNotFit", "GET http://a.test/orders/{{order:int}}", "GET", "http", "a.test", "/orders/x", "", 80, false},
    {"RegexWithSlashAndBraces", "GET http://a.test/{{/^[a-z]{2}$/}}/y", "GET", "http", "a.test", "/de/y", "", 80, true},
    {"HoleAsHost", "GET http://{{/(a|b)/}}.test/", "GET", "http", "b.test", "/", "", 80, true},
    {"HoleAsMethod", "{{/^(GET|HEAD)$/}} http://a.test/", "HEAD", "http", "a.test", "/", "", 80, true},
    {"AnyMethod", "* http://a.test/", "BREW", "http", "a.test", "/", "", 80, true},
    {"HostGlob", "GET http://*.a.test/", "GET", "http", "x.y.a.test", "/", "", 80, true},
    {"HostGlobNeedsALabel", "GET http://*.a.test/", "GET", "http", "a.test", "/", "", 80, false},
    {"AnyPort", "GET http://a.test:*/", "GET", "http", "a.test", "/", "", 12345, true},
    {"AnySegment", "GET http://a.test/a/*/c", "GET", "http", "a.test", "/a/b/c", "", 80, true},
    {"AnySegmentIsOne", "GET http://a.test/a/*/c", "GET", "http", "a.test", "/a/b/b/c", "", 80, false},
    {"EverythingBelow", "GET http://a.test/a/**", "GET", "http", "a.test", "/a/b/c", "", 80, true},
    {"StarInASegmentIsItself", "GET http://a.test/a*b", "GET", "http", "a.test", "/a*b", "", 80, true},
    {"AnyUrl", "GET *", "GET", "https", "a.test", "/x", "a=1", 443, true},
    {"Ipv6", "GET http://[::1]:8080/", "GET", "http", "::1", "/", "", 8080, true},
    {"Fragment", "GET http://a.test/x#top", "GET", "http", "a.test", "/x", "", 80, true},
};

TEST(HttpHeadline, TakesTheCallsItNames) {
  for (const UrlCase& url : kUrls) {
    const Entry entry = load_one("http = '" + std::string(url.headline) + "'\nheaders = \"*\"\nbody = \"\"");
    EXPECT_EQ(entry.headline, url.headline);
    const bool all = fits(entry, "method", url.method) && fits(entry, "scheme", url.scheme) && fits(entry, "host", url.host) &&
                     fits(entry, "port", url.port) && fits(entry, "path", url.path) && fits(entry, "query", url.query);
    EXPECT_EQ(all, url.fits) << url.name;
  }
}

TEST(HttpHeadline, GivesTheEndpoint) {
  const Entry entry = load_one("http = \"GET http://a.test:8080/\"\nheaders = \"*\"");
  EXPECT_TRUE(entry.endpoint.tcp);
  EXPECT_FALSE(entry.endpoint.tls);
  EXPECT_EQ(entry.endpoint.port, 8080u);
  ASSERT_TRUE(entry.endpoint.host && entry.endpoint.host->literal());
  EXPECT_EQ(*entry.endpoint.host->literal(), "a.test");
  EXPECT_TRUE(load_one("http = \"GET https://a.test/\"\nheaders = \"*\"").endpoint.tls);
  EXPECT_EQ(load_one("http = \"GET http://*:*/\"\nheaders = \"*\"").endpoint.port, std::nullopt);
}

TEST(HttpHeadline, LiteralPartsAreLiteralPatterns) {
  const Entry entry = load_one("http = \"GET http://a.test/x\"\nheaders = \"*\"\nbody = \"\"");
  for (const FieldPattern& part : entry.identity) EXPECT_TRUE(part.pattern && part.pattern->literal()) << part.name;
}

TEST(HttpFields, WhatIsNotMentionedHasNoPattern) {
  const Entry entry = load_one("http = \"GET http://a.test/x\"");
  ASSERT_TRUE(field(entry.asserted, "headers") && field(entry.asserted, "body") && field(entry.asserted, "query"));
  EXPECT_EQ(field(entry.asserted, "headers")->pattern, nullptr);
  EXPECT_EQ(field(entry.asserted, "body")->pattern, nullptr);
  EXPECT_NE(field(entry.asserted, "query")->pattern, nullptr);
}

TEST(HttpFields, QueryTableHasNoOrder) {
  const Entry entry = load_one("http = \"GET http://a.test/x\"\nquery = { a = \"1\", b = \"2\" }\nheaders = \"*\"");
  EXPECT_TRUE(fits(entry, "query", "b=2&a=1"));
  EXPECT_FALSE(fits(entry, "query", "b=2"));
}

TEST(HttpFields, DefaultsServeWhatAnEntryDoesNotMention) {
  const Spec spec = load("[defaults.http]\nheaders = \"*\"\nreply = { status = 204 }\n"
                         "[[expect]]\nhttp = \"GET http://a.test/1\"\n"
                         "[[expect]]\nhttp = \"GET http://a.test/2\"\nheaders = { a = \"1\" }\nreply = { status = 200 }\n");
  EXPECT_TRUE(field(spec.entries[0].asserted, "headers")->pattern->is_any());
  EXPECT_FALSE(field(spec.entries[1].asserted, "headers")->pattern->is_any());
  EXPECT_EQ(rendered(spec.entries[0].replies.at(0))["status"], 204);
  EXPECT_EQ(rendered(spec.entries[1].replies.at(0))["status"], 200);
}

struct ReplyCase {
  const char* name;
  const char* reply;
  const char* fields;  ///< JSON
};
const ReplyCase kHttpReplies[] = {
    {"Json", "{ status = 201, json = { b = 1, a = [true, 2.5] } }", R"({"status": 201, "json": {"b": 1, "a": [true, 2.5]}})"},
    {"JsonAsText", R"({ json = '{"a": -1, "b": [1e2]}' })", R"({"json": {"a": -1, "b": [100.0]}})"},
    {"Text", "{ text = \"hi\" }", R"({"text": "hi"})"},
    {"Headers", "{ headers = { a = \"1\", b = [\"2\", \"3\"], retry-after = 0 } }", R"({"headers": {"a": "1", "b": ["2", "3"], "retry-after": "0"}})"},
    {"Hex", "{ hex = \"68 69\" }", R"({"body": "hi"})"},
    {"Base64", "{ base64 = \"aGk=\" }", R"({"body": "hi"})"},
    {"HexIsNoTemplate", "{ hex = \"7b7b787d7d\" }", R"({"body": "{{x}}"})"},
    {"Chunks", "{ chunks = [\"a\", \"b\"] }", R"({"chunks": ["a", "b"]})"},
    {"Events", "{ sse = [\"a\", { event = \"e\", data = \"d\", id = 5, retry = 10 }] }", R"({"sse": ["a", {"event": "e", "data": "d", "id": 5, "retry": 10}]})"},
    {"Nothing", "{ }", "{}"},
};

TEST(HttpReply, BecomesTheProtocolsFields) {
  for (const ReplyCase& reply : kHttpReplies) {
    const Entry entry = load_one("http = \"GET http://a.test/\"\nheaders = \"*\"\nreply = " + std::string(reply.reply));
    ASSERT_EQ(entry.replies.size(), 1u) << reply.name;
    EXPECT_EQ(rendered(entry.replies[0]), Value::parse(reply.fields)) << reply.name;
    ASSERT_TRUE(entry.replies[0].fields->constant()) << reply.name;
  }
}

TEST(HttpReply, DelayFaultAndErrnoStandBesideTheFields) {
  const Entry entry = load_one("http = \"GET http://a.test/\"\nheaders = \"*\"\nreplies = [ { delay = \"1.5s\", status = 503 }, { fault = \"truncate\", text = \"x\" }, { errno = \"ETIMEDOUT\" } ]");
  ASSERT_EQ(entry.replies.size(), 3u);
  EXPECT_EQ(entry.replies[0].delay, std::chrono::milliseconds(1500));
  EXPECT_EQ(rendered(entry.replies[0]), Value::parse(R"({"status": 503})"));
  EXPECT_EQ(entry.replies[1].fault, Fault::truncate);
  EXPECT_EQ(entry.replies[2].errno_code, ETIMEDOUT);
  EXPECT_EQ(entry.times.min, 3u);
  EXPECT_EQ(entry.times.max, 3u);
}

struct DnsCase {
  const char* name;
  const char* entry;
  const char *asked_name, *asked_type;
  bool fits;
  const char* fields;
};
const DnsCase kDns[] = {
    {"NameAsksForA", "dns = \"API.example.com\"\nreply = [\"10.0.0.1\", \"::1\"]", "api.example.com", "A", true, R"({"records": ["10.0.0.1", "::1"]})"},
    {"NameAsksForAaaa", "dns = \"api.example.com.\"\nreply = \"10.0.0.1\"", "api.example.com", "AAAA", true, R"({"records": ["10.0.0.1"]})"},
    {"NameAsksForNoMx", "dns = \"api.example.com\"\nreply = { address = [\"10.0.0.1\"] }", "api.example.com", "MX", false, R"({"records": ["10.0.0.1"]})"},
    {"Mx", "dns = \"MX example.com\"\nreply = { records = [\"10 m.example.com\"], ttl = 5 }", "example.com", "MX", true, R"({"records": ["10 m.example.com"], "ttl": 5})"},
    {"Srv", "dns = \"SRV _sip._tcp.example.com\"\nreply = [\"0 5 5060 sip.example.com\"]", "_sip._tcp.example.com", "SRV", true, R"({"records": ["0 5 5060 sip.example.com"]})"},
    {"Ptr", "dns = \"PTR 93.184.216.34\"\nreply = [\"www.example.com\"]", "34.216.184.93.in-addr.arpa", "PTR", true, R"({"records": ["www.example.com"]})"},
    {"PtrOfIpv6", "dns = \"PTR ::1\"\nreply = [\"localhost\"]", "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.ip6.arpa", "PTR", true, R"({"records": ["localhost"]})"},
    {"Error", "dns = \"a.example.com\"\nreply = { error = \"SERVFAIL\" }", "a.example.com", "A", true, R"({"rcode": "SERVFAIL"})"},
    {"Glob", "dns = \"*.example.com\"\nreply = [\"10.0.0.1\"]", "a.b.example.com", "A", true, R"({"records": ["10.0.0.1"]})"},
};

TEST(DnsEntry, NamesQuestionAndAnswer) {
  for (const DnsCase& dns : kDns) {
    const Entry entry = load_one(dns.entry);
    EXPECT_EQ(fits(entry, "name", dns.asked_name) && fits(entry, "type", dns.asked_type), dns.fits) << dns.name;
    ASSERT_EQ(entry.replies.size(), 1u) << dns.name;
    EXPECT_EQ(rendered(entry.replies[0]), Value::parse(dns.fields)) << dns.name;
  }
}

TEST(DnsEntry, TimeoutIsAFault) {
  const Entry entry = load_one("dns = \"a.example.com\"\nreplies = [ { error = \"timeout\" }, { address = [\"10.0.0.7\"] } ]");
  EXPECT_EQ(entry.replies.at(0).fault, Fault::timeout);
  EXPECT_EQ(entry.replies.at(1).fault, Fault::none);
}

struct SocketCase {
  const char* name;
  const char* headline;
  bool tcp, udp, unix_path;
  const char *scheme, *address;
  const char* host;  ///< of the endpoint, where it is a literal
  unsigned port;     ///< 0: any
};
const SocketCase kSockets[] = {
    {"Tcp", "tcp://api.example.com:80", true, false, false, "tcp", "api.example.com:80", "api.example.com", 80},
    {"Udp", "udp://127.0.0.1:8125", false, true, false, "udp", "127.0.0.1:8125", "127.0.0.1", 8125},
    {"Ipv6", "tcp://[::1]:80", true, false, false, "tcp", "[::1]:80", "::1", 80},
    {"AnyPort", "tcp://a.test:*", true, false, false, "tcp", "a.test:5432", "a.test", 0},
    {"AnyHost", "tcp://*:5432", true, false, false, "tcp", "db.test:5432", "", 5432},
    {"UnixPath", "unix:///run/agent.sock", false, false, true, "unix", "/run/agent.sock", "", 0},
    {"UnixDatagram", "unix:///run/agent.sock", false, false, true, "unix-dgram", "/run/agent.sock", "", 0},
    {"UnixAbstract", "unix://@agent", false, false, true, "unix", "@agent", "", 0},
    {"UnixGlob", "unix:///run/*/agent.sock", false, false, true, "unix", "/run/x/agent.sock", "", 0},
};

TEST(SocketEntry, NamesAnEndpoint) {
  for (const SocketCase& socket : kSockets) {
    const Entry entry = load_one("socket = \"" + std::string(socket.headline) + "\"\nsteps = [ { send = \"x\" } ]");
    EXPECT_EQ(entry.endpoint.tcp, socket.tcp) << socket.name;
    EXPECT_EQ(entry.endpoint.udp, socket.udp) << socket.name;
    EXPECT_EQ(entry.endpoint.unix_path, socket.unix_path) << socket.name;
    EXPECT_EQ(entry.endpoint.port.value_or(0), socket.port) << socket.name;
    const Value* host = entry.endpoint.host ? entry.endpoint.host->literal() : nullptr;
    EXPECT_EQ(host ? host->get<std::string>() : "", socket.host) << socket.name;
    EXPECT_TRUE(fits(entry, "scheme", socket.scheme)) << socket.name;
    EXPECT_TRUE(fits(entry, "address", socket.address)) << socket.name;
  }
}

TEST(SocketEntry, StepsAreTurns) {
  const Entry entry = load_one("socket = \"tcp://a.test:80\"\nsteps = [ { send = { hex = \"00 05\" } }, { recv = \"hi\", delay = \"10ms\" }, { close = true, required = false }, { fault = \"reset\" } ]");
  ASSERT_EQ(entry.steps.size(), 4u);
  EXPECT_TRUE(entry.steps[0].content->match(Value(std::string("\0\5", 2)), "", {}, {}, nullptr));
  EXPECT_EQ(entry.steps[0].shown, "send { hex = \"00 05\" }");
  Captures known;
  EXPECT_EQ(entry.steps[1].data->render(known, Value::object(), {}, nullptr), "hi");
  EXPECT_EQ(entry.steps[1].delay, std::chrono::milliseconds(10));
  EXPECT_EQ(entry.steps[2].verb, Verb::close);
  EXPECT_FALSE(entry.steps[2].required);
  EXPECT_EQ(entry.steps[3].fault, Fault::reset);
}

TEST(SocketEntry, AFaultIsItsOnlyStepAndAnErrnoItsReply) {
  const Entry fault = load_one("socket = \"tcp://a.test:80\"\nreply = { fault = \"reset\", delay = \"5ms\" }");
  ASSERT_EQ(fault.steps.size(), 1u);
  EXPECT_EQ(fault.steps[0].fault, Fault::reset);
  EXPECT_EQ(fault.steps[0].delay, std::chrono::milliseconds(5));
  EXPECT_TRUE(fault.replies.empty());
  const Entry refused = load_one("socket = \"tcp://a.test:80\"\nreply = { errno = \"ECONNREFUSED\" }");
  EXPECT_TRUE(refused.steps.empty());
  EXPECT_EQ(refused.replies.at(0).errno_code, ECONNREFUSED);
}

struct CountCase {
  const char* text;
  std::uint64_t min, max;
};

struct CommandCase {
  const char* name;
  const char* entry;
  const char* headline;
  const char* asserted;  ///< the fields, "-" behind those that are asserted to be empty
  const char* fields;    ///< of its first reply, as JSON; "": it has none
};
const CommandCase kCommands[] = {
    {"Exec", "exec = [\"git\", \"pull\"]\nstdin = \"\"\nreply = { exit = 3, stdout = \"a\" }", "exec [\"git\", \"pull\"]", "argv stdin", R"({"exit": 3, "stdout": "a"})"},
    {"ExecWithoutStdin", "exec = [\"git\"]", "exec [\"git\"]", "argv stdin-", ""},
    {"ExecWithAll", "exec = [\"git\", { contains = \"x\" }]\ncwd = \"/\"\nenv = { A = 1 }\nreply = { signal = \"KILL\" }", "exec [\"git\", \"…\"]", "argv stdin- cwd env",
     R"({"signal": 9})"},
    {"ExecOfAny", "exec = \"*\"\nreply = { stderr = { hex = \"68 69\" } }", "exec *", "argv stdin-", R"({"stderr": "hi"})"},
    {"Shell", "shell = \"a | b\"\nstdin = \"*\"\nreply = { stdout = { json = { a = 1 } } }", "shell a | b", "stdin", R"({"stdout": "{\"a\":1}"})"},
    {"ShellOfLines", "shell = \"a\\nb\"", "shell \"a\\nb\"", "stdin-", ""},
    {"ShellByRegex", "shell = { regex = '^git ' }", "shell { … }", "stdin-", ""},
    {"WithSteps", "exec = [\"make\"]\nsteps = [ { exit = 0 } ]", "exec [\"make\"]", "argv", ""},
    {"Which", "which = \"git\"\nreply = \"/usr/bin/git\"", "which git", "", R"({"path": "/usr/bin/git"})"},
    {"WhichNowhere", "which = \"git\"\nreply = false", "which git", "", R"({"path": false})"},
};

TEST(CommandEntry, SaysFieldsAndReply) {
  for (const CommandCase& row : kCommands) {
    const Entry entry = load_one(row.entry);
    EXPECT_EQ(entry.headline, row.headline) << row.name;
    std::string asserted;
    for (const FieldPattern& each : entry.asserted) asserted += (asserted.empty() ? "" : " ") + each.name + (each.pattern ? "" : "-");
    EXPECT_EQ(asserted, row.asserted) << row.name;
    EXPECT_EQ(entry.replies.size(), *row.fields ? 1u : 0u) << row.name;
    EXPECT_EQ(entry.replies.empty() ? "" : rendered(entry.replies[0]).dump(), *row.fields ? Value::parse(row.fields).dump() : "") << row.name;
    EXPECT_EQ(entry.on_mismatch, entry.protocol->name == "which" ? OnMismatch::serve : OnMismatch::refuse) << row.name;
  }
}

TEST(CommandEntry, StepsAreThoseOfAChild) {
  const Entry entry = load_one("exec = [\"make\"]\nsteps = [ { stdout = \"a\" }, { stderr = { hex = \"62\" }, delay = \"5ms\" }, { stdin = \"{{int}}\", required = false }, { exit = 3, required = false }, { signal = \"SIGINT\" } ]");
  ASSERT_EQ(entry.steps.size(), 5u);
  EXPECT_EQ(entry.steps[0].fd, 1);
  EXPECT_EQ(entry.steps[1].fd, 2);
  EXPECT_EQ(*entry.steps[1].data->constant(), "b");
  EXPECT_EQ(entry.steps[1].delay, std::chrono::milliseconds(5));
  EXPECT_EQ(entry.steps[2].verb, Verb::send);
  EXPECT_EQ(entry.steps[3].verb, Verb::close);
  EXPECT_EQ(entry.steps[3].status, 3);
  EXPECT_EQ(entry.steps[3].shown, "exit 3");
  EXPECT_EQ(entry.steps[4].signal, 2);
}

TEST(CommandEntry, StepsLeaveTheDefaultsOut) {
  const Spec spec = load("[defaults.exec]\nstdin = \"\"\nreply = { exit = 1 }\n[[expect]]\nexec = [\"a\"]\n[[expect]]\nexec = [\"b\"]\nsteps = [ { stdin = \"x\" } ]\n");
  EXPECT_EQ(spec.entries[0].replies.size(), 1u);
  EXPECT_EQ(spec.entries[1].replies.size(), 0u);
  EXPECT_EQ(field(spec.entries[1].asserted, "stdin"), nullptr);
}

TEST(CommandEntry, ALookUpIsAnsweredAsOftenAsItIsAsked) {
  const auto times = [](const std::string& more) { return load_one("which = \"git\"\n" + more).times; };
  const CountCase kTimes[] = {{"reply = false", 0, Count::kNoLimit},
                              {"reply = false\nrequired = true", 1, Count::kNoLimit},
                              {"reply = false\ntimes = 2", 2, 2},
                              {"reply = false\ntimes = 2\nrequired = false", 0, 2},
                              {"replies = [false, \"/a\"]", 0, 2}};
  for (const CountCase& row : kTimes) {
    EXPECT_EQ(times(row.text).min, row.min) << row.text;
    EXPECT_EQ(times(row.text).max, row.max) << row.text;
  }
}

const CountCase kCounts[] = {
    {"", 1, 1},
    {"times = 3", 3, 3},
    {"times = \"3\"", 3, 3},
    {"times = \"2..5\"", 2, 5},
    {"times = \"0..2\"", 0, 2},
    {"times = \"1..\"", 1, Count::kNoLimit},
    {"required = false", 0, 1},
    {"times = 3\nrequired = false", 0, 3},
    {"replies = [{}, {}]", 2, 2},
    {"replies = [{}, {}]\nrequired = false", 0, 2},
    {"replies = [{}, {}]\ntimes = \"1..2\"", 1, 2},
};

TEST(Counts, AreReadFromTimesRequiredAndReplies) {
  for (const CountCase& count : kCounts) {
    const Entry entry = load_one("http = \"GET http://a.test/\"\nheaders = \"*\"\n" + std::string(count.text));
    EXPECT_EQ(entry.times.min, count.min) << count.text;
    EXPECT_EQ(entry.times.max, count.max) << count.text;
  }
}

TEST(Settings, AreRead) {
  const Spec spec = load("[settings]\norder = \"per-target\"\ntimeout = \"30s\"\ndns = \"strict\"\nambient = \"assert\"\nbody_limit = 10\nredact = [\"header:authorization\"]\n"
                         "on_mismatch = \"refuse\"\n[noise]\nheaders = [\"X-Request-Id\"]\n"
                         "[[expect]]\nhttp = \"GET http://a.test/1\"\nheaders = \"*\"\n[[expect]]\nhttp = \"GET http://a.test/2\"\nheaders = \"*\"\non_mismatch = \"serve\"\n");
  EXPECT_EQ(spec.settings.order, Order::per_target);
  EXPECT_EQ(spec.settings.timeout, std::chrono::seconds(30));
  EXPECT_TRUE(spec.settings.dns_strict);
  EXPECT_TRUE(spec.settings.ambient_asserted);
  EXPECT_EQ(spec.settings.body_limit, 10u);
  EXPECT_THAT(spec.settings.redact, ElementsAre("header:authorization"));
  EXPECT_EQ(spec.entries[0].on_mismatch, OnMismatch::refuse);
  EXPECT_EQ(spec.entries[1].on_mismatch, OnMismatch::serve);
  EXPECT_EQ(spec.noise_headers.size(), builtin_noise_headers().size() + 1);
  EXPECT_EQ(spec.noise_headers.back(), "x-request-id");
  EXPECT_THAT(load("[noise]\nbuiltin = false\nheaders = [\"a\"]\n").noise_headers, ElementsAre("a"));
}

struct RuleCase {
  const char* rule;
  const char* protocol;
  bool tcp, udp, unix_path, tls;
  unsigned port;  ///< 0: any
};
const RuleCase kRules[] = {
    {"http://localhost:*", "http", true, false, false, false, 0},
    {"http://*.prod.internal", "http", true, false, false, false, 80},
    {"https://a.test/", "https", true, false, false, true, 443},
    {"tcp://[::1]:5432", "tcp", true, false, false, false, 5432},
    {"udp://127.0.0.1:*", "udp", false, true, false, false, 0},
    {"redis://localhost", "redis", true, false, false, false, 6379},
    {"unix:/run/dbus/*", "unix", false, false, true, false, 0},
    {"unix:///run/x.sock", "unix", false, false, true, false, 0},
    {"unix:@abstract", "unix", false, false, true, false, 0},
    {"dns:*.example.com", "dns", false, false, false, false, 0},
    {"exec:/usr/bin/locale", "exec", false, false, false, false, 0},
    {"exec:locale", "exec", false, false, false, false, 0},
};

TEST(Guard, RulesNameEndpoints) {
  for (const RuleCase& wanted : kRules) {
    const Spec spec = load("[guard]\nallow = [\"" + std::string(wanted.rule) + "\"]\n");
    ASSERT_EQ(spec.guard.allow.size(), 1u) << wanted.rule;
    const GuardRule& rule = spec.guard.allow[0];
    EXPECT_EQ(rule.text, wanted.rule);
    EXPECT_EQ(rule.protocol, wanted.protocol) << wanted.rule;
    EXPECT_EQ(rule.endpoint.tcp, wanted.tcp) << wanted.rule;
    EXPECT_EQ(rule.endpoint.udp, wanted.udp) << wanted.rule;
    EXPECT_EQ(rule.endpoint.unix_path, wanted.unix_path) << wanted.rule;
    EXPECT_EQ(rule.endpoint.tls, wanted.tls) << wanted.rule;
    EXPECT_EQ(rule.endpoint.port.value_or(0), wanted.port) << wanted.rule;
  }
}

TEST(Guard, HasLevels) {
  const Spec spec = load("[guard]\ndefault = \"warn\"\nhttp = \"off\"\ndns = \"error\"\nexec = \"auto\"\n");
  EXPECT_EQ(spec.guard.default_level, GuardLevel::warn);
  EXPECT_EQ(spec.guard.levels.at("http"), GuardLevel::off);
  EXPECT_EQ(spec.guard.levels.at("dns"), GuardLevel::error);
  EXPECT_FALSE(spec.guard.levels.contains("exec"));
}

TEST(Entries, KnowTheirOrder) {
  const Spec spec = load("[[expect]]\nid = \"a\"\nhttp = \"GET http://a.test/1\"\nheaders = \"*\"\nany_order = \"x\"\n"
                         "[[expect]]\nhttp = \"GET http://a.test/2\"\nheaders = \"*\"\nany_order = \"x\"\nafter = [\"a\", \"c\"]\n"
                         "[[expect]]\nid = \"c\"\nhttp = \"GET http://a.test/3\"\nheaders = \"*\"\n");
  EXPECT_THAT(spec.entries[1].after, ElementsAre(0, 2));
  EXPECT_EQ(spec.entries[0].any_order, "x");
  EXPECT_EQ(spec.entries[2].index, 2u);
  EXPECT_EQ(spec.entries[2].at.line, 12u);
}

TEST(Json, IsReadLikeToml) {
  Diagnostics problems;
  const Spec spec = load_spec_text("s.json", R"({"version": 1, "expect": [{"http": "POST http://a.test/", "headers": "*", "body": {"json": {"a": null}},
    "reply": {"json": {"b": null}}}]})", problems);
  EXPECT_EQ(all_text(problems), "");
  ASSERT_EQ(spec.entries.size(), 1u);
  EXPECT_TRUE(fits(spec.entries[0], "body", R"({"a": null})"));
  EXPECT_EQ(rendered(spec.entries[0].replies.at(0)), Value::parse(R"({"json": {"b": null}})"));
}

TEST(Json, TellsPlaces) {
  Diagnostics problems;
  load_spec_text("s.json", "{\"version\": 1,\n \"settings\": {\"oder\": \"any\"}}", problems);
  EXPECT_EQ(all_text(problems), "s.json:2:15: error: unknown key 'oder' in [settings]\n   \"settings\": {\"oder\": \"any\"}}\n                ^~~~\n  did you mean 'order'?\n");
}

TEST(Texts, ThatAreNotUtf8AreRefusedWithTheirLine) {
  Diagnostics problems;
  load_spec_text("s.toml", "version = 1\n# \xff\n", problems);
  EXPECT_EQ(all_text(problems), "s.toml:2:1: error: this line is not UTF-8\n   \n  ^\n  a spec is UTF-8 text; bytes are written as { hex = \"…\" } or { base64 = \"…\" }\n");
}

TEST(Texts, NumbersThatDoNotFitAreRefused) {
  Diagnostics problems;
  load_spec_text("s.toml", "version = 99999999999999999999\n", problems);
  EXPECT_EQ(all_text(problems), "s.toml:1:11: error: this is no TOML: this number is too large\n  version = 99999999999999999999\n            ^\n  whole numbers have 64 bits\n");
}

/// A folder of files that is gone when the test ends.
class Folder {
 public:
  Folder() : path_(std::filesystem::temp_directory_path() / ("bigfoot-loader-test-" + std::to_string(::testing::UnitTest::GetInstance()->random_seed()) + "-" +
                                                               std::to_string(reinterpret_cast<std::uintptr_t>(this)))) {
    std::filesystem::create_directories(path_);
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  std::string write(const std::string& name, const std::string& text) const {
    const std::filesystem::path path = path_ / name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << text;
    return path.string();
  }
  std::string at(const std::string& name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

std::string entry_text(const std::string& path) { return "[[expect]]\nhttp = \"GET http://a.test/" + path + "\"\nheaders = \"*\"\n"; }

TEST(Includes, ComeBeforeTheirIncluderAndOnce) {
  const Folder folder;
  const std::string top = folder.write("top.toml", "version = 1\ninclude = [\"parts/*.toml\", \"parts/b.toml\"]\n" + entry_text("top"));
  folder.write("parts/a.toml", "version = 1\ninclude = \"../top.toml\"\n" + entry_text("a"));
  folder.write("parts/b.toml", "version = 1\n" + entry_text("b"));
  folder.write("parts/c.txt", "nonsense");
  Diagnostics problems;
  const Spec spec = load_spec({top}, problems);
  EXPECT_EQ(all_text(problems), "");
  std::vector<std::string> headlines;
  for (const Entry& entry : spec.entries) headlines.push_back(entry.headline);
  EXPECT_THAT(headlines, ElementsAre("GET http://a.test/a", "GET http://a.test/b", "GET http://a.test/top"));
  EXPECT_THAT(spec.files, ElementsAre(top, folder.at("parts/a.toml"), folder.at("parts/b.toml")));
}

TEST(Includes, FilesThatDisagreeAreTold) {
  const Folder folder;
  const std::string one = folder.write("one.toml", "version = 1\n[settings]\norder = \"any\"\ndns = \"strict\"\n");
  const std::string two = folder.write("two.toml", "version = 1\n[settings]\norder = \"strict\"\ndns = \"strict\"\n");
  Diagnostics problems;
  load_spec({one, two}, problems);
  EXPECT_EQ(all_text(problems), two + ":3:9: error: order = strict here, but order = any in " + one + ":3\n  order = \"strict\"\n          ^~~~~~~~\n  one value holds for the whole run\n");
}

TEST(Includes, AddTheirHostsToGuardTls) {
  const Folder folder;
  const std::string one = folder.write("one.toml", "version = 1\n[guard]\ntls = { \"a.test\" = \"opaque\", \"b.test\" = \"opaque\" }\n");
  const std::string two = folder.write("two.toml", "version = 1\n[guard]\ntls = { \"a.test\" = \"terminate\", \"c.test\" = \"opaque\" }\n");
  Diagnostics problems;
  const Spec spec = load_spec({one, two}, problems);
  EXPECT_EQ(all_text(problems), two + ":3:20: error: guard.tls of a.test = terminate here, but guard.tls of a.test = opaque in " + one +
                                    ":3\n  tls = { \"a.test\" = \"terminate\", \"c.test\" = \"opaque\" }\n                     ^~~~~~~~~~~\n  one value holds for the whole run\n");
  EXPECT_EQ(spec.guard.tls.size(), 3u);
}

TEST(Files, OfRepliesAreReadBesideTheSpec) {
  const Folder folder;
  folder.write("data/answer.json", "{\"a\": \"{{x}}\"}");
  const std::string spec_file = folder.write("s.toml", "version = 1\n" + entry_text("1") + "reply = { file = \"data/answer.json\" }\n");
  Diagnostics problems;
  const Spec spec = load_spec({spec_file}, problems);
  EXPECT_EQ(all_text(problems), "");
  EXPECT_EQ(rendered(spec.entries.at(0).replies.at(0)), Value::parse(R"({"headers": {"content-type": "application/json"}, "body": "{\"a\": \"{{x}}\"}"})"));
}

TEST(Files, ThatCannotBeReadAreTold) {
  const Folder folder;
  Diagnostics problems;
  load_spec({folder.at("none.toml"), folder.at("")}, problems);
  EXPECT_EQ(all_text(problems), folder.at("none.toml") + ": error: this spec cannot be read\n  there is no such file\n" + folder.at("") + ": error: this spec cannot be read\n  it is a directory\n");
}

TEST(Files, OfNoEndAreRefused) {
  const Folder folder;
  const std::string large = folder.write("large.toml", "version = 1\n");
  std::filesystem::resize_file(large, 16 * 1024 * 1024 + 1);
  Diagnostics problems;
  load_spec({"/dev/zero", large}, problems);
  EXPECT_EQ(all_text(problems), "/dev/zero: error: this spec is larger than 16 MiB\n  it is a device\n" + large +
                                    ": error: this spec is larger than 16 MiB\n  large bodies stand in files of their own: { file = \"…\" }\n");
}

TEST(Examples, OfTheFormatPassLint) {
  std::size_t files = 0;
  for (const auto& file : std::filesystem::directory_iterator(BIGFOOT_SOURCE_DIR "/examples/spec")) {
    if (file.path().extension() != ".toml") continue;
    Diagnostics problems;
    const Spec spec = load_spec({file.path().string()}, problems);
    EXPECT_FALSE(problems.has(Severity::error)) << all_text(problems);
    EXPECT_FALSE(spec.entries.empty()) << file.path();
    ++files;
  }
  EXPECT_GE(files, 11u);
}

TEST(Examples, OfChildProcessesCanBeAnswered) {
  Diagnostics problems;
  load_spec({BIGFOOT_SOURCE_DIR "/examples/spec/07-subprocess.toml"}, problems);
  EXPECT_EQ(all_text(problems), "");
}

TEST(Keys, EachHasHelpAndEachProtocolHasKeys) {
  for (const ProtocolInfo* protocol : all_protocols()) {
    ASSERT_FALSE(keys_of(protocol->name).empty()) << protocol->name;
    EXPECT_EQ(keys_of(protocol->name).front().name, protocol->name);
    for (const KeyInfo& key : keys_of(protocol->name)) EXPECT_FALSE(key.help.empty()) << protocol->name << " " << key.name;
  }
  for (const KeyTable* table : all_fixed_tables())
    for (const KeyInfo& key : table->keys) EXPECT_FALSE(key.help.empty()) << table->name << " " << key.name;
}

}  // namespace
}  // namespace bigfoot
