// spec/order_keeper.h - Whether a call came before its turn. Source: spec-format.md, section 10 ("Order").
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "spec/ledger_book.h"

namespace bigfoot {

class OrderKeeper {
 public:
  explicit OrderKeeper(std::shared_ptr<LedgerBook> book);

  /// The last entry of the book, which a section has made of the spec's entry `model`.
  void add(const Entry& entry, std::size_t model);
  /// The last entry of the book, which stands behind all others of its section.
  void add(const Entry& entry);

  /// The entries that should have come before the first call of `entry`, each told once only.
  std::vector<const Entry*> overtaken(const Entry& entry);
  /// The entry waits again: what had begun was not it, or told wrongly that it was overtaken.
  void waits_again(const Entry& entry);

 private:
  /// Entries that keep an order among each other: those of the whole run, those of one [[test]] in one section.
  struct Line {
    std::vector<std::size_t> entries;  ///< in document order
    std::size_t first_waiting = 0;     ///< in `entries`: nobody before it waits any more
  };
  using LineKey = std::pair<SectionId, std::size_t>;

  static LineKey key_of(const Entry& entry) { return {entry.section, entry.test}; }
  bool is_waiting(std::size_t index) const;

  std::shared_ptr<LedgerBook> book_;
  std::deque<std::size_t> group_;    ///< by entry: neighbours that share an any_order label have one number
  std::deque<std::string> scope_;    ///< by entry: order_scope()
  std::map<LineKey, Line> lines_;
};

}  // namespace bigfoot
