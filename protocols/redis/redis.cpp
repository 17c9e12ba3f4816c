// protocols/redis/redis.cpp - See redis.h.
#include "protocols/redis/redis.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "protocols/redis/chatter.h"

namespace bigfoot {
namespace {

// Pub/sub, https://redis.io/docs/latest/develop/interact/pubsub/: the command, and how a message to it is called.
struct Subscription {
  std::string_view command, confirms, message;
  bool by_pattern = false;
};
constexpr Subscription kSubscriptions[] = {{"SUBSCRIBE", "subscribe", "message"},
                                           {"PSUBSCRIBE", "psubscribe", "pmessage", true},
                                           {"SSUBSCRIBE", "ssubscribe", "smessage"}};
constexpr std::string_view kUnsubscribing[] = {"UNSUBSCRIBE", "PUNSUBSCRIBE", "SUNSUBSCRIBE"};

const Subscription* subscription_of(std::string_view name) {
  const auto row = std::ranges::find(kSubscriptions, name, &Subscription::command);
  return row == std::end(kSubscriptions) ? nullptr : row;
}

Value to_value(const std::vector<std::string>& words) {
  Value out = Value::array();
  for (const std::string& word : words) out.push_back(word);
  return out;
}

/// As they are compared: the name in upper case, the rest as sent.
std::vector<std::string> named_upper(std::vector<std::string> words) {
  words.front() = upper_name(words.front());
  return words;
}

bool is_unsubscribing(std::string_view name) { return std::ranges::find(kUnsubscribing, name) != std::end(kUnsubscribing); }

std::string server_of(const Peer& peer) {
  if (peer.port == 0) return "unix://" + peer.host;
  const bool bare = peer.host.find(':') != peer.host.npos;  // IPv6
  return bare ? fmt::format("[{}]:{}", peer.host, peer.port) : fmt::format("{}:{}", peer.host, peer.port);
}

}  // namespace

RedisDecoder::RedisDecoder(const Peer& peer) : server_(server_of(peer)) {}

DecodeResult RedisDecoder::decode(std::string_view in, std::string& out) {
  std::size_t used = 0;
  for (;;) {
    auto command = read_command(in.substr(used));
    if (!command) return std::unexpected(ProtocolError{used + command.error().at, std::move(command.error().what)});
    used += command->used;
    if (command->used == 0) return Decoded{used, NeedMore{}};
    if (command->words.empty()) continue;
    Event event = read(named_upper(std::move(command->words)), out);
    if (!std::holds_alternative<NeedMore>(event)) return Decoded{used, std::move(event)};
  }
}

DecodeResult RedisDecoder::finish(std::string_view in) {
  if (!in.empty()) return std::unexpected(ProtocolError{in.size(), "the connection ended in the middle of a command"});
  if (std::exchange(in_transaction_, false) && !queued_.empty()) {
    abandoned_ = true;
    command_ = {"EXEC"};
    return Decoded{0, transaction()};
  }
  return Decoded{0, NeedMore{}};
}

Event RedisDecoder::read(Words words, std::string& out) {
  const std::string& name = words.front();
  if (in_transaction_ && name != "QUIT" && name != "RESET") return read_in_transaction(std::move(words), out);
  in_transaction_ = false;
  queued_.clear();
  if (name == "MULTI") {
    in_transaction_ = true;
    writer(out).status("OK");
    return Aside{"multi", {{"args", to_value(words)}}};
  }
  if (name == "EXEC" || name == "DISCARD") {
    writer(out).error(fmt::format("ERR {} without MULTI", name));
    return Aside{name == "EXEC" ? "exec" : "discard", {{"args", to_value(words)}}};
  }
  return call("command", std::move(words));
}

Event RedisDecoder::read_in_transaction(Words words, std::string& out) {
  const std::string name = words.front();
  if (name == "EXEC") {
    in_transaction_ = false;
    if (queued_.empty()) {  // nothing to assert
      writer(out).array(0);
      return Aside{"exec", {{"args", to_value(words)}}};
    }
    command_ = std::move(words);
    return transaction();
  }
  if (name == "DISCARD") {
    in_transaction_ = false;
    Value commands = Value::array();
    for (const Words& queued : std::exchange(queued_, {})) commands.push_back(to_value(queued));
    writer(out).status("OK");
    return Aside{"discard", {{"args", to_value(words)}, {"queued", std::move(commands)}}};
  }
  if (name == "MULTI") {
    writer(out).error("ERR MULTI calls can not be nested");
    return Aside{"multi", {{"args", to_value(words)}}};
  }
  writer(out).status("QUEUED");
  return Aside{"queued", {{"args", to_value(queued_.emplace_back(std::move(words)))}}};
}

/// What is queued, as one call. Its first command says which transaction it is.
Call RedisDecoder::transaction() {
  Value commands = Value::array();
  for (const Words& queued : queued_) commands.push_back(to_value(queued));
  Fields fields = {{"server", server_}, {"command", "MULTI"}};
  const Words& first = queued_.front();
  fields["key"] = to_value(Words(first.begin(), first.begin() + std::min<std::ptrdiff_t>(2, std::ssize(first))));
  fields["args"] = std::move(commands);
  return Call{"transaction", std::move(fields)};
}

Event RedisDecoder::call(std::string op, Words words) {
  Call out{std::move(op), {{"server", server_}, {"command", words.front()}}};
  if (words.size() > 1) out.fields["key"] = words[1];
  out.fields["args"] = to_value(words);
  if (is_redis_chatter(words.front()) || is_unsubscribing(words.front())) out.unnamed = Unnamed::ambient;
  command_ = std::move(words);
  return out;
}

AfterReply RedisDecoder::encode(const Fields& reply, std::string& out) {
  if (abandoned_) return AfterReply::keep_open;
  const auto given = [&](const char* name) -> const Value* {
    const auto found = reply.is_object() ? reply.find(name) : reply.end();
    return reply.is_object() && found != reply.end() ? &*found : nullptr;
  };
  const std::string& name = command_.front();
  if (is_unsubscribing(name) || (subscription_of(name) != nullptr && given("error") == nullptr)) {
    confirm_subscriptions(out);
    if (const Value* messages = given("messages")) plan_messages(*messages);
    return AfterReply::keep_open;
  }
  const Value* value = given("value");
  const Value& answer = value != nullptr ? *value : reply;
  const bool silent = reply.is_object() && reply.empty();  // the entry has no reply
  if (name == "EXEC" && (silent || answer.is_array())) answer_transaction(silent ? nullptr : &answer, out);
  else if (silent) answer_default(command_, out);
  else answer_value(command_, answer, out);
  return name == "QUIT" ? AfterReply::close : AfterReply::keep_open;
}

/// Where the spec says nothing: "OK" of commands that answer with a status, else nil.
void RedisDecoder::answer_default(const Words& command, std::string& out) const {
  RespWriter answer = writer(out);
  if (replies_with_status(command)) answer.status("OK");
  else answer.null();
}

void RedisDecoder::answer_value(const Words& command, const Value& answer, std::string& out) const {
  if (answer.is_string() && replies_with_status(command)) writer(out).status(answer.get_ref<const std::string&>());
  else writer(out).value(answer);
}

/// EXEC: what each of the commands answers. A client counts on one item for each that it sent.
void RedisDecoder::answer_transaction(const Value* items, std::string& out) const {
  writer(out).array(queued_.size());
  for (std::size_t i = 0; i < queued_.size(); ++i) {
    if (items == nullptr || i >= items->size()) answer_default(queued_[i], out);
    else answer_value(queued_[i], (*items)[i], out);
  }
}

AfterReply RedisDecoder::refuse(std::string_view why, std::string& out) {
  while (why.ends_with('\n')) why.remove_suffix(1);
  if (!abandoned_) writer(out).error(fmt::format("BIGFOOT {}", why));
  return AfterReply::keep_open;
}

AfterReply RedisDecoder::answer_itself(std::string& out) {
  if (is_unsubscribing(command_.front())) {
    confirm_subscriptions(out);
    return AfterReply::keep_open;
  }
  if (command_.front() == "PING" && !channels_.empty() && version_ == RespWriter::Version::resp2) {
    RespWriter pong = writer(out);  // a subscriber of RESP2 gets messages only: PING, "Reply"
    pong.array(2);
    pong.bulk("pong");
    pong.bulk(command_.size() > 1 ? command_[1] : "");
    return AfterReply::keep_open;
  }
  if (command_.front() == "RESET") channels_.clear();
  return answer_chatter(command_, version_, out) ? AfterReply::close : AfterReply::keep_open;
}

void RedisDecoder::confirm_subscriptions(std::string& out) {
  const Subscription* subscribed = subscription_of(command_.front());
  std::string kind(command_.front());
  std::ranges::transform(kind, kind.begin(), [](char c) { return static_cast<char>(c | 0x20); });
  Words names(command_.begin() + 1, command_.end());
  const bool all = subscribed == nullptr && names.empty();
  if (all) names = channels_;
  if (all && names.empty()) {
    RespWriter confirmation = writer(out);
    confirmation.push(3);
    confirmation.bulk(kind);
    confirmation.null();
    confirmation.number(0);
    return;
  }
  for (const std::string& name : names) {
    std::erase(channels_, name);
    if (subscribed != nullptr) channels_.push_back(name);
    RespWriter confirmation = writer(out);
    confirmation.push(3);
    confirmation.bulk(kind);
    confirmation.bulk(name);
    confirmation.number(static_cast<std::int64_t>(channels_.size()));
  }
}

/// `messages`: texts for the first channel, or tables of channel, message, pattern, and after_us (microseconds after the one
/// before).
void RedisDecoder::plan_messages(const Value& messages) {
  const Subscription& kind = *subscription_of(command_.front());
  const std::string first = command_.size() > 1 ? command_[1] : "";
  for (const Value& message : messages) {
    const bool table = message.is_object();
    const Value nothing = "";
    const Value& said = !table ? message : message.contains("message") ? message["message"] : nothing;
    const std::string text = said.is_string() ? said.get<std::string>() : said.dump();
    const std::string channel = table ? message.value("channel", first) : first;
    const std::chrono::microseconds after(table ? message.value("after_us", std::int64_t{0}) : 0);
    Later& later = later_.emplace_back(Later{after, {}});
    RespWriter push = writer(later.bytes);
    push.push(kind.by_pattern ? 4 : 3);
    push.bulk(kind.message);
    if (kind.by_pattern) push.bulk(table ? message.value("pattern", first) : first);
    push.bulk(channel);
    push.bulk(text);
  }
}

std::string_view RedisDecoder::settled() const {
  if (in_transaction_ || !channels_.empty() || !later_.empty()) return {};
  return version_ == RespWriter::Version::resp3 ? "RESP3" : "RESP2";
}

std::vector<Later> RedisDecoder::take_later() { return std::exchange(later_, {}); }

}  // namespace bigfoot
