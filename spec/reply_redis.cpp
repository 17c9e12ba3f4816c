// spec/reply_redis.cpp - What a Redis command gets: a value of any RESP type, an error, messages of a subscription.
// Source: spec-format.md 4.2; https://redis.io/docs/latest/develop/reference/protocol-spec/.
#include <algorithm>

#include <fmt/format.h>

#include "protocols/redis/chatter.h"
#include "spec/check.h"
#include "spec/entry_draft.h"
#include "spec/protocol_keys.h"
#include "spec/redis_command.h"
#include "spec/replies.h"
#include "spec/scalars.h"

namespace bigfoot {
namespace {

constexpr std::string_view kBytes[] = {"json", "text", "hex", "base64", "file"};  // a bulk string, said otherwise

bool is_bytes_key(std::string_view key) { return std::ranges::find(kBytes, key) != std::end(kBytes); }

void put(ReplyParts& parts, std::string name, Node node) { std::get<Node::Table>(parts.fields.value).emplace_back(std::move(name), std::move(node)); }

/// The command's name where the entry says it in so many letters, else "".
std::string name_of(const EntryDraft& draft) {
  const auto command = draft.fields.find("command");
  const Value* literal = command == draft.fields.end() || !command->second.pattern ? nullptr : command->second.pattern->literal();
  return literal && literal->is_string() ? literal->get<std::string>() : "";
}

void check_form(EntryDraft& draft, std::string_view name, const Node& node) {
  if (name == "nil" && !flag_of(Node{Node::Table{{"nil", node}}}, "nil").value_or(true))
    refuse(draft.problems, node, "nil = false says nothing", "leave it out");
  if (name != "big_number" || !node.text()) return;
  const std::string_view digits = std::string_view(*node.text()).substr(node.text()->starts_with('-') ? 1 : 0);
  if (digits.empty() || digits.find_first_not_of("0123456789") != digits.npos)
    refuse(draft.problems, node, fmt::format("'{}' is no whole number", *node.text()), "big_number = \"3492890328409238509324850943850943825024385\"");
}

/// Microseconds after the message before, which the decoder counts in.
Node waiting_time(const Node& message, const Node& delay, Diagnostics& problems) {
  Node out;
  out.at = message.at;
  out.value = static_cast<std::int64_t>(read_duration(delay, "delay", problems).value_or(std::chrono::microseconds(0)).count());
  return out;
}

void read_messages(EntryDraft& draft, const Node& node, ReplyParts& parts) {
  const std::string name = name_of(draft);
  if (!name.empty() && !is_subscription(name)) {
    refuse_key(draft.problems, node, "messages", fmt::format("{} gets no messages", name), "SUBSCRIBE, PSUBSCRIBE and SSUBSCRIBE do");
    return;
  }
  if (!node.array()) return;
  Node out = node;
  out.value = Node::Array{};
  for (const Node& item : *node.array()) {
    if (!is_kind(item, kText | kInteger | kNumber | kTable)) {
      refuse(draft.problems, item, fmt::format("a message is a string or a table, not {}", kind_of(item)), "{ channel = \"news\", message = \"hello\", delay = \"20ms\" }");
      continue;
    }
    Node said = item;
    if (item.is_table()) {
      check_keys(item, part_keys("redis message"), "a message", draft.problems);
      if (!item.find("message")) refuse(draft.problems, item, "a message without 'message'", "{ channel = \"news\", message = \"hello\" }");
      said.value = Node::Table{};
      for (const auto& [key, value] : *item.table())
        std::get<Node::Table>(said.value).emplace_back(key == "delay" ? "after_us" : key, key == "delay" ? waiting_time(item, value, draft.problems) : value);
    }
    std::get<Node::Array>(out.value).push_back(std::move(said));
  }
  put(parts, "messages", std::move(out));
}

/// A subscription is confirmed by itself: what else there is to say are messages, or an error.
void check_subscription(EntryDraft& draft, const Node& reply) {
  const std::string name = name_of(draft);
  if (name.empty() || !is_subscription(name)) return;
  const auto fine = [](const auto& row) { return row.first == "messages" || row.first == "error" || row.first == "sequence" || is_common_reply_key(row.first); };
  if (reply.is_table() && std::ranges::all_of(*reply.table(), fine)) return;
  refuse(draft.problems, reply, fmt::format("{} is confirmed by itself, and gets messages or an error", name), "reply = { messages = [\"hello\"] }");
}

/// EXEC answers with one item for each command, with nil (a watched key changed), or with an error.
void check_transaction(EntryDraft& draft, const Node& reply) {
  const Node* multi = draft.headline.is_table() ? draft.headline.find("multi") : nullptr;
  if (!multi || !multi->array()) return;
  if (!reply.is_array()) {
    const bool fine = reply.is_table() && std::ranges::none_of(*reply.table(), [](const auto& row) { return row.first == "map" || row.first == "set" || is_bytes_key(row.first); });
    if (!fine) refuse(draft.problems, reply, "a transaction is answered with one item for each command", "reply = [1, true], { nil = true } or { error = \"EXECABORT …\" }");
    return;
  }
  const std::size_t commands = multi->array()->size(), items = reply.array()->size();
  if (items != commands)
    refuse(draft.problems, reply, fmt::format("the transaction has {} command{}, and the reply {} item{}", commands, commands == 1 ? "" : "s", items, items == 1 ? "" : "s"),
           "one item for each command: { error = \"…\" } for one that fails");
}

}  // namespace

void read_redis_reply(EntryDraft& draft, const Node& reply, ReplyParts& parts) {
  const bool breaks = parts.reply.errno_code != 0 || parts.reply.fault != Fault::none;
  if (!breaks) check_transaction(draft, reply);
  if (!breaks) check_subscription(draft, reply);
  if (!reply.is_table()) return put(parts, "value", reply);
  std::string_view first;
  for (const auto& [name, node] : *reply.table()) {
    if (is_common_reply_key(name)) continue;
    if (name == "sequence") {
      refuse_key(draft.problems, node, name, "a sequence inside a sequence", "'sequence' is the whole reply: one item for each use");
      continue;
    }
    if (!first.empty()) {
      refuse_key(draft.problems, node, name, fmt::format("'{}' and '{}' both give the reply", first, name), "keep one");
      continue;
    }
    first = name;
    check_form(draft, name, node);
    if (name == "messages") read_messages(draft, node, parts);
    else if (!is_bytes_key(name)) put(parts, name, node);
    else if (TemplatePtr bytes = compile_bytes_template(Node{Node::Table{{name, node}}, reply.at, reply.key_at, reply.length}, draft.problems)) parts.texts.emplace_back("value", std::move(bytes));
  }
}

}  // namespace bigfoot
