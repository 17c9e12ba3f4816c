// spec/lint.cpp - Warnings on a loaded spec.
#include "spec/lint.h"

#include <algorithm>

#include <fmt/format.h>

namespace bigfoot {
namespace {

void warn_at(const Place& at, std::string what, std::string hint, Diagnostics& problems) {
  Diagnostic problem;
  problem.severity = Severity::warning;
  problem.at = at;
  problem.what = std::move(what);
  problem.hint = std::move(hint);
  problems.add(std::move(problem));
}

void check_mentioned(const Entry& entry, Diagnostics& problems) {
  if (!entry.replies.empty() && entry.replies.front().errno_code != 0) return;  // the connect fails: there is no request
  for (const FieldPattern& field : entry.asserted) {
    if (field.pattern) continue;
    warn_at(field.at, fmt::format("field not asserted: {}", field.name),
            fmt::format("a call that has {0} will be reported as unasserted; {0} = \"*\" waives it", field.name), problems);
  }
}

}  // namespace

void lint(const Spec& spec, Diagnostics& problems) {
  for (const Entry& entry : spec.entries) check_mentioned(entry, problems);
}

}  // namespace bigfoot
