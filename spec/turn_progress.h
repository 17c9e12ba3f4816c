// spec/turn_progress.h - How far a session has come in the turns of one entry, and what its next call can be there.
// Source: spec-format.md, rule 8; section 9 (decision 7).
#pragma once

#include <cstddef>
#include <vector>

#include "protocols/protocol.h"
#include "spec/entry_match.h"
#include "spec/ledger_book.h"

namespace bigfoot {

/// What a call can be in a session.
struct Choice {
  enum class Kind { none, in_turn, different, overtaken, too_early } kind = Kind::none;
  std::size_t turn = 0;
  EntryMatch match;
};

class TurnProgress {
 public:
  explicit TurnProgress(const Entry& entry) : entry_(&entry), states_(entry.turns.size(), State::waiting) {}

  const Entry& entry() const { return *entry_; }
  /// The best that the turns have for a call. The window is what may come now: up to the first required turn.
  Choice choose(const Call& call, const LedgerBook& book) const;
  /// The turn has come. Those before it that still waited were left out, or, where it came too early, overtaken.
  void pass(std::size_t turn, bool too_early);
  /// The push whose turn it is; null where a call comes first.
  const Turn* waiting_push() const;
  void pushed(const Turn& turn) { mark_played(static_cast<std::size_t>(&turn - entry_->turns.data())); }
  /// The end of the connection is the program's `close`, where that is the next thing to come.
  void leave();
  /// Nothing is left that has to come, but the end of the connection.
  bool is_over() const;
  /// Turns that may still come, or should have; `required` only.
  std::vector<const Turn*> missing(bool required) const;
  const std::vector<const Turn*>& history() const { return history_; }  ///< played, in order

 private:
  enum class State {
    waiting,
    played,
    left_out,  ///< an optional one that a later turn has passed
    overtaken  ///< told already: it may still come
  };
  void mark_played(std::size_t turn);

  const Entry* entry_;
  std::vector<State> states_;
  std::size_t played_ = 0;  ///< the turns before this one have been played
  std::vector<const Turn*> history_;
};

}  // namespace bigfoot
