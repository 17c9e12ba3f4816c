// spec/headline_sessions.cpp - Postgres and Redis; SMTP's is with its steps. Source: spec-format.md 4.1 to 4.3.
#include <fmt/format.h>

#include "spec/check.h"
#include "spec/turns_postgres.h"
#include "spec/url_pattern.h"

namespace bigfoot {

bool set_server(EntryDraft& draft, const Node& node, std::size_t offset, std::string_view text, unsigned fallback, std::string_view form) {
  const auto parts = split_host_port(text);
  if (!parts || (parts->port.empty() && fallback == 0)) {
    refuse_part(draft.problems, node, offset, text, fmt::format("'{}' is no host{}", text, fallback == 0 ? " and port" : ""), std::string(form));
    return false;
  }
  PortPattern port{literal_pattern(fallback), fallback};
  if (!parts->port.empty()) {
    const auto given = compile_port(parts->port, node, offset + parts->port_offset, draft.problems);
    if (!given) return false;
    port = *given;
  }
  const PatternPtr host = compile_wildcard_pattern(parts->host, Wildcards::host, place_in(node, offset), draft.problems);
  draft.set("host", host, node.at);
  draft.set("port", port.pattern, node.at);
  EndpointPattern& endpoint = draft.entry.endpoint;
  endpoint.tcp = true;
  endpoint.port = port.number;
  if (host && !host->is_any()) endpoint.host = host;
  return true;
}

namespace {

std::string shown_command(const Node& command) {
  std::string out = "redis [";
  if (const Node::Array* words = command.array())
    for (const Node& word : *words) out += fmt::format("{}\"{}\"", out.ends_with('[') ? "" : ", ", word.text() ? *word.text() : std::string("…"));
  return out + "]";
}

void load_command_words(EntryDraft& draft, const Node& command) {
  const Node::Array* words = command.array();
  if (!words || words->empty() || !words->front().text()) {
    refuse(draft.problems, command, "a Redis command is an array of its words, the name first", "redis = [\"GET\", \"session:abc123\"]");
    return;
  }
  for (const Node& word : *words)
    if (!is_kind(word, kText | kInteger | kNumber | kTable)) refuse(draft.problems, word, fmt::format("a word of a Redis command is a string, not {}", kind_of(word)));
}

}  // namespace

void load_postgres(EntryDraft& draft) {
  constexpr std::string_view kForm = "user@host[:5432]/database: admin@localhost/app";
  const std::string& text = *draft.headline.text();
  draft.entry.headline = "postgres " + text;
  read_postgres_terms(draft);
  if (text == "*") {
    draft.set("host", any_pattern(), draft.headline.at);
    draft.entry.endpoint.tcp = true;
    return;
  }
  const std::string masked = masked_holes(text);
  const std::size_t at_sign = masked.find('@');
  const std::size_t slash = masked.find('/', at_sign == masked.npos ? 0 : at_sign);
  if (at_sign == masked.npos || at_sign == 0 || slash == masked.npos || slash + 1 == masked.size()) {
    refuse(draft.problems, draft.headline, fmt::format("'{}' names no user, host and database", text), std::string(kForm));
    return;
  }
  if (!set_server(draft, draft.headline, at_sign + 1, std::string_view(text).substr(at_sign + 1, slash - at_sign - 1), 5432, kForm)) return;
  draft.set("user", compile_text_pattern(text.substr(0, at_sign), place_in(draft.headline, 0), draft.problems), draft.headline.at);
  draft.set("database", compile_text_pattern(text.substr(slash + 1), place_in(draft.headline, slash + 1), draft.problems), draft.headline.at);
}

void load_redis(EntryDraft& draft) {
  if (const Node* server = draft.field("server"); server && server->text() && *server->text() != "*")
    set_server(draft, *server, 0, *server->text(), 6379, "host:port: cache.example.com:6379");
  if (const std::string* text = draft.headline.text()) {
    draft.entry.headline = "redis " + *text;
    if (*text != "*")
      return refuse(draft.problems, draft.headline, "a Redis command is an array of its words", "redis = [\"GET\", \"session:abc123\"], or \"*\"");
    draft.set("command", any_pattern(), draft.headline.at);
    draft.set("args", any_pattern(), draft.headline.at);
    return;
  }
  if (draft.headline.is_array()) {
    draft.entry.headline = shown_command(draft.headline);
    load_command_words(draft, draft.headline);
    if (const Node::Array& words = *draft.headline.array(); !words.empty()) {
      draft.set("command", compile_pattern(words[0], draft.problems), draft.headline.at);
      if (words.size() > 1) draft.set("key", compile_pattern(words[1], draft.problems), draft.headline.at);
    }
    draft.set("args", compile_pattern(draft.headline, draft.problems), draft.headline.at);
    return;
  }
  draft.entry.headline = "redis MULTI";
  const Node* multi = draft.headline.find("multi");
  if (!multi || draft.headline.table()->size() != 1) {
    refuse(draft.problems, draft.headline, "a Redis table has the one key 'multi'", "redis = { multi = [[\"INCR\", \"hits\"], [\"EXPIRE\", \"hits\", \"60\"]] }");
    return;
  }
  draft.set("command", literal_pattern("MULTI"), draft.headline.at);
  draft.set("args", compile_pattern(*multi, draft.problems), draft.headline.at);
  if (const Node::Array* commands = multi->array()) {
    for (const Node& command : *commands) load_command_words(draft, command);
  } else {
    refuse(draft.problems, *multi, fmt::format("'multi' is an array of commands, not {}", kind_of(*multi)));
  }
}

}  // namespace bigfoot
