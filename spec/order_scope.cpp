// spec/order_scope.cpp - Which entries keep an order among each other.
#include "spec/order_scope.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "spec/values.h"

namespace bigfoot {
namespace {

/// Whom an entry talks to.
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

Order order_of(const Spec& spec, const Entry& entry) {
  if (entry.test < spec.tests.size()) return spec.tests[entry.test].order.value_or(spec.settings.order);
  return spec.settings.order;
}

std::string order_scope(const Spec& spec, const Entry& entry) {
  return order_of(spec, entry) == Order::per_target ? target_of(entry) : "";
}

std::vector<std::size_t> neighbours_above(const Spec& spec) {
  std::vector<std::size_t> above;
  std::map<std::pair<std::size_t, std::string>, std::size_t> last;
  for (const Entry& entry : spec.entries) {
    const auto [found, is_first] = last.try_emplace({entry.test, order_scope(spec, entry)}, entry.index);
    above.push_back(found->second);
    found->second = entry.index;
  }
  return above;
}

std::vector<const Entry*> entries_between(const LedgerBook& book, const Entry& one, const Entry& other) {
  std::vector<const Entry*> out;
  const std::string scope = order_scope(book.spec, other);
  for (std::size_t i = std::min(one.index, other.index); i <= std::max(one.index, other.index); ++i) {
    const Entry& entry = book.entries[i];
    if (entry.test == other.test && entry.section == other.section && order_scope(book.spec, entry) == scope) out.push_back(&entry);
  }
  return out;
}

}  // namespace bigfoot
