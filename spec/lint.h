// spec/lint.h - What a schema cannot see: checks on a spec that is loaded. Source: spec-format.md, section 8.
#pragma once

#include "spec/spec.h"

namespace bigfoot {

/// Entries that never get a turn, fields that will be reported as unasserted, secrets in clear: all warnings.
void lint(const Spec& spec, Diagnostics& problems);

}  // namespace bigfoot
