// spec/file_views.h - What stands at watched paths, as entries imply it and as reads have said it.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "spec/file_outcome.h"
#include "spec/file_paths.h"
#include "spec/ledger_book.h"

namespace bigfoot {

class FileViews {
 public:
  FileViews(std::shared_ptr<LedgerBook> book, const FilePaths& paths) : book_(std::move(book)), paths_(paths) {}

  FileView view(std::string_view path);
  std::vector<std::string> names_in(std::string_view folder);

  /// The content that `entry` gives to its next read, which is about to be spent: the very text that view() has shown.
  /// `missing`: holes that have no value.
  std::optional<std::string> read(const Entry& entry, const Fields& call, std::vector<std::string>& missing);
  /// A read was answered; null: it failed with `errno_code`. Once read, a file stays what it was until the program changes it.
  void remember(std::string_view path, std::optional<std::string> content, int errno_code);
  /// An entry passed a call through: from then on the path is the kernel's.
  void remember_real(std::string_view path) { known_at(path) = {FileView::What::real, std::nullopt}; }
  /// What calls of that test have made known is not so for the next one.
  void forget(SectionId section);

 private:
  struct Rendered {
    std::uint64_t use = 0;  ///< which use of the entry it is for
    std::optional<std::string> content;
    Captures known;         ///< with what the template has bound
  };

  /// What entries and reads say of this very path; none: nothing.
  std::optional<FileView> said(std::string_view path);
  std::optional<std::string> shown_content(const Entry& entry, std::string_view path);
  bool has_names_below(std::string_view folder);

  std::shared_ptr<LedgerBook> book_;
  const FilePaths& paths_;
  std::map<std::pair<std::size_t, std::string>, Rendered> rendered_;  ///< by entry and path
  FileView& known_at(std::string_view path);
  struct Read {
    FileView view;
    SectionId section = kWholeRun;  ///< in which it was read last
  };
  std::map<std::string, Read, std::less<>> read_;
};

}  // namespace bigfoot
