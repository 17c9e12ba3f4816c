// spec/replies.cpp - reply, replies and response: checked, and brought to the fields of ProtocolInfo::reply.
// Source: spec-format.md, sections 3 and 4.
#include "spec/replies.h"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

#include "spec/check.h"
#include "spec/entry_draft.h"
#include "spec/json_source.h"
#include "spec/reply_template.h"
#include "spec/scalars.h"

namespace bigfoot {
namespace {

struct FaultName {
  std::string_view name;
  Fault fault;
};
constexpr FaultName kFaults[] = {{"reset", Fault::reset}, {"close", Fault::close}, {"timeout", Fault::timeout},
                                 {"garbage", Fault::garbage}, {"truncate", Fault::truncate}};

struct Normaliser {
  std::string_view protocol;
  void (*read)(EntryDraft&, const Node&, ReplyParts&);
};
constexpr Normaliser kNormalisers[] = {{"http", read_http_reply}, {"dns", read_dns_reply}, {"websocket", read_http_reply},
                                       {"exec", read_command_reply}, {"shell", read_command_reply}, {"which", read_which_reply}, {"file", read_file_reply},
                                       {"redis", read_redis_reply}};

/// reply = { sequence = [...] } says all there is to say.
void check_sequence_alone(EntryDraft& draft, const Node& reply) {
  for (const auto& [name, node] : *reply.table())
    if (name != "sequence")
      refuse_key(draft.problems, node, name, fmt::format("'{}' stands beside 'sequence'", name), fmt::format("each item of the sequence has its own: {{ {} = … }}", name));
}

void check_errno_alone(EntryDraft& draft, const Node& reply) {
  const Node* code = reply.find("errno");
  if (!code) return;
  for (const auto& [name, node] : *reply.table())
    if (name != "errno" && name != "delay") {
      refuse_key(draft.problems, node, name, fmt::format("'{}' stands beside 'errno', but the call itself fails then", name),
                 "a reply with errno says nothing else (but delay)");
      return;
    }
}

Reply load_reply(EntryDraft& draft, const Node& node) {
  ReplyParts parts;
  parts.fields.at = node.at;
  parts.reply.at = node.at;
  if (node.is_table()) {
    check_keys(node, reply_keys_of(draft.protocol.name), "reply", draft.problems, reply_key_elsewhere, draft.protocol.name);
    check_errno_alone(draft, node);
    if (const Node* delay = node.find("delay")) parts.reply.delay = read_duration(*delay, "delay", draft.problems).value_or(parts.reply.delay);
    if (const std::string* fault = text_of(node, "fault")) parts.reply.fault = fault_named(*fault);
    if (const Node* code = node.find("errno")) parts.reply.errno_code = read_errno(*code, draft.problems).value_or(0);
  }
  const auto found = std::ranges::find(kNormalisers, draft.protocol.name, &Normaliser::protocol);
  (found == std::end(kNormalisers) ? read_other_reply : found->read)(draft, node, parts);
  parts.reply.fields = with_texts(with_constants(compile_template(parts.fields, draft.problems), std::move(parts.constants)), std::move(parts.texts));
  return std::move(parts.reply);
}

/// The array that a reply spreads over several uses: `replies`, or reply = { sequence = [...] }.
const Node* spread_replies(EntryDraft& draft) {
  const Node* several = draft.table.find("replies");
  const Node* one = draft.table.find("reply");
  if (several && one) {
    refuse_key(draft.problems, *one, "reply", "'reply' and 'replies' stand in one entry", "keep 'replies' for one reply after the other");
    return several;
  }
  if (!several && one && one->is_table() && draft.protocol.name == "redis") several = one->find("sequence");
  if (several && one && several != one && !draft.table.find("replies")) check_sequence_alone(draft, *one);
  return several;
}

void load_response(EntryDraft& draft) {
  const Node* response = draft.table.find("response");
  if (!response || !response->is_table()) return;
  check_keys(*response, part_keys("response"), "response", draft.problems);
  if (!flag_of(draft.table, "pass_through").value_or(false))
    refuse_key(draft.problems, *response, "response", "'response' needs pass_through = true",
               "it says what the real service must answer; what the program gets is 'reply'");
  for (const auto& [name, node] : *response->table()) {
    PatternPtr pattern = name == "headers" ? compile_headers_pattern(node, draft.problems)
                         : name == "body" ? compile_body_pattern(node, draft.problems)
                                          : compile_pattern(node, draft.problems);
    draft.entry.response.push_back({name, std::move(pattern), node.at});
  }
}

}  // namespace

Fault fault_named(std::string_view name) {
  const auto found = std::ranges::find(kFaults, name, &FaultName::name);
  return found == std::end(kFaults) ? Fault::none : found->fault;  // check_keys has reported unknown names
}

Node field_node(const Node& like, std::string text) {
  Node node;
  node.at = like.at;
  node.key_at = like.key_at;
  node.length = like.length;
  node.value = std::move(text);
  return node;
}

void read_other_reply(EntryDraft&, const Node& reply, ReplyParts& parts) {
  if (!reply.is_table()) {
    std::get<Node::Table>(parts.fields.value).emplace_back("value", reply);
    return;
  }
  for (const auto& [name, node] : *reply.table())
    if (!is_common_reply_key(name)) std::get<Node::Table>(parts.fields.value).emplace_back(name, node);
}

bool is_common_reply_key(std::string_view key) { return key == "delay" || key == "fault" || key == "errno"; }

std::string reply_key_elsewhere(std::string_view key, std::string_view protocol) {
  if (key == "body") return "the body of a reply is written as text = \"…\", json = { … }, file = \"…\", hex or base64";
  for (const KeyInfo& known : keys_of(protocol))
    if (known.name == key) return fmt::format("'{}' belongs in the entry itself, not in its reply", key);
  return {};
}

void load_replies(EntryDraft& draft) {
  load_response(draft);
  if (const Node* several = spread_replies(draft)) {
    if (const Node::Array* items = several->array()) {
      if (items->empty()) refuse(draft.problems, *several, "an empty array gives no reply");
      for (const Node& item : *items) {
        if (is_kind(item, protocol_reply_kinds(draft.protocol.name))) {
          draft.entry.replies.push_back(load_reply(draft, item));
        } else {
          refuse(draft.problems, item, fmt::format("a reply is {}, not {}", kind_names(protocol_reply_kinds(draft.protocol.name)), kind_of(item)));
        }
      }
    }
    return;
  }
  const Node* reply = draft.field("reply");
  if (reply && is_kind(*reply, protocol_reply_kinds(draft.protocol.name))) draft.entry.replies.push_back(load_reply(draft, *reply));
}

}  // namespace bigfoot
