// spec/update.h - --update: from the patches of a run to new texts of its spec files. What is ambiguous is left, and told.
// Source: spec-format.md, rule 4 and section 8; outputs.md, "Command line".
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "spec/finding.h"

namespace bigfoot {

/// What --update needs of one violation, redacted.
struct Patchable {
  ViolationKind kind = ViolationKind::unexpected;
  std::uint64_t interaction = 0;  ///< 0: none
  std::uint64_t connection = 0;   ///< 0: none
  std::string test;               ///< the section that the call was made in; "" outside
  Place at;                       ///< of the entry concerned; line 0: none
  std::string message;
  Patch patch;
  std::string suggestion;         ///< the new entry or step
};

/// One line of the summary.
struct UpdateNote {
  std::string where;  ///< "orders.toml:14"
  std::string what;   ///< "body.json.amount = 5001", or why nothing was changed
};

struct UpdatePlan {
  std::map<std::string, std::string> texts;  ///< of the files that change
  std::vector<UpdateNote> changed, left;     ///< in the order of the run
};

struct UpdateInput {
  const Spec& spec;
  const std::map<std::string, std::string>& texts;                ///< of Spec::files, as they were loaded
  std::function<std::uint64_t(const Place& entry)> uses;          ///< how often the entry was used
};

UpdatePlan plan_update(const UpdateInput& input, const std::vector<Patchable>& patches);

/// `raw`, a value as the spec writes it, changed as little as makes it say `after`: what equals in `before` and `after` stays as it
/// is written. `before`: null where it is not known.
Value merged(const Value& raw, const Value* before, const Value& after);

}  // namespace bigfoot
