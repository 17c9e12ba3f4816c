// spec/file_outcome.h - What the ledger says of calls on watched files. Source: spec-format.md, 4.7 and section 3 (row `file`).
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "spec/finding.h"

namespace bigfoot {

/// What stands at a watched path before the program changes it there, as the entries that are not spent yet imply: what is
/// read, renamed, removed or changed is there, what is made is not, what fails with ENOENT is not.
struct FileView {
  enum class What {
    unknown,  ///< no entry says anything of it
    absent,
    file,     ///< `content` where an entry has it
    folder,
    real,     ///< the entry passes it through
  } what = What::unknown;
  std::optional<std::string> content;
};

/// One open for writing that an entry has taken: what came of it is judged when the last descriptor of it is closed.
class FileSession {
 public:
  virtual ~FileSession() = default;
  virtual const Entry& entry() const = 0;
  /// The content as it is then (append: what was added). Call once. Entries of the same call are compared by content now,
  /// so the entry may be another than the one that let it begin: entry() tells which, from now on.
  virtual std::vector<Finding> finish(std::string_view content, std::uint64_t seq) = 0;
  /// The call never came about: the entry is free again.
  virtual void cancel() = 0;
};

/// What becomes of one call on a watched path.
struct FileOutcome {
  const Entry* entry = nullptr;  ///< null: no entry fits; `findings` has the draft of `unexpected`
  int errno_code = 0;            ///< the call fails with it, EACCES where no entry fits
  std::chrono::microseconds delay{0};  ///< before the answer
  bool real = false;             ///< pass_through: the kernel does it
  std::optional<std::string> content;    ///< read: what the file holds. None: what it held before, else nothing
  std::vector<Finding> findings;         ///< of what is decided now; a session tells its own at its end
  std::unique_ptr<FileSession> session;  ///< write, append, create that do not fail
};

}  // namespace bigfoot
