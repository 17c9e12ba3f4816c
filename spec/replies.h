// spec/replies.h - What the reply files share: one reply on its way to the fields of its protocol.
#pragma once

#include <string>
#include <string_view>

#include "spec/node.h"
#include "spec/spec.h"

namespace bigfoot {

struct EntryDraft;

struct ReplyParts {
  Reply reply;
  Node fields;                          ///< a table: becomes the template
  Value constants = Value::object();    ///< fields whose bytes hold no holes
  std::vector<std::pair<std::string, TemplatePtr>> texts;  ///< fields that are compiled already
};

/// One function a form of reply. The reply's keys have been checked; delay, fault and errno are taken.
void read_http_reply(EntryDraft& draft, const Node& reply, ReplyParts& parts);
void read_dns_reply(EntryDraft& draft, const Node& reply, ReplyParts& parts);
void read_command_reply(EntryDraft& draft, const Node& reply, ReplyParts& parts);
void read_which_reply(EntryDraft& draft, const Node& reply, ReplyParts& parts);
void read_file_reply(EntryDraft& draft, const Node& reply, ReplyParts& parts);
void read_redis_reply(EntryDraft& draft, const Node& reply, ReplyParts& parts);
void read_other_reply(EntryDraft& draft, const Node& reply, ReplyParts& parts);

/// The bytes of file = "…", hex = "…" or base64 = "…"; nothing where they cannot be had (reported).
std::optional<std::string> read_bytes(std::string_view key, const Node& node, Diagnostics& problems);
/// The body keys of a reply table: at most one may stand there. Puts it into `parts`.
void read_content(EntryDraft& draft, const Node& reply, ReplyParts& parts);

/// `exit = 3` and `signal = "SIGTERM"`, of a reply and of a step: the number, or nothing (reported).
std::optional<int> read_exit(const Node& node, Diagnostics& problems);
std::optional<int> read_signal(const Node& node, Diagnostics& problems);

Fault fault_named(std::string_view name);
bool is_common_reply_key(std::string_view key);
unsigned protocol_reply_kinds(std::string_view protocol);
std::string reply_key_elsewhere(std::string_view key, std::string_view protocol);
/// A string node that stands where `like` does.
Node field_node(const Node& like, std::string text);

}  // namespace bigfoot
