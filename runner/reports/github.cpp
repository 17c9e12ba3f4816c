// runner/reports/github.cpp - See reports.h. Source: docs.github.com, "Workflow commands for GitHub Actions", "Setting an error
// message"; the escapes are those of actions/toolkit, packages/core/src/command.ts.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "runner/report.h"
#include "runner/report_values.h"
#include "runner/reports/reports.h"

namespace bigfoot {
namespace {

// Of one step GitHub shows so many errors beside the files; all of them stand in its log.
constexpr std::size_t kShownErrors = 10;

std::string escaped(std::string_view text, bool property) {
  std::string out;
  for (const char c : text) {
    if (c == '%' || c == '\r' || c == '\n' || (property && (c == ':' || c == ','))) {
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    } else {
      out += c;
    }
  }
  return out;
}

/// Worst first: what ended the run, then what the program did and must not do, then what it left out.
int rank(const Violation& violation) {
  constexpr ViolationKind kOrder[] = {ViolationKind::timeout,      ViolationKind::mismatch,     ViolationKind::unexpected, ViolationKind::undecoded,
                                      ViolationKind::tls_refused,  ViolationKind::out_of_state, ViolationKind::guarded,    ViolationKind::leaked,
                                      ViolationKind::out_of_order, ViolationKind::unasserted,   ViolationKind::unused};
  const auto place = std::ranges::find(kOrder, violation.kind);
  return static_cast<int>(place - std::begin(kOrder)) + (violation.likely_consequence ? static_cast<int>(std::size(kOrder)) : 0);
}

/// The spec as the checkout names it.
std::string file_in(const std::string& workspace, const RunInfo& run, const std::string& file) {
  namespace fs = std::filesystem;
  if (workspace.empty()) return file;
  const fs::path whole = (fs::path(run.cwd) / file).lexically_normal();
  const fs::path inside = whole.lexically_relative(fs::path(workspace).lexically_normal());
  return inside.empty() || *inside.begin() == ".." ? file : inside.string();
}

/// "file=spec.toml,line=4,": the entry itself, else the nearest one, else the first spec.
std::string place_of(const StoredRun& run, const Violation& violation, const std::string& workspace) {
  const std::optional<ExpectationRef>& ref = violation.expectation ? violation.expectation : violation.nearest;
  if (!ref && run.run.specs.empty()) return "";
  const std::string file = file_in(workspace, run.run, ref ? ref->file : run.run.specs.front());
  std::string text = fmt::format("file={},", escaped(file, true));
  if (ref && ref->line > 0) text += fmt::format("line={},", ref->line);
  return text;
}

}  // namespace

void write_github(std::ostream& out, const StoredRun& run, const std::string& workspace) {
  const ReportInput input{run.run, run.outcome, run.violations, run.processes};
  std::vector<const Violation*> worst_first;
  for (const Violation& violation : run.violations) worst_first.push_back(&violation);
  std::ranges::stable_sort(worst_first, {}, [](const Violation* violation) { return rank(*violation); });
  for (std::size_t i = 0; i < worst_first.size(); ++i) {
    const Violation& violation = *worst_first[i];
    std::string text = violation_text(input, violation);
    while (text.ends_with('\n')) text.pop_back();
    if (i + 1 == kShownErrors && worst_first.size() > kShownErrors)
      text += fmt::format("\n\n… and {} more, less grave: GitHub shows {} errors of a step here, all of them are in its log.",
                          worst_first.size() - kShownErrors, kShownErrors);
    const std::string title = fmt::format("{}: {}{}", to_text(violation.kind), violation.message,
                                          violation.test.empty() ? "" : fmt::format(" (in {})", violation.test));
    out << fmt::format("::error {}title={}::{}\n", place_of(run, violation, workspace), escaped(one_line(title), true), escaped(text, false));
  }
  std::string summary = summary_text(run.outcome);
  if (!run.complete) summary += "\nThe run was cut short (its timeline has no end): this is what had happened until then.";
  out << fmt::format("::notice title=bigfoot-run::{}\n", escaped(summary, false));
}

}  // namespace bigfoot
