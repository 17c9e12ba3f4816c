// spec/entry_loader.cpp - One [[expect]]: finds its headline, checks its keys, reads what every entry may say.
// Source: spec-format.md, sections 1 and 3.
#include <algorithm>

#include <fmt/format.h>

#include "protocols/registry.h"
#include "spec/check.h"
#include "spec/command_text.h"
#include "spec/entry_draft.h"
#include "spec/scalars.h"

namespace bigfoot {
namespace {

std::vector<std::string_view> protocol_names(bool built_only) {
  std::vector<std::string_view> names;
  for (const ProtocolInfo* protocol : all_protocols())
    if (protocol->built || !built_only) names.push_back(protocol->name);
  return names;
}

struct Headline {
  const ProtocolInfo* protocol = nullptr;
  const Node* node = nullptr;
};

/// The one key that names a protocol. `file` and `log` are headlines too: an entry has no other key of these names.
Headline find_headline(const Node& table, std::string_view where, Diagnostics& problems) {
  Headline found;
  for (const auto& [name, node] : *table.table()) {
    const ProtocolInfo* protocol = find_protocol(name);
    if (!protocol) continue;
    if (found.protocol) {
      refuse_key(problems, node, name, fmt::format("a second headline in {}: '{}' beside '{}'", where, name, found.protocol->name),
                 "one protocol an entry: write two entries");
      return {};
    }
    found = {protocol, &node};
  }
  if (found.protocol) return found;
  std::string hint = fmt::format("its first key names the protocol: {}", fmt::join(protocol_names(false), ", "));
  for (const auto& [name, node] : *table.table())
    if (const std::string_view nearest = nearest_word(name, protocol_names(false)); !nearest.empty() && name.size() > 2) {
      refuse_key(problems, node, name, fmt::format("no headline in {}", where), fmt::format("did you mean '{}'?", nearest));
      return {};
    }
  refuse(problems, table, fmt::format("no headline in {}", where), std::move(hint));
  return {};
}

/// Where a key that entries do not have belongs.
std::string entry_key_elsewhere(std::string_view key, std::string_view protocol) {
  for (const KeyInfo& known : reply_keys_of(protocol))
    if (known.name == key) return protocol == "http" && (key == "json" || key == "text")
                 ? fmt::format("body = {{ {0} = … }} asserts what is sent, reply = {{ {0} = … }} is the answer", key)
                 : fmt::format("'{0}' belongs in the reply: reply = {{ {0} = … }}", key);
  for (const KeyInfo& known : verbs_of(protocol))
    if (known.name == key) return fmt::format("'{}' is a step: steps = [ {{ {} = … }} ]", key, key);
  if (protocol == "http" && (key == "method" || key == "url" || key == "path" || key == "host"))
    return "method and URL stand in the headline: http = \"GET https://api.example.com/path\"";
  if (protocol == "http" && (key == "form" || key == "contains" || key == "regex")) return fmt::format("a request's body is written as body = {{ {} = … }}", key);
  if (key == "order") return "an order stands in [settings] or [[test]]";
  return {};
}

void read_count(EntryDraft& draft) {
  Entry& entry = draft.entry;
  const std::size_t replies = entry.replies.size();
  const Node* times = draft.table.find("times");
  if (times) entry.times = read_times(*times, draft.problems).value_or(entry.times);
  const bool spread = draft.table.find("replies") != nullptr || replies > 1;
  if (spread && replies > 0) {
    if (times && (entry.times.max != replies) && draft.table.find("replies"))
      refuse_key(draft.problems, *times, "times", fmt::format("'times' and {} replies do not agree", replies),
                 "'replies' gives one reply for each use, so it says the count itself");
    entry.times = {times ? std::min<std::uint64_t>(entry.times.min, replies) : replies, replies};
  }
  // The seed's rule: a program may look for a tool in several ways, often, or not at all. A count makes it an assertion.
  const bool look_up = draft.protocol.name == "which";
  if (look_up && !times && !spread) entry.times.max = Count::kNoLimit;
  const bool required = flag_of(draft.table, "required").value_or(!look_up || times != nullptr);
  if (!required) entry.times.min = 0;
}

/// Headline, fields and steps: all "*". What is not mentioned asserts that it is empty.
bool asserts_nothing(const Entry& entry) {
  const auto any = [](const FieldPattern& field) { return field.pattern && field.pattern->is_any(); };
  const auto idle = [](const Step& step) { return step.verb != Verb::send || (step.content && step.content->is_any()); };
  const auto empty = [&](const Turn& turn) {
    return turn.push || (std::ranges::all_of(turn.identity, any) && std::ranges::all_of(turn.asserted, any));
  };
  return std::ranges::all_of(entry.identity, any) && std::ranges::all_of(entry.asserted, any) &&
         std::ranges::all_of(entry.steps, idle) && std::ranges::all_of(entry.turns, empty);
}

void check_asserts_something(EntryDraft& draft, std::string_view where) {
  const bool read = std::ranges::any_of(draft.protocol.call, [&](const FieldInfo& field) { return field.identity && draft.fields.contains(field.name); });
  if (!read || !asserts_nothing(draft.entry)) return;
  refuse(draft.problems, draft.headline, fmt::format("this {} is \"*\" everywhere: it asserts nothing", where),
         "name at least one part; to let calls through unasserted, use [guard] allow or default = \"off\"");
}

void check_built(EntryDraft& draft) {
  if (!draft.protocol.built)
    not_here(draft.problems, draft.headline, fmt::format("`{}` entries are valid, but this version cannot answer them yet (it speaks {})",
                                                         draft.protocol.name, fmt::join(protocol_names(true), ", ")));
  const std::string_view protocol = draft.protocol.name;
  if (protocol == "file" || protocol == "mock") return;  // the kernel, or the program itself, is right there to answer
  if (protocol == "http") {
    for (const std::string_view key : {"reply", "replies"}) {
      const Node* reply = draft.table.find(key);
      if (reply && draft.entry.pass_through) refuse_key(draft.problems, *reply, key, fmt::format("'{}' stands beside pass_through = true: the real service answers", key), "response = { … } asserts what it answers");
    }
    return;
  }
  if (const Node* through = draft.table.find("pass_through"); through && flag_of(draft.table, "pass_through").value_or(false))
    not_here(draft.problems, *through, "pass_through is not built yet", "[guard] allow lets the real service answer, recorded but not asserted");
}

}  // namespace

std::optional<Entry> load_entry(const Node& table, const Node* all_defaults, std::string_view where, Diagnostics& problems) {
  if (!table.is_table()) {
    refuse(problems, table, fmt::format("an entry of {} is a table, not {}", where, kind_of(table)));
    return std::nullopt;
  }
  const Headline headline = find_headline(table, where, problems);
  if (!headline.protocol) return std::nullopt;
  const std::string_view protocol = headline.protocol->name;
  EntryDraft draft{table, *headline.protocol, *headline.node, all_defaults ? all_defaults->find(protocol) : nullptr, problems};
  check_keys(table, keys_of(protocol), where, problems, entry_key_elsewhere, protocol);
  if (!is_kind(*headline.node, keys_of(protocol).front().kinds)) return std::nullopt;
  Entry& entry = draft.entry;
  entry.at = table.at;
  entry.protocol = headline.protocol;
  if (const std::string* id = text_of(table, "id")) entry.id = *id;
  if (const std::string* label = text_of(table, "any_order")) entry.any_order = *label;
  // A command that is not the one that was meant may do harm: it is served only on request.
  if (is_command(*headline.protocol)) entry.on_mismatch = OnMismatch::refuse;
  if (const Node* choice = draft.field("on_mismatch"); choice && choice->text()) entry.on_mismatch = *choice->text() == "refuse" ? OnMismatch::refuse : OnMismatch::serve;
  entry.pass_through = flag_of(table, "pass_through").value_or(false);
  load_headline(draft);
  load_replies(draft);
  load_steps(draft);
  read_count(draft);
  check_built(draft);
  check_asserts_something(draft, where);
  return std::move(draft.entry);
}

}  // namespace bigfoot
