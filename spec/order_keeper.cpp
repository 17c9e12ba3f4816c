// spec/order_keeper.cpp - Whether a call came before its turn.
#include "spec/order_keeper.h"

#include "spec/order_scope.h"

namespace bigfoot {

OrderKeeper::OrderKeeper(const Spec& spec) : spec_(spec) {
  const std::vector<std::size_t> above = neighbours_above(spec);
  for (const Entry& entry : spec.entries) {
    const std::size_t i = entry.index;
    const bool joined = above[i] != i && !entry.any_order.empty() && spec.entries[above[i]].any_order == entry.any_order;
    group_.push_back(joined ? group_[above[i]] : i);
    scope_.push_back(order_scope(spec, entry));
  }
}

bool OrderKeeper::is_waiting(std::size_t index, const std::vector<EntryState>& states) const {
  const Entry& entry = spec_.entries[index];
  return states[index].used + states[index].held < entry.times.min && !states[index].overtaken && !entry.pass_through;
}

std::vector<const Entry*> OrderKeeper::overtaken(const Entry& entry, std::vector<EntryState>& states) {
  while (first_waiting_ < states.size() && !is_waiting(first_waiting_, states)) ++first_waiting_;
  std::vector<const Entry*> out;
  const auto tell = [&](std::size_t index) {
    states[index].overtaken = true;
    out.push_back(&spec_.entries[index]);
  };
  if (!entry.after.empty()) {
    for (const std::size_t index : entry.after) {
      if (is_waiting(index, states)) tell(index);
    }
    return out;
  }
  if (order_of(spec_, entry) == Order::any) return out;
  for (std::size_t i = first_waiting_; i < entry.index; ++i) {
    const Entry& earlier = spec_.entries[i];
    // An entry with `after` has no place in the document's order: it holds nobody up but those that name it.
    if (!is_waiting(i, states) || !earlier.after.empty() || earlier.test != entry.test) continue;
    if (group_[i] == group_[entry.index] || scope_[i] != scope_[entry.index]) continue;
    tell(i);
  }
  return out;
}

}  // namespace bigfoot
