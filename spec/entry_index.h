// spec/entry_index.h - Which entries could take a call, found by its identity in constant time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <vector>

#include "spec/spec.h"

namespace bigfoot {

/// Entries whose whole identity is literal are found by its hash; the others are asked one by one. Entries that are
/// spent leave the front of their list, so that a long list of equal entries costs its length only once.
class EntryIndex {
 public:
  explicit EntryIndex(const Spec& spec);

  /// Calls `visit(entry index)` in document order until it says true.
  template <class Visit>
  void each(const ProtocolInfo& protocol, const Fields& call, Visit visit) {
    static List none;
    List& loose = list_of(loose_, reinterpret_cast<std::uintptr_t>(&protocol), none);
    List& exact = list_of(exact_, call_hash(protocol, call), none);
    auto one = exact.begin(), other = loose.begin();
    while (one != exact.end() || other != loose.end()) {
      const bool first = other == loose.end() || (one != exact.end() && *one < *other);
      if (visit(first ? *one++ : *other++)) return;
    }
  }
  /// The entry takes no more calls.
  void drop(const Entry& entry);

 private:
  struct List {
    std::vector<std::uint32_t> entries;
    std::size_t head = 0;
    auto begin() const { return entries.begin() + static_cast<std::ptrdiff_t>(head); }
    auto end() const { return entries.end(); }
  };
  using Lists = std::unordered_map<std::uint64_t, List>;

  static List& list_of(Lists& lists, std::uint64_t key, List& none) {
    const auto found = lists.find(key);
    return found == lists.end() ? none : found->second;
  }
  static std::uint64_t call_hash(const ProtocolInfo& protocol, const Fields& call);

  Lists exact_, loose_;
  std::vector<std::pair<Lists*, std::uint64_t>> home_;  ///< by entry: where it is listed
  std::vector<bool> dropped_;
};

}  // namespace bigfoot
