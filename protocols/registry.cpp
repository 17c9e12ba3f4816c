// protocols/registry.cpp - The table of headlines. Rows of protocols that are built live beside their
// decoder; the others are here until they are built, so that the spec language, help and man pages know them
// all from the start. Source: spec-format.md, sections 1 to 3.
#include "protocols/registry.h"

#include <algorithm>
#include <iterator>

#include "protocols/dns/dns.h"
#include "protocols/http/http.h"
#include "protocols/postgres/postgres.h"
#include "protocols/raw/raw.h"
#include "protocols/redis/redis.h"
#include "protocols/smtp/smtp.h"
#include "protocols/websocket/websocket.h"

namespace bigfoot {
namespace {

// A row of a call: name, help, identity, must_assert.
constexpr FieldInfo kExecCall[] = {
    {"program", "basename of argv[0]", true},
    {"argv", "all arguments, the program first", false, true},
    {"stdin", "what the program writes to it", false, true},
    {"cwd", "the directory it starts in"},
    {"env", "its environment, a table"},
};
constexpr FieldInfo kShellCall[] = {
    {"command", "the text given to sh -c", true},
    {"stdin", "what the program writes to it", false, true},
    {"cwd", "the directory it starts in"},
    {"env", "its environment, a table"},
};
constexpr FieldInfo kExecReply[] = {
    {"exit", "status, 0 to 255"},
    {"signal", "name or number of the signal it dies of"},
    {"stdout", "text or bytes"},
    {"stderr", "text or bytes"},
};
constexpr ProtocolInfo kExecInfo = {"exec", "child processes, by argument vector",
                                    "execve(2), posix_spawn(3)", kExecCall, kExecReply, true};
constexpr ProtocolInfo kShellInfo = {"shell", "sh -c, system(3) and popen(3), as one interaction",
                                     "POSIX.1-2017, system() and popen()", kShellCall, kExecReply, true};

constexpr FieldInfo kWhichCall[] = {{"name", "of the program that is looked for", true, true}};
constexpr FieldInfo kWhichReply[] = {{"path", "where it is found, or false"}};
constexpr ProtocolInfo kWhichInfo = {"which", "look-ups of a program in $PATH", "POSIX.1-2017, 8.3 (PATH)",
                                     kWhichCall, kWhichReply, true};

constexpr FieldInfo kFileCall[] = {
    {"operation", "read, write, append, create, mkdir, rename, link, symlink, unlink, rmdir, chmod, truncate", true, true},
    {"path", "absolute, as the kernel resolves it", true, true},
    {"target", "rename and link: the new name; symlink: its text", true, true},
    {"content", "write, append, create: what is written", false, true},
    {"mode", "chmod, mkdir: four octal digits", false, true},
    {"length", "truncate: in bytes", false, true},
};
constexpr FieldInfo kFileReply[] = {
    {"text", "read: the content"},
    {"json", "read: the content, as JSON"},
    {"body", "read: the content, as bytes"},
};
constexpr ProtocolInfo kFileInfo = {"file", "files under guard.file.watch",
                                    "open(2), mkdir(2), rename(2), link(2), symlink(2), unlink(2), rmdir(2), chmod(2), truncate(2)",
                                    kFileCall, kFileReply, true};

constexpr FieldInfo kLogCall[] = {
    {"channel", "a name of [channels]", true},
    {"level", "DEBUG, INFO, WARNING, ERROR or CRITICAL", false, true},
    {"logger", "who wrote it: the logger, syslog's tag", false, true},
    {"message", "the text, one line", false, true},
    {"fields", "other parts of the line, a table"},
};
constexpr ProtocolInfo kLogInfo = {"log", "lines of a log channel: stderr, a file, syslog, journald",
                                   "spec-format.md, 4.10; RFC 3164, RFC 5424", kLogCall, {}, true};

constexpr FieldInfo kMockCall[] = {
    {"name", "\"Object.method\"", true},
    {"args", "array", false, true},
    {"kwargs", "table", false, true},
};
constexpr FieldInfo kMockReply[] = {
    {"value", "what the call returns"},
    {"error", "{ type, message }: what the call raises"},
};
constexpr ProtocolInfo kMockInfo = {"mock", "named mocks, called through $BIGFOOT_CTL",
                                    "spec-format.md, 4.11", kMockCall, kMockReply, true};

constexpr FieldInfo kSqliteCall[] = {
    {"path", "of the database, as the program gives it", true},
    {"query", "SQL, compared by token", false, true},
    {"params", "bound parameters, in order", false, true},
    {"commit", "end of a transaction that keeps its changes", false, true},
    {"rollback", "end of a transaction that drops its changes", false, true},
    {"close", "the program closes the database", false, true},
};
constexpr FieldInfo kSqliteReply[] = {
    {"columns", "names of the result columns"},
    {"rows", "array of rows, each an array"},
    {"error", "{ code, message }"},
};
constexpr ProtocolInfo kSqliteInfo = {"sqlite", "SQLite sessions, seen by an audit library",
                                      "https://www.sqlite.org/c3ref/intro.html", kSqliteCall, kSqliteReply};

constexpr const ProtocolInfo* kProtocols[] = {
    &kHttpInfo,  &kWebsocketInfo, &kPostgresInfo, &kRedisInfo, &kSmtpInfo, &kSocketInfo, &kExecInfo,
    &kShellInfo, &kWhichInfo,     &kFileInfo,     &kDnsInfo,   &kLogInfo,  &kMockInfo,   &kSqliteInfo,
};

}  // namespace

std::span<const ProtocolInfo* const> all_protocols() { return kProtocols; }

const ProtocolInfo* find_protocol(std::string_view name) {
  const auto found = std::ranges::find(kProtocols, name, [](const ProtocolInfo* row) { return row->name; });
  return found == std::end(kProtocols) ? nullptr : *found;
}

}  // namespace bigfoot
