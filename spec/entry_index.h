// spec/entry_index.h - Which entries could take a call, found by its identity in constant time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "spec/spec.h"

namespace bigfoot {

/// Entries are found by the hash of those parts of their identity that are literal; an entry that has none is asked for every
/// call of its protocol. Entries that are spent leave the front of their list, so that a long list of equal entries costs
/// its length only once.
class EntryIndex {
 public:
  /// An entry behind all that came before.
  void add(const Entry& entry);

  /// Calls `visit(entry index)` in document order until it says true.
  template <class Visit>
  void each(const ProtocolInfo& protocol, const Fields& call, Visit visit) {
    const auto shapes = shapes_.find(&protocol);
    if (shapes == shapes_.end()) return;
    std::vector<Reading>& open = open_;
    open.clear();
    for (const Shape shape : shapes->second) {
      const auto found = lists_.find(call_hash(protocol, shape, call));
      if (found != lists_.end() && found->second.begin() != found->second.end()) open.push_back({found->second.begin(), found->second.end()});
    }
    for (;;) {
      Reading* next = nullptr;
      for (Reading& reading : open)
        if (reading.at != reading.end && (next == nullptr || *reading.at < *next->at)) next = &reading;
      if (next == nullptr || visit(*next->at++)) return;
    }
  }
  /// The entry takes no more calls.
  void drop(const Entry& entry);

 private:
  using Shape = std::uint32_t;  ///< one bit for each field of ProtocolInfo::call: those that are literal
  struct List {
    std::vector<std::uint32_t> entries;
    std::size_t head = 0;
    auto begin() const { return entries.begin() + static_cast<std::ptrdiff_t>(head); }
    auto end() const { return entries.end(); }
  };
  struct Reading {
    std::vector<std::uint32_t>::const_iterator at, end;
  };

  static std::uint64_t call_hash(const ProtocolInfo& protocol, Shape shape, const Fields& call);

  std::unordered_map<std::uint64_t, List> lists_;
  std::map<const ProtocolInfo*, std::vector<Shape>> shapes_;  ///< that entries of a protocol have
  std::vector<Reading> open_;                                 ///< of each(); kept for its memory
  std::unordered_map<std::size_t, std::uint64_t> home_;       ///< by entry: where it is listed
  std::unordered_set<std::size_t> dropped_;
};

}  // namespace bigfoot
