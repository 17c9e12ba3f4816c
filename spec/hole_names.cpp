// spec/hole_names.cpp - Names in holes that nothing in the spec binds: a slip of a type, or a capture that is missing.
#include <fmt/format.h>

#include <set>

#include "spec/holes.h"
#include "spec/spec.h"

namespace bigfoot {
std::vector<NameUse> names_of(const Entry& entry) {
  std::vector<NameUse> uses;
  for (const auto* fields : {&entry.identity, &entry.asserted, &entry.response}) {
    for (const FieldPattern& field : *fields) {
      if (field.pattern) field.pattern->collect_names(uses);
    }
  }
  for (const Step& step : entry.steps) {
    if (step.content) step.content->collect_names(uses);
    if (step.data) step.data->collect_names(uses);
  }
  for (const Turn& turn : entry.turns) {
    for (const auto* fields : {&turn.identity, &turn.asserted}) {
      for (const FieldPattern& field : *fields) {
        if (field.pattern) field.pattern->collect_names(uses);
      }
    }
    if (turn.reply.fields) turn.reply.fields->collect_names(uses);
  }
  for (const Reply& reply : entry.replies) {
    if (reply.fields) reply.fields->collect_names(uses);
  }
  return uses;
}

void check_hole_names(const Spec& spec, Diagnostics& problems) {
  std::vector<NameUse> uses;
  for (const Entry& entry : spec.entries) {
    for (NameUse& use : names_of(entry)) uses.push_back(std::move(use));
  }
  std::set<std::string, std::less<>> bound;
  for (const NameUse& use : uses) {
    if (use.binds) bound.insert(use.name);
  }
  std::vector<std::string_view> candidates;
  for (const HoleType& type : hole_types()) candidates.push_back(type.name);
  for (const std::string& name : bound) candidates.push_back(name);
  std::set<std::tuple<std::string, unsigned, unsigned>> told;  // a default serves many entries
  for (const NameUse& use : uses) {
    if (bound.contains(use.name) || !told.emplace(use.at.file, use.at.line, use.at.column).second) continue;
    const auto near = nearest_word(use.name, candidates);
    problems.add({Severity::error, use.at, use.length, fmt::format("unknown hole '{{{{{}}}}}'", use.name),
                  near.empty() ? fmt::format("no pattern binds it: write {{{{{}:any}}}} where the program sends it", use.name)
                               : fmt::format("did you mean '{{{{{}}}}}'?", near),
                  ""});
  }
}

}  // namespace bigfoot
