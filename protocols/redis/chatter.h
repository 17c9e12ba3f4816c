// protocols/redis/chatter.h - What clients ask before and between their user's commands, and what a server says to it.
// Source: wire-notes.md in the design notes, "Redis, as seen"; https://redis.io/docs/latest/commands/.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "protocols/redis/resp.h"

namespace bigfoot {

/// Whether a command (name in upper case) belongs to the connection and not to the user's work: HELLO, AUTH, CLIENT, PING...
bool is_redis_chatter(std::string_view name);

/// Whether such a command means the same thing whatever its words are: AUTH is AUTH, but CLIENT GETNAME is not CLIENT ID.
bool is_known_by_name(std::string_view name);

/// Answers such a command as Redis 7 does. `version` is changed by HELLO. True: the server closes the connection then.
bool answer_chatter(const std::vector<std::string>& words, RespWriter::Version& version, std::string& out);

/// Commands that a server answers with a status ("+OK") where the reply is a text.
bool replies_with_status(const std::vector<std::string>& words);

/// A name in upper case, as commands are compared.
std::string upper_name(std::string_view word);

}  // namespace bigfoot
