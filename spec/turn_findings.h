// spec/turn_findings.h - The words for what is wrong in a session of calls.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "protocols/protocol.h"
#include "spec/entry_match.h"
#include "spec/finding.h"
#include "spec/ledger_book.h"

namespace bigfoot {

/// A session and one of its calls, as far as it went.
struct TurnStory {
  const ProtocolInfo& protocol;
  const Opening& opening;
  const Call& call;
  const LedgerBook& book;
  const Entry* entry = nullptr;           ///< null: no entry is played
  std::vector<const Turn*> history;       ///< played before, in order
  std::vector<const Turn*> waiting;       ///< not played yet, in order; the first is whose turn it is
  std::vector<std::string> said_before;   ///< of a session that no entry names: its steps before this call
};

Finding turn_mismatch_finding(const TurnStory& story, const Turn& turn, EntryMatch& match);
Finding turn_unasserted_finding(const TurnStory& story, const Turn& turn, const EntryMatch& match);
/// The call is a later turn, or one that was left out.
Finding turn_out_of_state_finding(const TurnStory& story, const Turn& turn);
/// Answered by the protocol itself, but the spec has to mention it.
Finding call_unmentioned_finding(const TurnStory& story);
Finding call_unexpected_finding(const TurnStory& story);
/// A connection that no entry names and of which no call was refused. `steps`: what it said that a server answers by itself.
Finding opening_unexpected_finding(const ProtocolInfo& protocol, const Opening& opening, const LedgerBook& book,
                                   const std::vector<std::string>& steps);
/// A turn that never happened. `more`: how many behind it did not either, where a refusal ended the session's course. `history`: what the
/// session had played when it ended.
Finding turn_unused_finding(const Entry& entry, const Turn& turn, std::size_t more, const std::vector<const Turn*>& history = {});

}  // namespace bigfoot
