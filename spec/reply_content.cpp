// spec/reply_content.cpp - Bodies of replies: json, text, file, hex, base64, chunks, sse. Source: spec-format.md 4.
#include <algorithm>

#include <fmt/format.h>

#include "protocols/body.h"
#include "spec/check.h"
#include "spec/entry_draft.h"
#include "spec/json_source.h"
#include "spec/protocol_keys.h"
#include "spec/replies.h"

namespace bigfoot {
namespace {

constexpr std::string_view kContentKeys[] = {"json", "text", "file", "hex", "base64", "chunks", "sse"};

void put(ReplyParts& parts, std::string name, Node node) {
  std::get<Node::Table>(parts.fields.value).emplace_back(std::move(name), std::move(node));
}

void read_json_content(const Node& node, ReplyParts& parts, Diagnostics& problems) {
  const std::string* text = node.text();
  // A string is JSON as text, but one that is a whole hole takes the value's own type.
  if (!text || (text->starts_with("{{") && text->ends_with("}}"))) return put(parts, "json", node);
  if (auto parsed = read_json_in(node, *text, problems)) put(parts, "json", std::move(*parsed));
}

void read_chunks(const Node& node, ReplyParts& parts, Diagnostics& problems) {
  if (!node.array()) return;
  for (const Node& chunk : *node.array())
    if (!chunk.text()) refuse(problems, chunk, fmt::format("a chunk is a string, not {}", kind_of(chunk)));
  put(parts, "chunks", node);
}

void read_events(const Node& node, ReplyParts& parts, Diagnostics& problems) {
  if (!node.array()) return;
  for (const Node& event : *node.array()) {
    if (event.is_table()) check_keys(event, part_keys("sse"), "an event of sse", problems);
    else if (!event.text()) refuse(problems, event, fmt::format("an event of sse is a string or a table, not {}", kind_of(event)));
  }
  put(parts, "sse", node);
}

}  // namespace

unsigned protocol_reply_kinds(std::string_view protocol) { return protocol_keys(protocol).reply_kinds; }

std::optional<std::string> read_bytes(std::string_view key, const Node& node, Diagnostics& problems) {
  const std::string* text = node.text();
  if (!text) return std::nullopt;
  if (key == "file") {
    auto bytes = read_file(beside_spec(node.at, *text));
    if (!bytes) not_here(problems, node, fmt::format("the file '{}' cannot be read", *text), fmt::format("it is looked for at {}", beside_spec(node.at, *text).string()));
    return bytes;
  }
  auto bytes = key == "hex" ? from_hex(*text) : from_base64(*text);
  if (!bytes) refuse(problems, node, fmt::format("'{}' is no {}", *text, key), key == "hex" ? "two digits a byte, blanks allowed: \"ca fe 00\"" : "as in RFC 4648: \"aGVsbG8=\"");
  return bytes;
}

void read_content(EntryDraft& draft, const Node& reply, ReplyParts& parts) {
  std::string_view first;
  for (const auto& [name, node] : *reply.table()) {
    if (std::ranges::find(kContentKeys, std::string_view(name)) == std::end(kContentKeys)) continue;
    if (!first.empty()) {
      refuse_key(draft.problems, node, name, fmt::format("'{}' and '{}' both give the body", first, name), "keep one");
      continue;
    }
    first = name;
    if (name == "json") read_json_content(node, parts, draft.problems);
    else if (name == "text" && node.text()) put(parts, "text", node);
    else if (name == "chunks") read_chunks(node, parts, draft.problems);
    else if (name == "sse") read_events(node, parts, draft.problems);
    else if (auto bytes = read_bytes(name, node, draft.problems)) parts.constants["body"] = std::move(*bytes);
  }
}

}  // namespace bigfoot
