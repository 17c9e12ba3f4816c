// spec/entry_order.cpp - Order between entries. Source: spec-format.md, rule 3 and section 10 ("Order").
#include "spec/entry_order.h"

#include <algorithm>
#include <map>
#include <tuple>

#include <fmt/format.h>

#include "spec/check.h"
#include "spec/order_scope.h"

namespace bigfoot {

void EntryOrder::note(const Entry& entry, const Node& table, const Node* defaults) {
  Noted noted;
  if (const Node* id = table.find("id")) noted.id = *id;
  if (const Node* label = table.find("any_order")) noted.label = *label;
  if (const Node* after = table.find("after"); after && after->array()) noted.after = *after->array();
  noted.says_on_mismatch = table.find("on_mismatch") != nullptr || (defaults && defaults->find("on_mismatch"));
  entries_.resize(std::max(entries_.size(), entry.index + 1));
  entries_[entry.index] = std::move(noted);
}

void EntryOrder::choose_by_default(Spec& spec, std::size_t first, OnMismatch choice) const {
  for (std::size_t i = first; i < spec.entries.size(); ++i)
    if (!entries_[i].says_on_mismatch) spec.entries[i].on_mismatch = choice;
}

void EntryOrder::resolve(Spec& spec, Diagnostics& problems) const {
  resolve_ids(spec, problems);
  check_circles(spec, problems);
  check_labels(spec, problems);
}

void EntryOrder::resolve_ids(Spec& spec, Diagnostics& problems) const {
  std::map<std::string_view, std::size_t> ids;
  std::vector<std::string_view> names;
  for (const Entry& entry : spec.entries) {
    if (entry.id.empty()) continue;
    const auto [known, is_new] = ids.emplace(entry.id, entry.index);
    const Place& other = spec.entries[known->second].at;
    if (is_new) names.push_back(entry.id);
    else refuse(problems, entries_[entry.index].id, fmt::format("the id '{}' is taken by the entry at {}:{}", entry.id, other.file, other.line));
  }
  for (Entry& entry : spec.entries)
    for (const Node& node : entries_[entry.index].after) {
      const std::string* id = node.text();
      if (!id) {
        refuse(problems, node, fmt::format("'after' names ids, and an id is a string, not {}", kind_of(node)));
      } else if (const auto found = ids.find(*id); found == ids.end()) {
        refuse(problems, node, fmt::format("'after' names '{}', but no entry has this id", *id), did_you_mean(*id, names, fmt::format("write id = \"{}\" into the entry that must come before", *id)));
      } else if (found->second == entry.index) {
        refuse(problems, node, "an entry cannot come after itself");
      } else {
        entry.after.push_back(found->second);
      }
    }
}

void EntryOrder::check_circles(const Spec& spec, Diagnostics& problems) const {
  // Take away, again and again, what waits for nothing that is left: a circle is what stays.
  std::vector<std::size_t> waits(spec.entries.size());
  std::vector<std::vector<std::size_t>> followers(spec.entries.size());
  std::vector<std::size_t> free;
  for (const Entry& entry : spec.entries) {
    waits[entry.index] = entry.after.size();
    for (std::size_t before : entry.after) followers[before].push_back(entry.index);
    if (entry.after.empty()) free.push_back(entry.index);
  }
  while (!free.empty()) {
    const std::size_t done = free.back();
    free.pop_back();
    for (std::size_t next : followers[done])
      if (--waits[next] == 0) free.push_back(next);
  }
  for (const Entry& entry : spec.entries) {
    if (waits[entry.index] == 0) continue;
    std::vector<bool> visited(spec.entries.size());
    std::size_t at = entry.index;
    std::string circle;
    while (!visited[at]) {
      visited[at] = true;
      circle += fmt::format("'{}' waits for ", spec.entries[at].id);
      const auto& after = spec.entries[at].after;
      at = *std::ranges::find_if(after, [&](std::size_t before) { return waits[before] > 0; });
    }
    refuse(problems, entries_[entry.index].after.front(), "'after' goes round in a circle: nothing could come first",
           fmt::format("{}'{}'", circle, spec.entries[at].id));
    return;
  }
}

void EntryOrder::check_labels(const Spec& spec, Diagnostics& problems) const {
  struct Group {
    std::size_t last = 0, size = 0;
  };
  std::map<std::pair<std::size_t, std::string_view>, Group> groups;
  std::map<std::tuple<std::size_t, std::string_view, std::string>, std::size_t> last_of_scope;
  const std::vector<std::size_t> above = neighbours_above(spec);
  for (const Entry& entry : spec.entries) {
    if (entry.any_order.empty()) continue;
    Group& group = groups[{entry.test, entry.any_order}];
    const auto [last, is_first] = last_of_scope.try_emplace({entry.test, entry.any_order, order_scope(spec, entry)}, entry.index);
    const Place& other = spec.entries[last->second].at;
    if (!is_first && last->second != above[entry.index])
      refuse(problems, entries_[entry.index].label, fmt::format("any_order = \"{}\" is used above, but the two are no neighbours", entry.any_order),
             fmt::format("the last one is at {}:{}: move the entry there, or take another label", other.file, other.line));
    last->second = group.last = entry.index;
    ++group.size;
  }
  for (const auto& [key, group] : groups)
    if (group.size == 1)
      warn(problems, entries_[group.last].label, fmt::format("any_order = \"{}\" stands at one entry only", key.second), "a label groups neighbours: give it to the others, or leave it out");
}

}  // namespace bigfoot
