// spec/sections.cpp - Tests within a run.
#include "spec/sections.h"

#include <fmt/format.h>

#include <algorithm>

#include "spec/findings.h"
#include "spec/noise_filter.h"

namespace bigfoot {

bool TestSection::is_called(std::string_view test) const { return !name.empty() && fits_glob(name, test); }

bool TestSection::is_run_by(const std::vector<std::string>& command) const {
  return !argv.empty() && fits_glob(argv, fmt::format("{}", fmt::join(command, " ")));
}

Sections::Sections(std::shared_ptr<LedgerBook> book) : book_(std::move(book)) {
  for (const Entry& entry : book_->spec.entries) {
    if (entry.test != Entry::kNoTest) models_[entry.test].push_back(entry.index);
  }
}

void Sections::add(Section& section, SectionId id, std::size_t test, const Added& added) {
  const auto models = models_.find(test);
  if (models == models_.end()) return;
  const std::size_t first = book_->entries.size();
  const auto moved = [&](std::size_t model) {
    const auto at = std::ranges::lower_bound(models->second, model);
    return at != models->second.end() && *at == model ? first + static_cast<std::size_t>(at - models->second.begin()) : model;
  };
  for (const std::size_t model : models->second) {
    Entry& entry = book_->entries.emplace_back(book_->spec.entries[model]);
    book_->states.emplace_back();
    entry.index = moved(model);
    entry.section = id;
    for (std::size_t& before : entry.after) before = moved(before);
    for (const NameUse& use : names_of(entry)) {
      if (use.binds) section.names.insert(use.name);
    }
    section.entries.push_back(&entry);
    added(entry, model);
  }
}

SectionId Sections::open(const std::vector<std::size_t>& tests, const Added& added) {
  const SectionId id = ++last_;
  Section& section = open_[id];
  section.tests = tests;
  for (const std::size_t test : tests) {
    begun_.insert(test);
    add(section, id, test, added);
  }
  return id;
}

const Entry& Sections::add(Entry entry) {
  entry.index = book_->entries.size();
  entry.section = book_->scope.empty() ? kWholeRun : book_->scope.front();
  const auto section = open_.find(entry.section);
  if (section != open_.end() && !section->second.tests.empty()) entry.test = section->second.tests.front();
  book_->states.emplace_back();
  const Entry& added = book_->entries.emplace_back(std::move(entry));
  if (section != open_.end()) section->second.entries.push_back(&added);
  return added;
}

void Sections::enter(const Scope& scope) {
  if (scope == book_->scope) return;
  for (const SectionId id : book_->scope) {
    const auto left = open_.find(id);
    if (left == open_.end()) continue;
    for (const std::string& name : left->second.names) {
      if (auto bound = book_->known.extract(name)) left->second.known.insert(std::move(bound));
    }
  }
  book_->scope = scope;
  book_->tests.clear();
  for (const SectionId id : scope) {
    const auto entered = open_.find(id);
    if (entered == open_.end()) continue;
    book_->tests.insert(entered->second.tests.begin(), entered->second.tests.end());
    book_->known.merge(entered->second.known);
  }
}

std::vector<const Entry*> Sections::close(SectionId section) {
  const auto found = open_.find(section);
  if (found == open_.end()) return {};
  if (std::ranges::find(book_->scope, section) != book_->scope.end()) enter({});
  std::vector<const Entry*> entries = std::move(found->second.entries);
  open_.erase(found);
  return entries;
}

bool Sections::is_missing(std::size_t test) const { return book_->spec.tests[test].required && !begun_.contains(test); }

std::vector<Finding> Sections::never_begun() const {
  std::vector<Finding> out;
  for (std::size_t test = 0; test < book_->spec.tests.size(); ++test) {
    if (!is_missing(test)) continue;
    const TestSection& section = book_->spec.tests[test];
    const auto models = models_.find(test);
    const std::size_t entries = models == models_.end() ? 0 : models->second.size();
    Finding finding;
    finding.kind = ViolationKind::unused;
    finding.at = section.at;
    finding.message = fmt::format("test '{}' never began: its {} {} not asked for", section.title(), counted(entries, "expectation", "expectations"),
                                  entries == 1 ? "was" : "were");
    finding.notes.push_back(section.name.empty() ? "no process had that command line" : "nothing wrote `begin " + section.name + "` to $BIGFOOT_CTL");
    finding.suggestion_verb = "if it need not run each time, add";
    finding.suggestion = "required = false";
    out.push_back(std::move(finding));
  }
  return out;
}

}  // namespace bigfoot
