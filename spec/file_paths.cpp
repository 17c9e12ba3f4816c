// spec/file_paths.cpp - The paths of all `file` entries.
#include "spec/file_paths.h"

#include <algorithm>
#include <iterator>

namespace bigfoot {

const Pattern* identity_pattern(const Entry& entry, std::string_view name) {
  const auto field = std::ranges::find(entry.identity, name, &FieldPattern::name);
  return field == entry.identity.end() ? nullptr : field->pattern.get();
}

std::string_view operation_of(const Entry& entry) {
  const Pattern* operation = identity_pattern(entry, "operation");
  const Value* literal = operation ? operation->literal() : nullptr;
  return literal ? std::string_view(literal->get_ref<const std::string&>()) : std::string_view();
}

void FilePaths::add(const Entry& entry) {
  if (entry.protocol->name != "file") return;
  const std::string_view operation = operation_of(entry);
  for (const bool as_target : {false, true}) {
    if (as_target && operation != "rename" && operation != "link") continue;
    const Pattern* path = identity_pattern(entry, as_target ? "target" : "path");
    const Value* literal = path ? path->literal() : nullptr;
    if (literal) literal_[literal->get<std::string>()].push_back({&entry, as_target});
    else others_.push_back({&entry, as_target});
  }
}

std::vector<PathUse> FilePaths::at(std::string_view path) const {
  std::vector<PathUse> fitting;
  for (const PathUse& use : others_) {
    const Pattern* pattern = identity_pattern(*use.entry, use.as_target ? "target" : "path");
    if (pattern && pattern->match(std::string(path), "", book_.known, book_.around, nullptr)) fitting.push_back(use);
  }
  const auto found = literal_.find(path);
  if (found == literal_.end()) return fitting;
  std::vector<PathUse> all;
  std::ranges::merge(found->second, fitting, std::back_inserter(all), {}, [](const PathUse& use) { return use.entry->index; },
                     [](const PathUse& use) { return use.entry->index; });
  return all;
}

}  // namespace bigfoot
