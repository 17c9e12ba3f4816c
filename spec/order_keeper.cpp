// spec/order_keeper.cpp - Whether a call came before its turn.
#include "spec/order_keeper.h"

#include <algorithm>

#include "spec/order_scope.h"

namespace bigfoot {

OrderKeeper::OrderKeeper(std::shared_ptr<LedgerBook> book) : book_(std::move(book)) {
  const Spec& spec = book_->spec;
  const std::vector<std::size_t> above = neighbours_above(spec);
  for (const Entry& entry : book_->entries) {
    const std::size_t i = entry.index;
    const bool joined = above[i] != i && !entry.any_order.empty() && spec.entries[above[i]].any_order == entry.any_order;
    group_.push_back(joined ? group_[above[i]] : i);
    scope_.push_back(order_scope(spec, entry));
    lines_[key_of(entry)].entries.push_back(i);
  }
}

void OrderKeeper::add(const Entry& entry, std::size_t model) {
  group_.push_back(entry.index - model + group_[model]);
  scope_.push_back(scope_[model]);
  lines_[key_of(entry)].entries.push_back(entry.index);
}

void OrderKeeper::add(const Entry& entry) {
  group_.push_back(entry.index);
  scope_.push_back(order_scope(book_->spec, entry));
  lines_[key_of(entry)].entries.push_back(entry.index);
}

bool OrderKeeper::is_waiting(std::size_t index) const {
  const Entry& entry = book_->entries[index];
  return book_->begun(entry) < entry.times.min && !book_->states[index].overtaken && !entry.pass_through;
}

void OrderKeeper::waits_again(const Entry& entry) {
  Line& line = lines_[key_of(entry)];
  const auto at = static_cast<std::size_t>(std::ranges::lower_bound(line.entries, entry.index) - line.entries.begin());
  line.first_waiting = std::min(line.first_waiting, at);
}

std::vector<const Entry*> OrderKeeper::overtaken(const Entry& entry) {
  std::vector<const Entry*> out;
  const auto tell = [&](std::size_t index) {
    book_->states[index].overtaken = true;
    out.push_back(&book_->entries[index]);
  };
  if (!entry.after.empty()) {
    for (const std::size_t index : entry.after) {
      if (is_waiting(index)) tell(index);
    }
    return out;
  }
  Line& line = lines_[key_of(entry)];
  while (line.first_waiting < line.entries.size() && !is_waiting(line.entries[line.first_waiting])) ++line.first_waiting;
  if (order_of(book_->spec, entry) == Order::any) return out;
  for (std::size_t at = line.first_waiting; at < line.entries.size() && line.entries[at] < entry.index; ++at) {
    const std::size_t i = line.entries[at];
    // An entry with `after` has no place in the document's order: it holds nobody up but those that name it.
    if (!is_waiting(i) || !book_->entries[i].after.empty()) continue;
    if (group_[i] == group_[entry.index] || scope_[i] != scope_[entry.index]) continue;
    tell(i);
  }
  return out;
}

}  // namespace bigfoot
