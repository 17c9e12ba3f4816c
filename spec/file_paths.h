// spec/file_paths.h - Which entries name a path, found in constant time where they name it literally.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "spec/ledger_book.h"

namespace bigfoot {

/// Where an entry names a path: as the first of its headline, or as the second (rename, link).
struct PathUse {
  const Entry* entry = nullptr;
  bool as_target = false;
};

class FilePaths {
 public:
  explicit FilePaths(const LedgerBook& book) : book_(book) {}
  /// An entry behind all that came before; one of another protocol names no path.
  void add(const Entry& entry);

  /// In document order, spent or not.
  std::vector<PathUse> at(std::string_view path) const;
  /// Paths without wildcards and holes, with the entries that name them.
  const std::map<std::string, std::vector<PathUse>, std::less<>>& literal() const { return literal_; }

 private:
  const LedgerBook& book_;
  std::map<std::string, std::vector<PathUse>, std::less<>> literal_;
  std::vector<PathUse> others_;
};

/// The identity field of an entry; null where it says nothing of it.
const Pattern* identity_pattern(const Entry& entry, std::string_view name);
/// "read"; "" where the entry takes any.
std::string_view operation_of(const Entry& entry);

}  // namespace bigfoot
