// spec/headline.cpp - The table of headlines: which function reads which.
#include <algorithm>
#include <iterator>

#include "spec/entry_draft.h"
#include "spec/turns.h"

namespace bigfoot {
namespace {

struct Row {
  std::string_view protocol;
  void (*load)(EntryDraft&);
};
constexpr Row kRows[] = {
    {"http", load_http},     {"websocket", load_websocket}, {"postgres", load_postgres}, {"redis", load_redis},
    {"smtp", load_smtp},     {"socket", load_socket},       {"exec", load_exec},         {"shell", load_shell},
    {"which", load_which},   {"file", load_file},           {"dns", load_dns},           {"log", load_log},
    {"mock", load_named},    {"sqlite", load_named},
};

}  // namespace

void load_headline(EntryDraft& draft) {
  const auto row = std::ranges::find(kRows, draft.protocol.name, &Row::protocol);
  if (row != std::end(kRows)) row->load(draft);
  // A session asserts through its steps; what the headline names needs no second mention.
  const bool session = draft.table.find("steps") != nullptr || draft.protocol.name == "socket" || turn_reader_of(draft.protocol.name) != nullptr;
  for (const FieldInfo& field : draft.protocol.call) {
    if (std::ranges::find(draft.never_there, field.name) != draft.never_there.end()) continue;
    const auto found = draft.fields.find(field.name);
    FieldPattern pattern{std::string(field.name), nullptr, draft.headline.at};
    if (found != draft.fields.end()) pattern = found->second;
    if (field.identity) {
      if (!pattern.pattern) pattern.pattern = any_pattern();
      draft.entry.identity.push_back(std::move(pattern));
    } else if (found != draft.fields.end() || (field.must_assert && !session)) {
      draft.entry.asserted.push_back(std::move(pattern));
    }
  }
}

}  // namespace bigfoot
