// spec/headline_redis.cpp - ["GET", "key"] and { multi = [[...], [...]] }. Source: spec-format.md, section 3 and 4.2.
#include <algorithm>

#include <fmt/format.h>

#include "protocols/redis/chatter.h"
#include "spec/check.h"
#include "spec/command_text.h"
#include "spec/pattern_parts.h"
#include "spec/redis_command.h"
#include "spec/socket_address.h"
#include "spec/url_pattern.h"

namespace bigfoot {
namespace {

constexpr unsigned kUsualPort = 6379;  // IANA, service name "redis"
constexpr std::string_view kExample = "redis = [\"GET\", \"session:abc123\"]";
constexpr std::string_view kMultiExample = "redis = { multi = [[\"INCR\", \"hits\"], [\"EXPIRE\", \"hits\", \"60\"]] }";

void set_unix_server(EntryDraft& draft, const Node& node) {
  const std::string_view text = *node.text();
  constexpr std::size_t kScheme = std::string_view("unix://").size();
  const PatternPtr path = compile_wildcard_pattern(text.substr(kScheme), Wildcards::file_path, place_in(node, kScheme), draft.problems);
  draft.entry.endpoint.unix_path = true;
  if (path && !path->is_any()) draft.entry.endpoint.path = path;
  draft.set("server", compile_wildcard_pattern(text, Wildcards::file_path, place_in(node, 0), draft.problems), node.at);
}

/// `server`; without it an entry is for any connection that speaks Redis, and for port 6379 from its first byte on.
void set_server(EntryDraft& draft) {
  const Node* given = draft.field("server");
  if (given && given->text() && given->text()->starts_with("unix://")) return set_unix_server(draft, *given);
  draft.entry.endpoint.tcp = true;
  draft.entry.endpoint.port = kUsualPort;
  if (!given || !given->text() || *given->text() == "*") return;
  Node node = *given;
  const auto parts = split_host_port(*given->text());
  if (!parts || parts->host.empty() || given->text()->find("//") != std::string::npos) {
    refuse_part(draft.problems, *given, 0, *given->text(), fmt::format("'{}' is no server", *given->text()),
                "host:port, the host alone, or a socket's path: cache.example.com:6379, unix:///run/redis.sock");
    return;
  }
  if (parts->port.empty()) node.value = fmt::format("{}:{}", *given->text(), kUsualPort);
  const auto address = compile_socket_address(node, "tcp", 0, draft.problems);
  if (!address) return;
  draft.entry.endpoint = address->endpoint;
  draft.set("server", server_pattern(compile_wildcard_pattern(address->shown, Wildcards::host, place_in(node, 0), draft.problems)), node.at);
}

/// Numbers are the texts that the wire has; the name is compared in upper case.
Node spoken_on_the_wire(const Node& word, bool is_name) {
  Node out = word;
  if (const std::int64_t* number = word.integer()) out.value = std::to_string(*number);
  if (const double* number = std::get_if<double>(&word.value)) out.value = fmt::format("{}", *number);
  if (is_name && word.text() && !has_hole(*word.text())) out.value = upper_name(*word.text());
  return out;
}

bool check_words(EntryDraft& draft, const Node& command) {
  const Node::Array* words = command.array();
  if (!words || words->empty() || !is_kind(words->front(), kText | kTable)) {
    refuse(draft.problems, command, "a Redis command is an array of its words, the name first", std::string(kExample));
    return false;
  }
  bool good = true;
  for (const Node& word : *words) {
    if (is_kind(word, kText | kInteger | kNumber | kTable)) continue;
    refuse(draft.problems, word, fmt::format("a word of a Redis command is a string, not {}", kind_of(word)));
    good = false;
  }
  const std::string name = words->front().text() ? upper_name(*words->front().text()) : "";
  if (name == "MULTI" || name == "EXEC" || name == "DISCARD") {
    refuse(draft.problems, words->front(), fmt::format("{} is no command of its own: MULTI to EXEC is one interaction", name), std::string(kMultiExample));
    return false;
  }
  for (std::size_t i = 0; i < words->size(); ++i) {
    const std::string* text = (*words)[i].text();
    const bool last = i > 0 && i + 1 == words->size();
    if (!text || *text != kFurtherWords || last) continue;
    refuse(draft.problems, (*words)[i], "\"**\" stands for further words, so it is the last, behind the name", "redis = [\"MSET\", \"a\", \"**\"]");
    good = false;
  }
  const bool spaced = !name.empty() && name.find(' ') != name.npos && !has_hole(name);
  if (spaced) refuse(draft.problems, words->front(), fmt::format("'{}' is more than one word", *words->front().text()), fmt::format("each word is an item of its own: {}", kExample));
  return good && !spaced;
}

/// No word says anything: "*" and "**" only.
bool says_nothing(const Node& command) {
  return std::ranges::all_of(*command.array(), [](const Node& word) { return word.text() && (*word.text() == "*" || *word.text() == kFurtherWords); });
}

/// A word that may come after all that are named: "**" as the last.
bool is_open(const Node::Array& words) { return words.size() > 1 && words.back().text() && *words.back().text() == kFurtherWords; }

struct CommandPatterns {
  PatternPtr name, key, words;
};

CommandPatterns compile_command(EntryDraft& draft, const Node& command) {
  const Node::Array& given = *command.array();
  const bool open = is_open(given);
  std::vector<PatternPtr> words;
  for (std::size_t i = 0; i + (open ? 1 : 0) < given.size(); ++i) words.push_back(compile_pattern(spoken_on_the_wire(given[i], i == 0), draft.problems));
  CommandPatterns out;
  out.name = words.front();
  if (words.size() > 1) out.key = words[1];
  out.words = words_pattern(std::move(words), open);
  return out;
}

/// Name and key of a transaction's first command, which say what transaction it is.
PatternPtr compile_first(EntryDraft& draft, const Node& command) {
  const Node::Array& given = *command.array();
  const std::size_t named = std::min<std::size_t>(2, given.size() - (is_open(given) ? 1 : 0));
  std::vector<PatternPtr> words;
  for (std::size_t i = 0; i < named; ++i) words.push_back(compile_pattern(spoken_on_the_wire(given[i], i == 0), draft.problems));
  return words_pattern(std::move(words), named < given.size());
}

std::string shown_words(const Node& command) {
  std::vector<std::string> words;
  for (const Node& word : command.array() ? *command.array() : Node::Array{}) {
    const Node said = spoken_on_the_wire(word, words.empty());
    words.push_back(said.text() ? *said.text() : "…");
  }
  return words_title(words);
}

void load_transaction(EntryDraft& draft) {
  draft.entry.headline = "redis MULTI";
  const Node* multi = draft.headline.find("multi");
  if (multi && multi->array() && multi->array()->empty())
    return refuse(draft.problems, *multi, "a transaction without commands asserts nothing", std::string(kMultiExample));
  if (!multi || draft.headline.table()->size() != 1) {
    refuse(draft.problems, draft.headline, "a Redis table has the one key 'multi'", std::string(kMultiExample));
    return;
  }
  const Node::Array* commands = multi->array();
  if (!commands) {
    refuse(draft.problems, *multi, fmt::format("'multi' is an array of commands, not {}", kind_of(*multi)), std::string(kMultiExample));
    return;
  }
  std::vector<PatternPtr> patterns;
  std::vector<std::string> titles;
  bool good = true;
  for (const Node& command : *commands) {
    const bool fine = check_words(draft, command);
    good = good && fine;
    if (fine) patterns.push_back(compile_command(draft, command).words);
    titles.push_back(shown_words(command));
  }
  draft.entry.headline = transaction_title(titles);
  if (!good) return;
  draft.set("command", literal_pattern("MULTI"), draft.headline.at);
  draft.set("key", compile_first(draft, commands->front()), draft.headline.at);
  draft.set("args", words_pattern(std::move(patterns), false), draft.headline.at);
}

}  // namespace

void load_redis(EntryDraft& draft) {
  set_server(draft);
  if (const std::string* text = draft.headline.text()) {
    draft.entry.headline = "redis " + *text;
    if (*text != "*") return refuse(draft.problems, draft.headline, "a Redis command is an array of its words", fmt::format("{}, or \"*\"", kExample));
    draft.set("command", any_pattern(), draft.headline.at);
    draft.set("args", any_pattern(), draft.headline.at);
    return;
  }
  if (draft.headline.is_table()) return load_transaction(draft);
  draft.entry.headline = "redis " + shown_words(draft.headline);
  if (!check_words(draft, draft.headline)) return;
  CommandPatterns command = compile_command(draft, draft.headline);
  if (says_nothing(draft.headline) && !draft.fields.contains("server")) {
    command.key.reset();
    command.words = any_pattern();
  }
  draft.set("command", command.name, draft.headline.at);
  const Value* name = command.name ? command.name->literal() : nullptr;
  const bool by_name = name && name->is_string() && is_known_by_name(name->get_ref<const std::string&>());
  if (command.key && !by_name) draft.set("key", command.key, draft.headline.at);
  draft.set("args", command.words, draft.headline.at);
}

}  // namespace bigfoot
