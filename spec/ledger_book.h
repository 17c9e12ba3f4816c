// spec/ledger_book.h - What the ledger remembers of each entry; the ledger and its sessions share it.
#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <limits>
#include <set>
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

/// The sections that a call is made in, the innermost first; empty outside of tests.
using Scope = std::vector<SectionId>;

struct LedgerBook {
  /// Of an entry in a [[test]] table as the spec has it: sections are made from it, and it takes no call itself.
  static constexpr SectionId kModel = std::numeric_limits<SectionId>::max();

  LedgerBook(const Spec& the_spec, Surroundings surroundings) : spec(the_spec), around(std::move(surroundings)), entries(spec.entries.begin(), spec.entries.end()), states(entries.size()) {
    for (Entry& entry : entries) entry.section = entry.test == Entry::kNoTest ? kWholeRun : kModel;
  }

  const Spec& spec;
  Surroundings around;
  Captures known;
  std::deque<Entry> entries;      ///< the spec's under their own index, behind them what sections have made of theirs
  std::deque<EntryState> states;  ///< by Entry::index
  Scope scope;                    ///< of the call that is judged
  std::set<std::size_t> tests;    ///< of Spec::tests: those of which the scope has sections
  const Entry* last = nullptr;     ///< used last

  bool in_scope(const Entry& entry) const {
    return entry.section == kWholeRun || std::ranges::find(scope, entry.section) != scope.end();
  }
  /// Who goes before whom: entries of the innermost test first (0), those of the run last.
  std::size_t rank(const Entry& entry) const { return static_cast<std::size_t>(std::ranges::find(scope, entry.section) - scope.begin()); }
  /// Whether an entry stands where its author sees it: sections of other tests, and ended ones, are no news to this call.
  bool is_known(const Entry& entry) const { return entry.section == kModel ? !tests.contains(entry.test) : in_scope(entry); }
  /// It takes no call now: none is left of it, or it belongs to a test that this call is not made in.
  bool is_spent(const Entry& entry) const { return !in_scope(entry) || is_used_up(entry); }
  bool is_used_up(const Entry& entry) const { return states[entry.index].used >= entry.times.max; }
  /// Spent, or about to be.
  bool is_taken(const Entry& entry) const { return !in_scope(entry) || begun(entry) >= entry.times.max; }
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
