// spec/turn_progress.cpp - see turn_progress.h.
#include "spec/turn_progress.h"

#include <algorithm>

#include "spec/turn_match.h"

namespace bigfoot {

Choice TurnProgress::choose(const Call& call, const LedgerBook& book) const {
  Choice best;
  bool in_window = true;
  const bool is_judged = call.unnamed != Unnamed::ambient || call.ends;
  for (std::size_t i = played_; i < states_.size(); ++i) {
    const Turn& turn = entry_->turns[i];
    const State state = states_[i];
    if (turn.push || state == State::played) continue;
    const bool is_next = in_window && state == State::waiting;
    EntryMatch match;
    const TurnFit fit = fit_of(turn, call, book, match);
    if (fit == TurnFit::whole) {
      const auto kind = is_next ? Choice::Kind::in_turn : state == State::overtaken ? Choice::Kind::overtaken : Choice::Kind::too_early;
      if (kind == Choice::Kind::in_turn || kind == Choice::Kind::overtaken) return {kind, i, std::move(match)};
      // What only looks like an ambient call further on is ambient now; but an end is the end.
      if (is_judged && best.kind != Choice::Kind::too_early) best = {kind, i, std::move(match)};
    } else if (fit == TurnFit::different && is_next && best.kind == Choice::Kind::none && (is_judged || turn.required)) {  // a ping that is awaited, with other bytes
      best = {Choice::Kind::different, i, std::move(match)};
    }
    if (is_next && turn.required) in_window = false;
  }
  return best;
}

void TurnProgress::pass(std::size_t turn, bool too_early) {
  if (states_[turn] == State::waiting) {
    for (std::size_t i = played_; i < turn; ++i) {
      if (states_[i] != State::waiting || entry_->turns[i].push) continue;
      if (!entry_->turns[i].required) states_[i] = State::left_out;
      else if (too_early) states_[i] = State::overtaken;
    }
  }
  mark_played(turn);
}

void TurnProgress::mark_played(std::size_t turn) {
  states_[turn] = State::played;
  history_.push_back(&entry_->turns[turn]);
  while (played_ < states_.size() && states_[played_] == State::played) ++played_;
}

const Turn* TurnProgress::waiting_push() const {
  for (std::size_t i = played_; i < states_.size(); ++i) {
    const Turn& turn = entry_->turns[i];
    if (states_[i] == State::played) continue;
    if (turn.push) return &turn;
    if (turn.required && states_[i] == State::waiting) return nullptr;
  }
  return nullptr;
}

void TurnProgress::leave() {
  for (std::size_t i = 0; i < states_.size(); ++i) {
    const Turn& turn = entry_->turns[i];
    if (states_[i] != State::waiting || !turn.required) continue;
    if (!turn.push && turn.verb == "close") states_[i] = State::played;
    return;
  }
}

bool TurnProgress::is_over() const {
  return std::ranges::all_of(missing(true), [](const Turn* turn) { return !turn->push && turn->verb == "close"; });
}

std::vector<const Turn*> TurnProgress::missing(bool required) const {
  std::vector<const Turn*> out;
  for (std::size_t i = 0; i < states_.size(); ++i) {
    const bool missing = states_[i] == State::waiting || states_[i] == State::overtaken;
    if (missing && (entry_->turns[i].required || !required)) out.push_back(&entry_->turns[i]);
  }
  return out;
}

}  // namespace bigfoot
