// runner/program_names.cpp - see program_names.h.
#include "runner/program_names.h"

#include <algorithm>

#include "spec/command_text.h"
#include "spec/values.h"

namespace bigfoot {

// An `exec` entry for any program says nothing of where programs are, and a shell is there wherever one is used.
ProgramNames::ProgramNames(const Spec& spec, Surroundings around) : around_(std::move(around)) {
  for (const Entry& entry : spec.entries) {
    if ((entry.protocol->name != "exec" && entry.protocol->name != "which") || entry.identity.empty()) continue;
    const PatternPtr& pattern = entry.identity.front().pattern;
    if (!pattern || pattern->is_any()) continue;
    if (const Value* name = pattern->literal()) {
      names_.insert(base_name(text_of(*name)));
    } else {
      patterns_.push_back(pattern);
    }
  }
}

bool ProgramNames::may_be_meant(std::string_view path) const {
  const std::string_view name = path.substr(path.rfind('/') + 1);
  if (names_.contains(name)) return true;
  return std::ranges::any_of(patterns_, [&](const PatternPtr& pattern) {
    return pattern->match(std::string(name), "", {}, around_, nullptr);
  });
}

}  // namespace bigfoot
