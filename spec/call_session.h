// spec/call_session.h - Playing the turns of an entry with the calls of one connection: which entry, which turn, and what is
// wrong with a call at its moment. Source: spec-format.md, rule 8; section 9 (decision 7); section 10.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <vector>

#include "spec/ledger.h"
#include "spec/ledger_book.h"

namespace bigfoot {

class TurnSession;
/// All sessions of calls, of connections that are open.
struct CallSessions {
  std::set<TurnSession*> all;
  std::map<const Entry*, TurnSession*> undecided;  ///< could still be of more than one entry; by the one that each holds meanwhile
};

/// What a session of calls needs from the ledger.
struct CallSessionStart {
  std::shared_ptr<LedgerBook> book;
  const ProtocolInfo& protocol;
  Opening opening;
  /// The entry takes this session: gives the entries that should have come before it.
  std::function<std::vector<const Entry*>(const Entry&, std::uint64_t seq)> spend;
  /// The entry was held for a session and is not any more.
  std::function<void(const Entry&)> waits_again;
  std::shared_ptr<CallSessions> sessions;
};
std::unique_ptr<CallSession> make_call_session(CallSessionStart start);

/// The test of a section is over: what sessions that play one of its entries have left to do. A connection that stays open goes on
/// with another entry, if at all.
std::vector<Finding> leave_sessions(CallSessions& sessions, SectionId section);

}  // namespace bigfoot
