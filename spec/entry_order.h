// spec/entry_order.h - What ties entries to each other: ids, `after`, any_order groups.
#pragma once

#include <vector>

#include "spec/node.h"
#include "spec/spec.h"

namespace bigfoot {

class EntryOrder {
 public:
  /// Remembers where an entry says its id, after and label; `table` is the entry's own.
  /// `defaults`: its protocol's [defaults], or nullptr.
  void note(const Entry& entry, const Node& table, const Node* defaults);
  /// [settings] on_mismatch of a file: for its entries that say nothing themselves, and whose [defaults] do not.
  void choose_by_default(Spec& spec, std::size_t first, OnMismatch choice) const;
  /// Fills Entry::after. Ids that are unknown or stand twice, circles, and labels that are no neighbours are reported.
  void resolve(Spec& spec, Diagnostics& problems) const;

 private:
  struct Noted {
    Node id, label;
    std::vector<Node> after;
    bool says_on_mismatch = false;
  };
  void resolve_ids(Spec& spec, Diagnostics& problems) const;
  void check_circles(const Spec& spec, Diagnostics& problems) const;
  void check_labels(const Spec& spec, Diagnostics& problems) const;

  std::vector<Noted> entries_;  // one an entry, by its index
};

}  // namespace bigfoot
