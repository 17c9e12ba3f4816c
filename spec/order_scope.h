// spec/order_scope.h - Which entries keep an order among each other. Source: spec-format.md, rule 3 and section 10 ("Order").
#pragma once

#include <string>
#include <vector>

#include "spec/ledger_book.h"

namespace bigfoot {

/// The order that holds for an entry: its test's, else the file's.
Order order_of(const Spec& spec, const Entry& entry);

/// Whom the order of an entry is about: equal texts keep their order, "" for all of the file or test. Where the order is
/// per-target, whom the entry talks to.
std::string order_scope(const Spec& spec, const Entry& entry);

/// Every entry's neighbour above, which is the next one of its scope and test; itself where there is none.
std::vector<std::size_t> neighbours_above(const Spec& spec);

/// The entries from one to the other that a label of any_order must hold all of, in document order.
std::vector<const Entry*> entries_between(const LedgerBook& book, const Entry& one, const Entry& other);

}  // namespace bigfoot
