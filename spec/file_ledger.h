// spec/file_ledger.h - The ledger of watched files: which entry a call is for, and writes that are judged when they end.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "spec/entry_match.h"
#include "spec/file_outcome.h"
#include "spec/file_views.h"
#include "spec/findings.h"
#include "spec/order_keeper.h"

namespace bigfoot {

class WriteSession;

/// Owned by the ledger; sessions outlive it at most as things that do nothing.
class FileLedger : public std::enable_shared_from_this<FileLedger> {
 public:
  FileLedger(std::shared_ptr<LedgerBook> book, OrderKeeper& order);

  FileViews& views() { return views_; }
  void add(const Entry& entry) { paths_.add(entry); }
  FileOutcome offer(Fields call, bool is_new, std::uint64_t seq);

 private:
  friend class WriteSession;
  struct Choice {
    const Entry* entry = nullptr;
    EntryMatch match;
  };
  /// A use of an entry that a write in progress has.
  struct Hold {
    const Entry* entry = nullptr;
    std::vector<const Entry*> overtaken;  ///< by the entry's first call, where this is it
  };

  bool takes(const Entry& entry, const Fields& call, const std::string& operation, MatchReport& report) const;
  Choice choose(const Fields& call, const std::string& operation) const;
  FileOutcome serve(const Fields& call, std::uint64_t seq, Choice choice);
  FileOutcome begin_write(Fields call, std::vector<std::string> operations, Choice choice);
  FileOutcome refuse(const Fields& call) const;
  void pass_through(const Fields& call);
  std::vector<const Entry*> spent_for(const Fields& call) const;

  Hold hold(const Entry& entry);
  void release(Hold& hold);
  void end(WriteSession& session);
  std::vector<Finding> finish(WriteSession& session, std::string_view content, std::uint64_t seq);
  EntryMatch match_write(const Entry& entry, const WriteSession& session, const Fields& call) const;
  bool could_hold(const Entry& entry, const WriteSession& session) const;
  /// Gives the session the earliest entry that the content fits: one that is free, or that another write holds for which the
  /// session's own does as well.
  void find_by_content(WriteSession& session, const Fields& call);

  std::shared_ptr<LedgerBook> book_;
  OrderKeeper& order_;
  FilePaths paths_;
  FileViews views_;
  std::vector<WriteSession*> writes_;  ///< in progress
};

}  // namespace bigfoot
