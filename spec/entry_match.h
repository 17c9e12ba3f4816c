// spec/entry_match.h - One entry against one call: identity first, then the fields that must be asserted.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "spec/spec.h"

namespace bigfoot {

bool identity_fits(const Entry& entry, const Fields& call, const Captures& known, const Surroundings& around,
                   MatchReport& report);

struct EntryMatch {
  MatchReport report;                             ///< differences of the fields that the entry mentions
  std::vector<const FieldPattern*> differing;     ///< those fields
  std::vector<const FieldPattern*> unmentioned;   ///< not mentioned, and not empty on the wire
  std::optional<Fields> seen;                     ///< the call as the turn sees it, where Turn::view says more
  bool fits() const { return differing.empty() && unmentioned.empty(); }
};
/// `thorough`: collects all; else it ends with the first field that does not fit. `later`: a field that the call does not
/// have yet, for match_field().
void match_asserted(const Entry& entry, const Fields& call, const Captures& known, const Surroundings& around,
                    bool thorough, EntryMatch& out, std::string_view later = {});
/// One of the entry's asserted fields.
void match_field(const FieldPattern& field, const Fields& call, const Captures& known, const Surroundings& around, EntryMatch& out);

/// "api.stripe.com" against "api.stripe.co": the part in the middle in which two texts differ, shortened.
std::string differing_part(std::string_view expected, std::string_view actual);

}  // namespace bigfoot
