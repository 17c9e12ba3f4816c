// protocols/redis/chatter.cpp - See chatter.h.
#include "protocols/redis/chatter.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace bigfoot {
namespace {

using Words = std::vector<std::string>;
using Version = RespWriter::Version;

constexpr std::string_view kServerVersion = "7.2.0";

struct Exchange {
  const Words& words;
  Version& version;
  std::string& out;
  RespWriter writer;
  bool closes = false;
};

void ok(Exchange& exchange) { exchange.writer.status("OK"); }

void hello(Exchange& exchange) {
  if (exchange.words.size() > 1) {
    const std::string& asked = exchange.words[1];
    if (asked != "2" && asked != "3") return exchange.writer.error("NOPROTO unsupported protocol version");
    exchange.version = asked == "3" ? Version::resp3 : Version::resp2;
  }
}

void ping(Exchange& exchange) {
  if (exchange.words.size() > 1) exchange.writer.bulk(exchange.words[1]);
  else exchange.writer.status("PONG");
}

// ioredis waits until it reads loading:0.
void info(Exchange& exchange) {
  exchange.writer.verbatim("txt", fmt::format("# Server\r\nredis_version:{}\r\nredis_mode:standalone\r\n"
                                              "# Persistence\r\nloading:0\r\n# Replication\r\nrole:master\r\nconnected_slaves:0\r\n"
                                              "# Cluster\r\ncluster_enabled:0\r\n# Keyspace\r\n",
                                              kServerVersion));
}

void unknown_part(Exchange& exchange) {
  const std::string part = exchange.words.size() > 1 ? exchange.words[1] : "";
  exchange.writer.error(fmt::format("ERR unknown subcommand '{}'. Try {} HELP.", part, upper_name(exchange.words[0])));
}

void client(Exchange& exchange) {
  const std::string part = exchange.words.size() > 1 ? upper_name(exchange.words[1]) : "";
  constexpr std::array<std::string_view, 8> kFine = {"SETNAME", "SETINFO", "NO-EVICT", "NO-TOUCH", "TRACKING", "CACHING", "UNPAUSE", "REPLY"};
  if (std::ranges::find(kFine, part) != kFine.end()) return ok(exchange);
  if (part == "ID") return exchange.writer.number(1);
  if (part == "GETNAME") return exchange.writer.null();
  if (part == "LIST" || part == "INFO")
    return exchange.writer.verbatim("txt", "id=1 addr=127.0.0.1:0 laddr=127.0.0.1:6379 fd=8 name= db=0 cmd=client\n");
  unknown_part(exchange);
}

void command(Exchange& exchange) {
  const std::string part = exchange.words.size() > 1 ? upper_name(exchange.words[1]) : "";
  if (part == "COUNT") return exchange.writer.number(0);
  if (part == "DOCS") return exchange.writer.map(0);
  exchange.writer.array(0);
}

void no_cluster(Exchange& exchange) { exchange.writer.error("ERR This instance has cluster support disabled"); }

void unknown_command(Exchange& exchange) {
  exchange.writer.error(fmt::format("ERR unknown command '{}'", exchange.words[0]));
}

void role(Exchange& exchange) {
  exchange.writer.array(3);
  exchange.writer.bulk("master");
  exchange.writer.number(0);
  exchange.writer.array(0);
}

void quit(Exchange& exchange) {
  ok(exchange);
  exchange.closes = true;
}

void reset(Exchange& exchange) {
  exchange.version = Version::resp2;
  RespWriter(Version::resp2, exchange.out).status("RESET");
}

struct Row {
  std::string_view name;
  void (*answer)(Exchange&);
};
constexpr Row kChatter[] = {
    {"HELLO", hello},     {"AUTH", ok},          {"SELECT", ok},      {"CLIENT", client},          {"INFO", info},
    {"COMMAND", command}, {"PING", ping},        {"QUIT", quit},      {"READONLY", ok},            {"READWRITE", ok},
    {"ASKING", ok},       {"CLUSTER", no_cluster}, {"SENTINEL", unknown_command}, {"ROLE", role},
    {"WATCH", ok},        {"UNWATCH", ok},       {"RESET", reset},
};

constexpr std::string_view kKnownByName[] = {"AUTH", "HELLO", "SELECT", "WATCH", "UNSUBSCRIBE", "PUNSUBSCRIBE", "SUNSUBSCRIBE"};

const Row* find_row(std::string_view name) {
  const auto row = std::ranges::find(kChatter, name, &Row::name);
  return row == std::end(kChatter) ? nullptr : row;
}

// Commands whose reply is a simple string in https://redis.io/docs/latest/commands/ ("RESP2 Reply").
constexpr std::string_view kStatusCommands[] = {
    "AUTH",   "SELECT",   "SET",       "MSET",     "SETEX",   "PSETEX",  "HMSET",    "LSET",     "LTRIM",    "RENAME",  "FLUSHALL",
    "FLUSHDB", "TYPE",    "PING",      "QUIT",     "MULTI",   "WATCH",   "UNWATCH",  "DISCARD",  "SAVE",     "BGSAVE",  "BGREWRITEAOF",
    "RESTORE", "MIGRATE", "PFMERGE",   "SWAPDB",   "READONLY", "READWRITE", "ASKING", "SLAVEOF",  "REPLICAOF", "RESET",
    "FAILOVER", "CONFIG", "SCRIPT",    "FUNCTION", "CLIENT",  "CLUSTER", "DEBUG",    "XGROUP",   "JSON.SET", "JSON.MSET", "JSON.MERGE",
    "FT.CREATE", "FT.ALTER", "FT.DROPINDEX", "TS.CREATE", "BF.RESERVE", "GRAPH.CONFIG",
};

}  // namespace

std::string upper_name(std::string_view word) {
  std::string out(word);
  std::ranges::transform(out, out.begin(), [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
  return out;
}

bool is_redis_chatter(std::string_view name) { return find_row(name) != nullptr; }

bool is_known_by_name(std::string_view name) { return std::ranges::find(kKnownByName, name) != std::end(kKnownByName); }

bool answer_chatter(const Words& words, Version& version, std::string& out) {
  const std::string name = upper_name(words[0]);
  const std::size_t before = out.size();
  Exchange exchange{words, version, out, RespWriter(version, out)};
  find_row(name)->answer(exchange);
  // HELLO answers in the version that it agreed on.
  if (name == "HELLO" && out.size() == before) {
    RespWriter writer(version, out);
    writer.map(7);
    const std::pair<std::string_view, std::string_view> texts[] = {
        {"server", "redis"}, {"version", kServerVersion}, {"mode", "standalone"}, {"role", "master"}};
    for (const auto& [key, text] : texts) {
      writer.bulk(key);
      writer.bulk(text);
    }
    writer.bulk("proto");
    writer.number(static_cast<std::int64_t>(version));
    writer.bulk("id");
    writer.number(1);
    writer.bulk("modules");
    writer.array(0);
  }
  return exchange.closes;
}

bool replies_with_status(const Words& words) {
  const std::string name = upper_name(words[0]);
  if (std::ranges::find(kStatusCommands, name) == std::end(kStatusCommands)) return false;
  const auto asks_for = [&](std::string_view part) {
    return std::ranges::any_of(words.begin() + 1, words.end(), [&](const std::string& word) { return upper_name(word) == part; });
  };
  if (name == "SET") return !asks_for("GET");  // then the old value, a bulk string
  if (name == "PING") return words.size() == 1;
  if (name == "CONFIG" || name == "CLIENT" || name == "SCRIPT" || name == "FUNCTION" || name == "CLUSTER")
    return words.size() < 2 || (upper_name(words[1]) != "GET" && upper_name(words[1]) != "LOAD" && upper_name(words[1]) != "LIST");
  return true;
}

}  // namespace bigfoot
