// spec/sections.h - Tests within a run: each time one begins, the entries of its [[test]] tables are there once more, for
// its calls only. Source: spec-format.md, 4.10.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "spec/finding.h"
#include "spec/ledger_book.h"

namespace bigfoot {

class Sections {
 public:
  explicit Sections(std::shared_ptr<LedgerBook> book);

  /// Adds the entries of these tests to the book; `added` hears of each, with the index of the one it was made from.
  using Added = std::function<void(const Entry& entry, std::size_t model)>;
  SectionId open(const std::vector<std::size_t>& tests, const Added& added);
  void enter(const Scope& scope);
  /// Adds an entry of the innermost section in force, or else of the whole run.
  const Entry& add(Entry entry);
  /// Gives its entries, which are out of any scope from then on.
  std::vector<const Entry*> close(SectionId section);

  /// A test that has to begin and never did.
  bool is_missing(std::size_t test) const;
  std::vector<Finding> never_begun() const;

 private:
  struct Section {
    std::vector<std::size_t> tests;
    std::vector<const Entry*> entries;
    std::set<std::string, std::less<>> names;  ///< that its entries bind: each section has its own
    Captures known;                            ///< of those, while another scope is in force
  };
  void add(Section& section, SectionId id, std::size_t test, const Added& added);

  std::shared_ptr<LedgerBook> book_;
  std::map<std::size_t, std::vector<std::size_t>> models_;  ///< by test: indices of its entries
  std::map<SectionId, Section> open_;
  std::set<std::size_t> begun_;  ///< tests
  SectionId last_ = kWholeRun;
};

}  // namespace bigfoot
