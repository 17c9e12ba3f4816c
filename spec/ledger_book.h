// spec/ledger_book.h - What the ledger remembers of each entry; the ledger and its sessions share it.
#pragma once

#include <cstdint>
#include <vector>

#include "spec/spec.h"

namespace bigfoot {

struct EntryState {
  static constexpr std::size_t kRemembered = 5;  // interactions that a note names
  std::uint64_t used = 0;
  std::uint64_t held = 0;           ///< uses that have begun and whose end will tell whether they are this entry's
  std::vector<std::uint64_t> seqs;  ///< the first interactions that used it
  bool overtaken = false;           ///< it was told that a later entry came first
  bool violated = false;            ///< a call or step of it was not as the spec says
};

struct LedgerBook {
  const Spec& spec;
  Surroundings around;
  Captures known;
  std::vector<EntryState> states;  ///< by Entry::index
  const Entry* last = nullptr;     ///< used last

  bool is_spent(const Entry& entry) const { return states[entry.index].used >= entry.times.max; }
  /// Spent, or about to be.
  bool is_taken(const Entry& entry) const { return begun(entry) >= entry.times.max; }
  std::uint64_t begun(const Entry& entry) const { return states[entry.index].used + states[entry.index].held; }
  /// The reply of the next use; null: the protocol's default.
  const Reply* next_reply(const Entry& entry) const {
    if (entry.replies.empty()) return nullptr;
    const auto last = entry.replies.size() - 1;
    return &entry.replies[std::min<std::uint64_t>(begun(entry), last)];
  }
  void use(const Entry& entry, std::uint64_t seq) {
    EntryState& state = states[entry.index];
    ++state.used;
    last = &entry;
    if (state.seqs.size() < EntryState::kRemembered) state.seqs.push_back(seq);
  }
};

}  // namespace bigfoot
