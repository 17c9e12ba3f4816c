// spec/sql_params.h - What a step says of a statement's parameters: a pattern for each, and the type that the server tells a
// client which asks for it before it binds. Source: wire-notes.md, "Rules for the engine"; spec-format.md, rule 6.
#pragma once

#include "protocols/value.h"
#include "spec/pattern.h"

namespace bigfoot {

/// Drivers send one value in many forms (5 and "5", true and "t", an array and "{a,b}", JSON as text, a time in any zone):
/// what says the same fits. `params`: an array, or "*".
PatternPtr compile_sql_params(const Node& params, Diagnostics& problems);

/// The type of each parameter, as its value says it: an array of names. Empty for "*".
Value types_of_sql_params(const Node& params);

}  // namespace bigfoot
