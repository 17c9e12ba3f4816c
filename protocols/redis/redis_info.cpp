// protocols/redis/redis_info.cpp - The row of `redis`. Source: spec-format.md, section 3 and 4.2.
#include "protocols/redis/redis.h"

namespace bigfoot {
namespace {

// A row of a call: name, help, identity, must_assert.
constexpr FieldInfo kCall[] = {
    {"server", "host:port, or unix:///path; any RESP connection where the entry gives none", true},
    {"command", "name, upper case; MULTI for a whole transaction", true},
    {"key", "first argument; of a transaction name and first argument of its first command, an array", true},
    {"args", "the whole command, an array of strings; of a transaction an array of commands", false, true},
};
constexpr FieldInfo kReply[] = {
    {"value", "string, number, boolean, null or array"},
    {"map", "table: %map in RESP3, a flat array in RESP2"},
    {"set", "array: ~set in RESP3, an array in RESP2"},
    {"double", "number: ,double in RESP3, a bulk string in RESP2"},
    {"big_number", "digits: (number in RESP3, a bulk string in RESP2"},
    {"verbatim", "text: =verbatim in RESP3, a bulk string in RESP2"},
    {"nil", "true: the null reply"},
    {"status", "a simple string: \"OK\""},
    {"error", "text of an error reply"},
    {"messages", "of a subscription: texts, or { channel, message, delay }, pushed after the confirmation"},
};

}  // namespace

constinit const ProtocolInfo kRedisInfo = {"redis", "Redis commands, RESP2 and RESP3",
                                           "https://redis.io/docs/latest/develop/reference/protocol-spec/", kCall, kReply, true};

}  // namespace bigfoot
