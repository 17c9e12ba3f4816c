// spec/redis_command.h - Redis commands as specs and reports write them, and what they usually answer.
// Source: https://redis.io/docs/latest/commands/.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "protocols/protocol.h"

namespace bigfoot {

/// `redis ["GET", "k"]`, `redis MULTI [["INCR", "hits"]]`: a call as headlines name it; long ones are shortened.
std::string redis_title(const Fields& call);
std::string transaction_title(const std::vector<std::string>& commands);

/// The headline's value, which matches this very call: ["GET", "k"], { multi = [...] }.
Value spoken_command(const Fields& call);
/// The same for `args` as Pattern::accepting() gave it.
Value command_headline(const Fields& call, Value args);

/// What a reply to the call usually looks like, as TOML: "OK", 1, { map = { } }.
std::string usual_reply(const Fields& call);

/// Whether the command waits for messages: SUBSCRIBE, PSUBSCRIBE, SSUBSCRIBE.
bool is_subscription(std::string_view name);

/// A whole [[expect]]. `server` is named where it is not at the usual port.
std::string suggest_redis(const Fields& call);

}  // namespace bigfoot
