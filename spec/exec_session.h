// spec/exec_session.h - One run of a mocked command: what it reads, prints and ends with.
#pragma once

#include <memory>
#include <vector>

#include "spec/ledger.h"
#include "spec/ledger_book.h"

namespace bigfoot {

/// Of one command's stdin; then it is taken to have ended, so that `yes | command` ends too. What is compared is kept whole.
inline constexpr std::size_t kMostInput = 64 * 1024 * 1024;

struct ExecStart {
  std::shared_ptr<LedgerBook> book;
  const Entry& entry;
  Fields call;                    ///< argv as plain words; of `shell` also the command
  const Reply* reply = nullptr;   ///< of an entry without steps; null: nothing is printed, the status is 0
  std::vector<Finding> findings;  ///< of the start itself: told at the end
};
std::unique_ptr<ExecSession> make_exec_session(ExecStart start);

/// What a stub prints of a command that is refused.
std::string refusal_of_child(const Finding& finding);

}  // namespace bigfoot
