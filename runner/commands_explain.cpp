// runner/commands_explain.cpp - `bigfoot-run explain`: the built-in rules, printed from the tables that apply them.
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <functional>

#include "protocols/registry.h"
#include "runner/commands.h"
#include "spec/spec.h"

namespace bigfoot {
namespace {

constexpr std::string_view kAmbient =
    "What never needs an entry, because no author of a test means it. It is in the timeline with the state\n"
    "\"ambient\", and an entry that names it asserts it all the same.\n"
    "\n"
    "  dns         lookups of any name, unless [settings] dns = \"strict\" makes them expectations\n"
    "  http        opening, keeping alive and closing connections; Expect: 100-continue\n"
    "  exec        child processes, until the spec has an exec or shell entry or sets guard.exec\n"
    "\n"
    "[settings] ambient = \"assert\" turns this courtesy off.\n";

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

void protocols() {
  for (const ProtocolInfo* info : all_protocols()) {
    fmt::print("  {:<10} {}{}\n", info->name, info->summary, info->built ? "" : " [not built yet in this version]");
  }
  fmt::print("\nbigfoot-run explain NAME lists the fields of one.\n");
}

void fields(std::string_view title, std::span<const FieldInfo> fields, bool of_calls) {
  if (fields.empty()) return;
  fmt::print("\n{}\n", title);
  for (const FieldInfo& field : fields) {
    const std::string_view role = !of_calls ? "" : field.identity ? "identity" : field.must_assert ? "must assert" : "optional";
    fmt::print("  {:<14} {:<{}}{}\n", field.name, role, of_calls ? 13 : 0, field.help);
  }
}

void protocol(const ProtocolInfo& info) {
  fmt::print("{}: {}\n", info.name, info.summary);
  if (!info.built) fmt::print("The spec language knows it; this version ({}) cannot speak it yet.\n", BIGFOOT_VERSION);
  fields("a call (identity finds the entry; what must be asserted and is not mentioned must be empty)", info.call, true);
  fields("a reply", info.reply, false);
  if (!info.source.empty()) fmt::print("\nsource: {}\n", info.source);
}

struct Topic {
  std::string_view name;
  std::function<void()> print;
};

}  // namespace

int explain(const std::string& topic) {
  const Topic topics[] = {{"noise", noise},
                          {"ambient", [] { fmt::print("{}", kAmbient); }},
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
