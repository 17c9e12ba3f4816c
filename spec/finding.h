// spec/finding.h - One broken rule, as the ledger sees it. Source: outputs.md, "Violations".
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "spec/patch.h"
#include "spec/spec.h"

namespace bigfoot {

enum class ViolationKind {
  unexpected, mismatch, unasserted, unused, out_of_order, out_of_state, guarded, leaked, undecoded, tls_refused, timeout
};
/// As timelines and reports spell it: "out-of-order".
std::string_view to_text(ViolationKind kind);

/// One broken rule, as the ledger sees it; the runner adds the interaction and the process.
struct Finding {
  ViolationKind kind = ViolationKind::unexpected;
  const Entry* entry = nullptr;  ///< the entry concerned, if there is one
  Place at;                      ///< of the entry, reply or step concerned; line 0: none
  std::string message;           ///< one line: "POST http://…/charges: 1 field differs"
  std::vector<Difference> differences;
  std::size_t fields_equal = 0;
  const Entry* nearest = nullptr;
  std::string nearest_reason;             ///< "path differs at \"s\""
  std::vector<std::string> notes;         ///< "1 earlier entry for this call was used at #4"
  std::string suggestion_verb;            ///< "accept it" or "add"
  std::string suggestion;                 ///< TOML to paste, real values, not yet redacted
  Patch patch;                            ///< the same for --update; none where nothing can be patched
};

}  // namespace bigfoot
