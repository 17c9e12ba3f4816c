// spec/redis_command.cpp - See redis_command.h.
#include "spec/redis_command.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "protocols/redis/chatter.h"
#include "spec/call_fields.h"
#include "spec/command_text.h"
#include "spec/pattern_parts.h"
#include "spec/suggest.h"
#include "spec/toml_text.h"

namespace bigfoot {
namespace {

struct UsualReply {
  std::string_view reply;
  std::string_view commands;  ///< blanks around each
};
// "RESP2/RESP3 Reply" of each command that replies_with_status() does not know. What is not listed answers with a bulk string or nil more often than not.
constexpr UsualReply kUsualReplies[] = {
    {"1",
     " INCR INCRBY DECR DECRBY APPEND DEL UNLINK EXISTS EXPIRE PEXPIRE EXPIREAT PEXPIREAT PERSIST TTL PTTL TOUCH STRLEN SETRANGE SETBIT GETBIT BITCOUNT BITPOS "
     "BITOP HSET HSETNX HDEL HEXISTS HINCRBY HLEN HSTRLEN LPUSH RPUSH LPUSHX RPUSHX LLEN LREM LINSERT SADD SREM SCARD SISMEMBER SMOVE SDIFFSTORE SINTERSTORE "
     "SUNIONSTORE ZADD ZREM ZCARD ZCOUNT ZREMRANGEBYRANK ZREMRANGEBYSCORE ZUNIONSTORE ZINTERSTORE PUBLISH SPUBLISH SETNX MSETNX RENAMENX MOVE COPY DBSIZE LASTSAVE "
     "PFADD PFCOUNT XLEN XDEL XACK XTRIM GEOADD WAIT OBJECT MEMORY "},
    {"[ ]",
     " MGET HMGET HKEYS HVALS LRANGE KEYS SORT ZRANGE ZRANGEBYSCORE ZREVRANGE ZREVRANGEBYSCORE ZRANGEBYLEX ZMSCORE SMISMEMBER XRANGE XREVRANGE GEOPOS GEOSEARCH "
     "TIME ROLE SLOWLOG ZPOPMIN ZPOPMAX "},
    {"{ nil = true }", " BLPOP BRPOP BLMOVE BRPOPLPUSH BLMPOP LMPOP BZPOPMIN BZPOPMAX BZMPOP ZMPOP XREAD XREADGROUP "},
    {"{ set = [ ] }", " SMEMBERS SDIFF SINTER SUNION "},
    {"{ map = { } }", " HGETALL "},
    {"[\"0\", [ ]]", " SCAN HSCAN SSCAN ZSCAN "},
    {"{ double = 1.0 }", " ZSCORE ZINCRBY GEODIST "},
    {"\"string\"", " TYPE "},
    {"\"PONG\"", " PING "},
    {"{ messages = [ ] }", " SUBSCRIBE PSUBSCRIBE SSUBSCRIBE "},
};
// Commands whose second word changes what they answer. Source: as above.
struct ReplyOfPart {
  std::string_view command, part, reply;
};
constexpr ReplyOfPart kRepliesOfParts[] = {{"OBJECT", "ENCODING", "\"embstr\""}, {"OBJECT", "HELP", "[ ]"}, {"MEMORY", "DOCTOR", "\"\""}, {"MEMORY", "PURGE", "\"OK\""}, {"MEMORY", "STATS", "{ map = { } }"}};
constexpr std::string_view kManyWithCount[] = {"LPOP", "RPOP", "SPOP", "SRANDMEMBER", "HRANDFIELD", "ZRANDMEMBER"};  // COMMAND key count
constexpr std::string_view kUnknownReply = "\"\"";

const Value& words_of(const Fields& call) {
  static const Value kNone = Value::array();
  const Value* args = field_of(call, "args");
  return args && args->is_array() ? *args : kNone;
}

bool is_transaction(const Fields& call) {
  const Value& args = words_of(call);
  return field_text(call, "command") == "MULTI" && (args.empty() || args.front().is_array());
}

std::vector<std::string> texts_of(const Value& words) {
  std::vector<std::string> out;
  for (const Value& word : words) out.push_back(text_of(word));
  return out;
}

std::string usual_reply_of(const std::vector<std::string>& words) {
  if (words.empty()) return std::string(kUnknownReply);
  if (words.size() > 2 && std::ranges::find(kManyWithCount, words.front()) != std::end(kManyWithCount)) return "[ ]";
  const std::string part = words.size() > 1 ? upper_name(words[1]) : "";
  const auto of_part = std::ranges::find_if(kRepliesOfParts, [&](const ReplyOfPart& row) { return row.command == words.front() && row.part == part; });
  if (of_part != std::end(kRepliesOfParts)) return std::string(of_part->reply);
  const std::string word = fmt::format(" {} ", words.front());
  const auto row = std::ranges::find_if(kUsualReplies, [&](const UsualReply& usual) { return usual.commands.find(word) != usual.commands.npos; });
  if (row != std::end(kUsualReplies)) return std::string(row->reply);
  return std::string(replies_with_status(words) ? "\"OK\"" : kUnknownReply);
}

}  // namespace

std::string transaction_title(const std::vector<std::string>& commands) {
  constexpr std::size_t kShown = 120;
  std::string out = "redis MULTI [";
  for (std::size_t i = 0; i < commands.size(); ++i) {
    if (out.size() > kShown) return out + ", …]";
    out += (i ? ", " : "") + commands[i];
  }
  return out + "]";
}

std::string redis_title(const Fields& call) {
  if (!is_transaction(call)) return "redis " + words_title(texts_of(words_of(call)));
  std::vector<std::string> commands;
  for (const Value& command : words_of(call)) commands.push_back(words_title(texts_of(command)));
  return transaction_title(commands);
}

Value command_headline(const Fields& call, Value args) { return is_transaction(call) ? Value::object({{"multi", std::move(args)}}) : std::move(args); }

Value spoken_command(const Fields& call) { return command_headline(call, spoken_word(words_of(call))); }

std::string usual_reply(const Fields& call) {
  if (!is_transaction(call)) return usual_reply_of(texts_of(words_of(call)));
  std::string out;
  for (const Value& command : words_of(call)) out += (out.empty() ? "" : ", ") + usual_reply_of(texts_of(command));
  return fmt::format("[{}]", out);
}

bool is_subscription(std::string_view name) { return usual_reply_of({std::string(name)}) == "{ messages = [ ] }"; }

std::string suggest_redis(const Fields& call) {
  std::vector<std::pair<std::string, std::string>> rows = {{"redis", toml_value(spoken_command(call))}};
  const std::string server = field_text(call, "server");
  if (!server.empty() && !server.ends_with(":6379")) rows.emplace_back("server", toml_string(spoken_text(server)));
  rows.emplace_back("reply", usual_reply(call));
  return "[[expect]]\n" + toml_lines(rows);
}

}  // namespace bigfoot
