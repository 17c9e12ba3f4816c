// runner/run.cpp - The story of one run: read the specs, start the program, serve its calls, judge, report.
// Source: outputs.md, "Exit status".
#include <fmt/format.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <cstdio>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "runner/clock.h"
#include "runner/options.h"
#include "runner/report.h"
#include "runner/reports/report_files.h"
#include "runner/run.h"
#include "runner/spec_search.h"
#include "runner/update.h"

namespace bigfoot {
namespace {

enum ExitStatus { kGreen = 0, kBadSpec = 2, kRed = 3, kTimeout = 124, kSupervisor = 125 };  // outputs.md, "Exit status"

void say(std::string_view text) { std::fwrite(text.data(), 1, text.size(), stderr); }

void say_counted(std::string_view kind, const std::map<std::string, std::uint64_t>& texts) {
  for (const auto& [text, times] : texts)
    say(fmt::format("bigfoot-run: {}{}{}\n", kind, text, times > 1 ? fmt::format(" ({} times)", times) : ""));
}

bool write_file(const std::string& path, std::string_view text) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << text;
  return static_cast<bool>(file.flush());
}

RunInfo describe(const RunOptions& options, const std::vector<std::string>& specs, std::string started_at) {
  utsname machine{};
  ::uname(&machine);
  std::error_code error;
  RunInfo info;
  info.command = options.command;
  info.cwd = std::filesystem::current_path(error).string();
  info.specs = specs;
  info.started_at = std::move(started_at);
  info.version = BIGFOOT_VERSION;
  info.kernel = machine.release;
  info.arch = machine.machine;
  info.seed = options.seed;
  return info;
}

bool violated(const RunOutcome& outcome) {
  for (std::uint64_t count : outcome.violations)
    if (count > 0) return true;
  return false;
}

int child_status(const RunOutcome& outcome) {
  if (outcome.child_signal) return 128 + *outcome.child_signal;
  return outcome.child_exit_code.value_or(kSupervisor);
}

/// Which of the child, the rules and the clock decides (outputs.md, "Exit status").
int exit_status(const RunOutcome& outcome, bool verify_wins) {
  if (outcome.ended_by == "timeout") return kTimeout;
  const int child = child_status(outcome);
  if (violated(outcome) && (verify_wins || child == 0)) return kRed;
  return child;
}

}  // namespace

int run(const RunOptions& options) {
  // 1. The specs, whole, before anything is started.
  Diagnostics problems;
  const std::vector<std::string> files = find_specs(options.specs);
  Spec spec = load_spec(files, problems);
  for (const Diagnostic& problem : problems.all())
    if (problem.severity != Severity::warning || options.verbose) say(to_text(problem));
  if (problems.has(Severity::not_here)) {
    say(problems.has(Severity::error)
            ? "bigfoot-run: nothing was started: the spec has errors\n"
            : "bigfoot-run: nothing was started: the spec is valid, but this version cannot do all that it asks for\n");
    return kBadSpec;
  }
  if (options.guard) spec.guard.default_level = *options.guard;
  if (options.test) {
    for (TestSection& test : spec.tests) test.required = test.required && test.is_called(*options.test);
  }
  if (options.no_tls) spec.guard.tls = {TlsRule{"*", {}, EndpointPattern{.tcp = true}, true}};

  const SpecFiles spec_files(options.update ? spec.files : std::vector<std::string>());

  // 2. Where everything that happens will be written down.
  const auto start = std::chrono::steady_clock::now();
  const Redactor redactor(spec.settings.redact, child_environment(options));
  RunInfo info = describe(options, files, now_text());
  auto reports = ReportFiles::open(options.reports);
  if (!reports) {
    say(fmt::format("bigfoot-run: {}\n", reports.error()));
    return kBadSpec;
  }
  auto timeline = Timeline::open({options.timeline, spec.settings.body_limit, !reports->empty(), options.update}, info, redactor);
  if (!timeline) {
    say(fmt::format("bigfoot-run: {}\n", timeline.error()));
    return kBadSpec;
  }

  // 3. The CA that the program will trust, for this run only.
  std::optional<RunTls> tls;
  if (!options.no_tls) tls.emplace();
  if (options.ca_out && !write_file(*options.ca_out, tls->authority().pem())) {
    say(fmt::format("bigfoot-run: --ca-out: cannot write {}: {}\n", *options.ca_out, std::strerror(errno)));
    return kBadSpec;
  }

  // 4. The program, and every call it makes.
  Run supervised(options, spec, **timeline, tls ? &*tls : nullptr, start);
  std::expected<ChildEnd, LaunchError> end = supervised.serve();
  if (!end) {
    say(fmt::format("bigfoot-run: {}\n", end.error().what));
    if (!end.error().cure.empty()) say(fmt::format("  {}\n", end.error().cure));
    RunOutcome nothing_ran;
    nothing_ran.exit_status = end.error().exit_status;
    if (const auto trouble = (*timeline)->finish(info, nothing_ran)) say(fmt::format("bigfoot-run: {}\n", *trouble));
    if (const auto trouble = reports->write(**timeline)) say(fmt::format("bigfoot-run: {}\n", *trouble));
    return end.error().exit_status;
  }

  // 5. The verdict.
  RunOutcome outcome = (*timeline)->counts();
  outcome.child_exit_code = end->result.exit_code;
  outcome.child_signal = end->result.signal;
  outcome.ended_by = end->ended_by;
  outcome.expectations_met = supervised.ledger().totals().met;
  outcome.expectations = supervised.ledger().totals().entries;
  outcome.exit_status = exit_status(outcome, options.verify_wins);
  if (options.require_interactions && outcome.interactions == 0 && outcome.exit_status == kGreen) outcome.exit_status = kRed;
  outcome.pass = outcome.exit_status == kGreen;
  info.duration_ms = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();

  // 6. The report.
  const auto trouble = (*timeline)->finish(info, outcome);
  if (!options.quiet)
    say(text_report({info, outcome, (*timeline)->violations(), (*timeline)->processes()}, use_color(options.color, STDERR_FILENO), options.verbose));
  if (!options.quiet) say_counted("warning: ", supervised.warnings());
  if (options.verbose || !outcome.pass) say_counted("note: ", supervised.notices());
  if (options.update) {
    const auto uses = [&](const Place& entry) { return supervised.ledger().uses_at(entry); };
    say(apply_update(spec_files, plan_update({spec, spec_files.texts(), uses}, (*timeline)->patches())));
  }
  bool in_trouble = false;
  for (const std::optional<std::string>& problem : {trouble, reports->write(**timeline)}) {
    if (!problem) continue;
    say(fmt::format("bigfoot-run: {}\n", *problem));
    in_trouble = true;
  }
  return in_trouble && outcome.pass ? static_cast<int>(kSupervisor) : outcome.exit_status;
}

}  // namespace bigfoot
