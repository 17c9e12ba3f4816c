// spec/turn_match.h - One turn of a session against one call.
#pragma once

#include "protocols/protocol.h"
#include "spec/entry_match.h"
#include "spec/ledger_book.h"

namespace bigfoot {

/// How a call stands to a turn.
enum class TurnFit {
  none,       ///< another verb, or another identity
  different,  ///< this turn, but fields differ or are not asserted
  whole
};

/// Pushes fit no call. Withheld fields of the call are not compared. `match`: what differs and what the turn captures.
TurnFit fit_of(const Turn& turn, const Call& call, const LedgerBook& book, EntryMatch& match);

}  // namespace bigfoot
