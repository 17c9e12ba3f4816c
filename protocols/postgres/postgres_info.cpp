// protocols/postgres/postgres_info.cpp - The row of `postgres`. Source: spec-format.md, section 3 and 4.1.
#include "protocols/postgres/postgres.h"

namespace bigfoot {
namespace {

// A row of a call: name, help, identity, must_assert.
constexpr FieldInfo kCall[] = {
    {"user", "role of the StartupMessage", true},
    {"host", "name or address", true},
    {"port", "number, 5432 where none is given", true},
    {"database", "of the StartupMessage, the role where it names none", true},
    {"query", "SQL, compared by token", false, true},
    {"params", "bound parameters or inlined literals, in order", false, true},
    {"copy", "what COPY ... FROM STDIN was given", false, true},
    {"commit", "end of a transaction that keeps its changes", false, true},
    {"rollback", "end of a transaction that drops its changes", false, true},
    {"close", "the program ends the session", false, true},
    {"password", "a wrong one: as it was given, or { hidden_by } of a login that does not show it"},
};
constexpr FieldInfo kReply[] = {
    {"columns", "\"name:type\" of each result column"},
    {"rows", "array of rows, each an array"},
    {"table", "columns and rows as one text table"},
    {"tag", "command tag: \"INSERT 0 1\""},
    {"error", "{ code, message, ... }: an ErrorResponse with that SQLSTATE"},
    {"notices", "array of { severity, code, message, ... }: NoticeResponses in front of the result"},
    {"param_types", "array of type names: what the server says of the parameters"},
    {"copy_out", "text: what COPY ... TO STDOUT gives"},
};

}  // namespace

constinit const ProtocolInfo kPostgresInfo = {"postgres", "PostgreSQL sessions, simple and extended queries",
                                              "PostgreSQL documentation, \"Frontend/Backend Protocol\"", kCall, kReply, true};

}  // namespace bigfoot
