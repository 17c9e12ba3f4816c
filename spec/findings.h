// spec/findings.h - The words of the ledger: each broken rule as one Finding with its cure.
// Source: outputs.md, "Violations"; spec-format.md, section 5.
#pragma once

#include <string>
#include <vector>

#include "spec/entry_match.h"
#include "spec/ledger.h"
#include "spec/ledger_book.h"

namespace bigfoot {

std::string place_text(const Place& at);      ///< "orders.toml:14"
std::string entry_title(const Entry& entry);  ///< the headline, with its protocol where that does not show
std::string call_title(const ProtocolInfo& protocol, const Fields& call);
std::string counted(std::size_t count, std::string_view one, std::string_view many);  ///< "1 field", "2 fields"

/// One call and what was found of it: what all findings of the call are made from.
struct CallStory {
  const ProtocolInfo& protocol;
  const Fields& call;
  const LedgerBook& book;
  std::vector<const Entry*> spent;  ///< entries of this very identity that take no more calls
};

/// That a new entry is missing behind the one that was used last.
Patch entry_patch(const LedgerBook& book);

Finding mismatch_finding(const CallStory& story, const Entry& entry, EntryMatch& match);
Finding unasserted_finding(const CallStory& story, const Entry& entry, const EntryMatch& match);
Finding unexpected_finding(const CallStory& story);
Finding out_of_order_finding(const std::string& title, const Entry& entry, const std::vector<const Entry*>& overtaken, const LedgerBook& book);
/// The real service has answered something else than a pass-through entry says, or nothing at all (`why_not`).
Finding response_finding(const Entry& entry, MatchReport report, std::string_view why_not);
/// A reply asked for values that nothing has bound or sent.
Finding missing_values_finding(const Entry& entry, const Place& at, const std::vector<std::string>& missing);
/// The reply holds a value that the protocol cannot carry: the program got an error instead.
Finding unsayable_reply_finding(const Entry& entry, const Place& at, std::string_view why);
/// More stdin than is kept, so that it cannot be compared.
Finding input_too_long_finding(const ProtocolInfo& protocol, const Fields& call, const Entry& entry, std::size_t limit);
/// What never happened of one entry.
std::vector<Finding> unused_findings(const Entry& entry, const EntryState& state);

/// What the client is told: the title, then the nearest entry and the difference.
std::string refusal_text(const Finding& finding);

}  // namespace bigfoot
