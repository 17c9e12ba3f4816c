// spec/keys.cpp - Tables of the file, its settings, and what every entry may say. Protocols' own keys: protocol_keys.cpp.
#include "spec/keys.h"

#include <map>

#include "protocols/registry.h"
#include "spec/protocol_keys.h"

namespace bigfoot {
namespace {

constexpr KeyInfo kFile[] = {
    {"version", kInteger, "of the format: 1"},
    {"include", kArray | kText, "spec files whose entries come before this file's, relative to this file; * in the last part"},
    {"settings", kTable, "order, time, names"},
    {"noise", kTable, "header names that are never asserted"},
    {"guard", kTable, "what happens to calls that no entry names"},
    {"defaults", kTable, "[defaults.http] ...: fields for entries that do not mention them"},
    {"channels", kTable, "[channels.NAME]: streams whose lines are log records"},
    {"expect", kArray, "[[expect]], in double brackets: one mock and assertion each"},
    {"test", kArray, "[[test]], in double brackets: entries of one test"},
    {"$schema", kText, "for editors of JSON specs"},
};
constexpr KeyInfo kSettings[] = {
    {"order", kText, "how strictly the order of the file is expected", "strict|per-target|any"},
    {"timeout", kText, "end the run after this time: \"30s\""},
    {"redact", kArray, "\"header:NAME\", \"json:$..path\", \"form:NAME\", \"query:NAME\", \"env:NAME\", \"text:/regex/\""},
    {"dns", kText, "auto: hosts of other entries resolve by themselves; strict: look-ups are expectations", "auto|strict"},
    {"ambient", kText, "what to do with a protocol's own traffic", "allow|assert"},
    {"on_mismatch", kText, "what a call whose fields differ gets", "serve|refuse"},
    {"body_limit", kInteger, "bytes of a body kept in the timeline, 65536 where none is given"},
};
constexpr KeyInfo kNoise[] = {
    {"headers", kArray, "names, * as wildcard, on top of the built-in list"},
    {"builtin", kBoolean, "false: without the built-in list"},
};
constexpr KeyInfo kGuard[] = {
    {"default", kText, "for protocols that are not named", "error|warn|off"},
    {"allow", kArray, "patterns that reach the real thing: \"http://localhost:*\", \"unix:/run/dbus/*\", \"exec:/usr/bin/locale\""},
    {"deny", kArray, "patterns that never do, whatever allow says"},
    {"http", kText, "for http and https", "error|warn|off"},
    {"websocket", kText, "for ws and wss", "error|warn|off"},
    {"postgres", kText, "for PostgreSQL", "error|warn|off"},
    {"redis", kText, "for Redis", "error|warn|off"},
    {"smtp", kText, "for SMTP", "error|warn|off"},
    {"socket", kText, "for other connections and datagrams", "error|warn|off"},
    {"dns", kText, "for look-ups", "error|warn|off"},
    {"exec", kText, "for child processes; auto: guarded once the spec has exec or shell entries", "auto|error|warn|off"},
    {"log", kText, "for lines of strict channels", "error|warn|off"},
    {"file", kTable, "{ watch = [\"/etc/myapp/**\"] }: paths that are guarded"},
    {"tls", kText | kTable, "\"opaque\": TLS is not terminated, calls inside it are not seen; for some hosts { \"*.apple.com:443\" = \"opaque\" }, \"terminate\" for others"},
};
constexpr KeyInfo kGuardFile[] = {{"watch", kArray, "absolute paths, * within a name, ** across names"}};
constexpr KeyInfo kChannel[] = {
    {"from", kText, "stderr, stdout, syslog, journald, file:/path, udp://host:port or tcp://host:port"},
    {"format", kText, "\"{level} {logger}: {message}\", \"json\", or a regex with named groups; left out, a line is a message"},
    {"strict", kBoolean, "true: every line must be asserted; else only those that entries name"},
    {"swallow", kBoolean, "true: records do not come out of stdout or stderr"},
    {"ignore_below", kText, "records below this level need no entry: \"INFO\""},
};
constexpr KeyInfo kTest[] = {
    {"name", kText, "of the test, * as wildcard: what `begin NAME` says"},
    {"argv", kText, "selects the section by the command line of a process instead"},
    {"order", kText, "as in [settings]", "strict|per-target|any"},
    {"required", kBoolean, "false: it may never begin"},
    {"expect", kArray, "[[test.expect]], in double brackets: its entries"},
};
constexpr KeyTable kFileTable{"a spec file", kFile};
constexpr KeyTable kSettingsTable{"[settings]", kSettings};
constexpr KeyTable kNoiseTable{"[noise]", kNoise};
constexpr KeyTable kGuardTable{"[guard]", kGuard};
constexpr KeyTable kGuardFileTable{"guard.file", kGuardFile};
constexpr KeyTable kChannelTable{"[channels]", kChannel};
constexpr KeyTable kTestTable{"[[test]]", kTest};
constexpr const KeyTable* kFixed[] = {&kFileTable,      &kSettingsTable, &kNoiseTable, &kGuardTable,
                                      &kGuardFileTable, &kChannelTable,  &kTestTable};

constexpr KeyInfo kEveryEntry[] = {
    {"id", kText, "a name for reports and for `after`"},
    {"any_order", kText, "neighbours with the same label may come in any order"},
    {"after", kArray, "ids of the entries that must come before, instead of all above"},
    {"times", kInteger | kText, "3, \"2..5\" or \"1..\"; 1 where none is given"},
    {"required", kBoolean, "false: fine if it never happens"},
    {"on_mismatch", kText, "what a call whose fields differ gets", "serve|refuse"},
    {"pass_through", kBoolean, "true: ask the real service, and assert"},
};

using ByProtocol = std::map<std::string_view, std::vector<KeyInfo>, std::less<>>;

const std::vector<KeyInfo>& row(const ByProtocol& tables, std::string_view protocol) {
  static const std::vector<KeyInfo> kNone;
  const auto found = tables.find(protocol);
  return found == tables.end() ? kNone : found->second;
}

ByProtocol make_entry_keys() {
  ByProtocol all;
  for (const ProtocolInfo* protocol : all_protocols()) {
    std::vector<KeyInfo>& keys = all[protocol->name];
    const ProtocolKeys& own = protocol_keys(protocol->name);
    keys.push_back({protocol->name, own.headline_kinds, own.headline_help});
    keys.insert(keys.end(), own.fields.begin(), own.fields.end());
    if (own.reply_kinds != 0) {
      keys.push_back({"reply", own.reply_kinds, "what the program gets"});
      keys.push_back({"replies", kArray, "one reply for each use, in order"});
    }
    if (!own.verbs.empty()) keys.push_back({"steps", kArray, "the turns of a session, one verb a step"});
    keys.insert(keys.end(), std::begin(kEveryEntry), std::end(kEveryEntry));
  }
  return all;
}

ByProtocol make_default_keys() {
  ByProtocol all;
  for (const ProtocolInfo* protocol : all_protocols()) {
    std::vector<KeyInfo>& keys = all[protocol->name];
    const ProtocolKeys& own = protocol_keys(protocol->name);
    keys.assign(own.fields.begin(), own.fields.end());
    if (own.reply_kinds != 0) keys.push_back({"reply", own.reply_kinds, "for entries without a reply"});
    keys.push_back({"on_mismatch", kText, "what a call whose fields differ gets", "serve|refuse"});
  }
  return all;
}

}  // namespace

const KeyTable& file_keys() { return kFileTable; }
const KeyTable& settings_keys() { return kSettingsTable; }
const KeyTable& noise_keys() { return kNoiseTable; }
const KeyTable& guard_keys() { return kGuardTable; }
const KeyTable& guard_file_keys() { return kGuardFileTable; }
const KeyTable& channel_keys() { return kChannelTable; }
const KeyTable& test_keys() { return kTestTable; }
std::span<const KeyTable* const> all_fixed_tables() { return kFixed; }

const std::vector<KeyInfo>& keys_of(std::string_view protocol) {
  static const ByProtocol kAll = make_entry_keys();
  return row(kAll, protocol);
}

const std::vector<KeyInfo>& default_keys_of(std::string_view protocol) {
  static const ByProtocol kAll = make_default_keys();
  return row(kAll, protocol);
}

Keys reply_keys_of(std::string_view protocol) { return protocol_keys(protocol).reply; }
Keys verbs_of(std::string_view protocol) { return protocol_keys(protocol).verbs; }
Keys step_keys_of(std::string_view protocol) { return protocol_keys(protocol).step; }

}  // namespace bigfoot
