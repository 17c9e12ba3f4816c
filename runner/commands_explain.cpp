// runner/commands_explain.cpp - `bigfoot-run explain`: the built-in rules, printed from the tables that apply them.
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <functional>

#include "protocols/registry.h"
#include "runner/commands.h"
#include "spec/holes.h"
#include "spec/keys.h"
#include "spec/protocol_guide.h"
#include "spec/spec.h"

namespace bigfoot {
namespace {

constexpr std::string_view kTestExample =
    "[[test]]\n"
    "name = \"test_login*\"\n"
    "  [[test.expect]]\n"
    "  http  = \"GET https://api.example.com/login\"\n"
    "  reply = { status = 200 }\n";

constexpr std::string_view kExit =
    "  0         the command succeeded and every rule held\n"
    "  its own   the command failed (128+N for signal N); violations are still reported\n"
    "  3         the command succeeded, verification did not (--exit-code verify: also when the command failed)\n"
    "  2         bad command line or spec: nothing was started\n"
    "  124       --timeout\n"
    "  125       the supervisor could not do its work: kernel, permission, nesting; see bigfoot-run doctor\n"
    "  126, 127  the command cannot be executed, is not found\n";

void noise() {
  fmt::print("Headers that no entry needs to mention: they differ between machines, versions and runs.\n"
             "[noise] headers = [...] in a spec adds to them.\n\n");
  for (std::string_view header : builtin_noise_headers()) fmt::print("  {}\n", header);
}

/// `text`, a line each, after two blanks.
void indented(std::string_view text) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    fmt::print("{}{}\n", end == 0 ? "" : "  ", text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

void ambient() {
  fmt::print("What never needs an entry, because no author of a test means it. It is in the timeline with the state\n"
             "\"ambient\", and an entry or step that names it asserts it all the same.\n");
  for (const ProtocolGuide& guide : protocol_guides()) {
    if (guide.ambient.empty()) continue;
    fmt::print("\n{}\n", guide.name);
    indented(guide.ambient);
  }
  fmt::print("\n[settings] ambient = \"assert\" turns this courtesy off.\n");
}

void keys(std::string_view title, Keys keys) {
  if (keys.empty()) return;
  fmt::print("\n{}\n", title);
  for (const KeyInfo& key : keys) {
    std::string values(key.values);
    std::ranges::replace(values, '|', ' ');
    fmt::print("  {:<14} {}{}\n", key.name, key.help, values.empty() ? "" : fmt::format(" ({})", values));
  }
}

void settings() {
  keys("[settings]", settings_keys().keys);
  keys("[noise]", noise_keys().keys);
  keys("[channels.NAME]", channel_keys().keys);
  keys("the file itself", file_keys().keys);
}

void guard() {
  fmt::print("What happens to calls that no entry names. deny beats allow; an entry beats both.\n");
  keys("[guard]", guard_keys().keys);
  keys("file = { ... }", guard_file_keys().keys);
}

void holes() {
  fmt::print("In what the program sends, {{{{hole}}}} fits a value; in what it gets, it is a value.\n\n");
  for (const HoleType& type : hole_types()) fmt::print("  {:<16} {}\n", fmt::format("{{{{{}}}}}", type.name), type.help);
  constexpr std::pair<std::string_view, std::string_view> kForms[] = {
      {"{{name:int}}", "fits the type and keeps the value; a later {{name}} is that value"},
      {"{{/regex/}}", "RE2, whole"},
      {"{{env.NAME}}", "a variable of the run's environment"},
      {"{{req.json.a.b}}", "in a reply: a value of the request; also req.header.x, req.form.x, req.query.x, req.path"},
      {"{{lit:*}}", "the text behind the colon as it is"}};
  fmt::print("\n");
  for (const auto& [form, help] : kForms) fmt::print("  {:<16} {}\n", form, help);
}

void operators() {
  fmt::print("Tables of one key, where a field's value stands.\n\n");
  for (const OperatorRow& row : operator_rows()) fmt::print("  {:<12} {}\n  {:<12} {{ {} }}\n", row.name, row.help, "", row.example);
}

void violations() {
  for (const ViolationGuide& row : violation_guides()) fmt::print("  {:<13} {}\n{:16}{}\n", row.kind, row.meaning, "", row.cure);
}

void tests() {
  fmt::print("Entries of one test. A program says which one it runs by a line to the path in $BIGFOOT_CTL: begin NAME, end NAME.\n");
  keys("[[test]]", test_keys().keys);
  fmt::print("\nan example\n");
  indented(kTestExample);
}

void protocols() {
  for (const ProtocolInfo* info : all_protocols()) {
    fmt::print("  {:<10} {}{}\n", info->name, info->summary, info->built ? "" : " [not built yet in this version]");
  }
  fmt::print("\nbigfoot-run explain NAME lists the fields of one.\n");
}

void fields(std::string_view title, std::span<const FieldInfo> fields) {
  fmt::print("\n{}\n", title);
  for (const FieldInfo& field : fields) {
    const std::string_view role = field.identity ? "identity" : field.must_assert ? "must assert" : "optional";
    fmt::print("  {:<14} {:<13}{}\n", field.name, role, field.help);
  }
}

void protocol(const ProtocolInfo& info) {
  fmt::print("{}: {}\n", info.name, info.summary);
  if (!info.built) fmt::print("The spec language knows it; this version ({}) cannot speak it yet.\n", BIGFOOT_VERSION);
  fields("a call (identity finds the entry; what must be asserted and is not mentioned must be empty)", info.call);
  keys("an entry", keys_of(info.name));
  keys("a reply that is a table", reply_keys_of(info.name));
  keys("a step: its verb", verbs_of(info.name));
  keys("a step: beside the verb", step_keys_of(info.name));
  const ProtocolGuide& guide = protocol_guide(info.name);
  fmt::print("\nunexpected: the program sees\n");
  indented(guide.unexpected);
  if (!guide.ambient.empty()) fmt::print("\nambient: needs no entry\n");
  indented(guide.ambient);
  fmt::print("\nan example\n");
  indented(guide.example);
  if (!info.source.empty()) fmt::print("\nsource: {}\n", info.source);
}

struct Topic {
  std::string_view name;
  std::function<void()> print;
};

}  // namespace

int explain(const std::string& topic) {
  const Topic topics[] = {{"noise", noise},
                          {"ambient", ambient},
                          {"operators", operators},
                          {"holes", holes},
                          {"settings", settings},
                          {"guard", guard},
                          {"tests", tests},
                          {"violations", violations},
                          {"protocols", protocols},
                          {"exit", [] { fmt::print("{}", kExit); }}};
  if (const auto known = std::ranges::find(topics, topic, &Topic::name); known != std::end(topics)) {
    known->print();
    return 0;
  }
  if (const ProtocolInfo* info = find_protocol(topic)) {
    protocol(*info);
    return 0;
  }
  std::vector<std::string_view> names;
  for (const Topic& row : topics) names.push_back(row.name);
  for (const ProtocolInfo* info : all_protocols()) names.push_back(info->name);
  const std::string_view nearest = nearest_word(topic, names);
  fmt::print(stderr, "bigfoot-run: nothing to explain about '{}'\n  {}\n", topic,
             nearest.empty() ? fmt::format("topics: {}", fmt::join(names, ", ")) : fmt::format("did you mean '{}'?", nearest));
  return 2;
}

}  // namespace bigfoot
