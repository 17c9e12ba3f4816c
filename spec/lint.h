// spec/lint.h - What a schema cannot see: warnings on a spec. Source: spec-format.md, section 8.
#pragma once

#include "spec/spec.h"

namespace bigfoot {

/// Entries that never get a turn, captures used too early, fields that will be reported as unasserted.
void lint(const Spec& spec, Diagnostics& problems);
/// Secrets in clear, anywhere in a document.
void lint_texts(const Node& document, Diagnostics& problems);

}  // namespace bigfoot
