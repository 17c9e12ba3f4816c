// spec/order_keeper.h - Whether a call came before its turn. Source: spec-format.md, section 10 ("Order").
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "spec/ledger_book.h"

namespace bigfoot {

class OrderKeeper {
 public:
  explicit OrderKeeper(const Spec& spec);

  /// The entries that should have come before the first call of `entry`, each told once only.
  std::vector<const Entry*> overtaken(const Entry& entry, std::vector<EntryState>& states);
  /// The entry waits again: what had begun was not it, or told wrongly that it was overtaken.
  void waits_again(const Entry& entry) { first_waiting_ = std::min(first_waiting_, entry.index); }

 private:
  bool is_waiting(std::size_t index, const std::vector<EntryState>& states) const;

  const Spec& spec_;
  std::vector<std::size_t> group_;     ///< by entry: neighbours that share an any_order label have one number
  std::vector<std::string> scope_;     ///< by entry: order_scope()
  std::size_t first_waiting_ = 0;      ///< nobody before it waits any more
};

}  // namespace bigfoot
