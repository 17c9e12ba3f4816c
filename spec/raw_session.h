// spec/raw_session.h - Playing the steps of a `socket` entry on one connection, or those of a child on its standard streams.
#pragma once

#include <memory>
#include <vector>

#include "spec/ledger.h"
#include "spec/ledger_book.h"

namespace bigfoot {

/// What a session needs from the ledger; `steps` lives as long as the spec or the ledger.
struct SessionStart {
  std::shared_ptr<LedgerBook> book;
  const Entry& entry;
  const std::vector<Step>& steps;
  bool datagrams = false;
  std::vector<Finding> findings;  ///< of the opening itself: told with the first step that is played
  bool child = false;             ///< the steps of a command: what the program sends is its stdin
  Fields call = Fields::object(); ///< for the {{req...}} of what it gets
};
/// As the spec wrote it, shortened; its verb where it has no more than that.
std::string shown_step(const Step& step);
std::unique_ptr<RawSession> make_raw_session(SessionStart start);

/// Whether `first` could be the start of what the session's first steps expect. Empty: only where the server begins.
bool session_could_take(const std::vector<Step>& steps, bool datagrams, std::string_view first, const LedgerBook& book);

/// How long a message may stay incomplete before it is judged as it is: a program that waits for an answer to half a
/// message would wait for ever.
inline constexpr std::chrono::milliseconds kPatience{5000};

}  // namespace bigfoot
