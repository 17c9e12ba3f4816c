// spec/order_keeper.cpp - Whether a call came before its turn.
#include "spec/order_keeper.h"

#include <fmt/format.h>

#include <algorithm>

#include "spec/values.h"

namespace bigfoot {
namespace {

/// Whom an entry talks to: calls to one target keep their order in order = "per-target".
std::string target_of(const Entry& entry) {
  const EndpointPattern& to = entry.endpoint;
  if (to.host || to.path || to.port) {
    return fmt::format("{}:{}", text_of((to.path ? to.path : to.host ? to.host : any_pattern())->shown()), to.port.value_or(0));
  }
  std::string out(entry.protocol->name);
  for (const FieldPattern& field : entry.identity) out += "\n" + (field.pattern ? text_of(field.pattern->shown()) : "*");
  return out;
}

}  // namespace

OrderKeeper::OrderKeeper(const Spec& spec) : spec_(spec) {
  const bool per_target = spec.settings.order == Order::per_target ||
                          std::ranges::any_of(spec.tests, [](const TestSection& t) { return t.order == Order::per_target; });
  for (std::size_t i = 0; i < spec.entries.size(); ++i) {
    const Entry& entry = spec.entries[i];
    const bool neighbour = i > 0 && !entry.any_order.empty() && spec.entries[i - 1].any_order == entry.any_order &&
                           spec.entries[i - 1].test == entry.test;
    group_.push_back(neighbour ? group_.back() : i);
    if (per_target) target_.push_back(target_of(entry));
  }
}

bool OrderKeeper::is_waiting(std::size_t index, const std::vector<EntryState>& states) const {
  const Entry& entry = spec_.entries[index];
  return states[index].used < entry.times.min && !states[index].overtaken && !entry.pass_through;
}

Order OrderKeeper::order_of(const Entry& entry) const {
  if (entry.test < spec_.tests.size()) return spec_.tests[entry.test].order.value_or(spec_.settings.order);
  return spec_.settings.order;
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
  const Order order = order_of(entry);
  if (order == Order::any) return out;
  for (std::size_t i = first_waiting_; i < entry.index; ++i) {
    const Entry& earlier = spec_.entries[i];
    // An entry with `after` has no place in the document's order: it holds nobody up but those that name it.
    if (!is_waiting(i, states) || !earlier.after.empty() || earlier.test != entry.test) continue;
    if (group_[i] == group_[entry.index]) continue;
    if (order == Order::per_target && target_[i] != target_[entry.index]) continue;
    tell(i);
  }
  return out;
}

}  // namespace bigfoot
