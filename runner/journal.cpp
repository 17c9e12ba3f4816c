// runner/journal.cpp - see journal.h.
#include "runner/journal.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "spec/suggest.h"

namespace bigfoot {
namespace {

constexpr std::size_t kMostSuggested = 64 * 1024;  // of TOML that anybody would paste

std::optional<ExpectationRef> reference_to(const Entry* entry, const Place& at) {
  if (entry == nullptr) return std::nullopt;
  const Place& place = at.line != 0 ? at : entry->at;
  return ExpectationRef{entry->id, place.file, place.line};
}

}  // namespace

std::vector<Finding> one(Finding finding) {
  std::vector<Finding> list;
  list.push_back(std::move(finding));
  return list;
}

Journal::Journal(const Spec& spec, Timeline& timeline, std::chrono::steady_clock::time_point start)
    : spec_(spec), timeline_(timeline), start_(start) {}

double Journal::ms_of(std::chrono::steady_clock::time_point at) const {
  return std::chrono::duration<double, std::milli>(at - start_).count();
}

bool Journal::is_noise(const std::string& header) {
  constexpr std::size_t kMostNames = 10'000;  // a program that makes header names up must not fill our memory
  if (auto known = noise_.find(header); known != noise_.end()) return known->second;
  if (noise_.size() >= kMostNames) noise_.clear();
  return noise_[header] = is_noise_header(spec_, header);
}

bool Journal::is_leak(Pid pid, double started_ms) const {
  // What began before, like a command that takes its time, is none because it ends later. What the main process itself, or
  // one that ended before it, had sent may still be on its way to us.
  return main_ended_ms_ && started_ms > *main_ended_ms_ && pid != processes_.main() && !processes_.ended_before(pid, started_ms);
}

Violation Journal::to_violation(Finding finding) const {
  Violation violation;
  violation.kind = finding.kind;
  violation.expectation = reference_to(finding.entry, finding.at);
  if (finding.entry == nullptr && finding.kind == ViolationKind::unused) violation.expectation = {{"", finding.at.file, finding.at.line}};
  violation.message = std::move(finding.message);
  violation.fields = std::move(finding.differences);
  violation.fields_equal = finding.fields_equal;
  violation.nearest = reference_to(finding.nearest, {});
  if (finding.nearest != nullptr) violation.nearest_text = finding.nearest->headline;
  if (!finding.nearest_reason.empty()) {
    if (!violation.nearest_text.empty()) violation.nearest_text += "   ";
    violation.nearest_text += finding.nearest_reason;
  }
  violation.notes = std::move(finding.notes);
  if (finding.suggestion.size() > kMostSuggested) {
    violation.notes.push_back(fmt::format("the TOML for it would have {} bytes: \"*\", {{ regex = … }} or {{ file = … }} says it shorter", finding.suggestion.size()));
    return violation;
  }
  violation.suggestion_verb = std::move(finding.suggestion_verb);
  violation.suggestion = std::move(finding.suggestion);
  violation.patch = std::move(finding.patch);
  return violation;
}

void Journal::record(const CallTicket& call, const CallSite& site, Interaction interaction, const Entry* entry,
                     std::vector<Finding> findings, std::string_view state, std::string_view answered) {
  if (state != "ambient" && is_leak(site.pid, call.started_ms)) {
    Finding leak;
    leak.kind = ViolationKind::leaked;
    leak.entry = entry;
    leak.message = fmt::format("{} {} was called after the main process had ended", interaction.protocol, site.target);
    leak.notes.push_back("the program that started this process did not wait for it");
    findings.push_back(std::move(leak));
  }
  interaction.seq = call.seq;
  interaction.t_ms = call.started_ms;
  interaction.duration_ms = now_ms() - call.started_ms;
  interaction.pid = number_of(site.pid);
  interaction.connection = site.connection;
  interaction.target = site.target;
  RunningTest* test = tests_.test_of(interaction.pid, call.started_ms);
  if (test != nullptr) {
    interaction.test = test->name;
    ++test->interactions;
  } else if (const RunningTest* before = tests_.left_by(interaction.pid)) {
    for (Finding& finding : findings) {
      if (finding.kind != ViolationKind::unexpected) continue;
      finding.kind = ViolationKind::leaked;
      finding.notes.push_back(fmt::format("test '{}' started this process, and had ended when it made the call", before->name));
    }
  }
  interaction.state = findings.empty() ? state : to_text(findings.front().kind);
  interaction.expectation = reference_to(entry, {});
  const int pid = interaction.pid;
  const double t_ms = interaction.t_ms;
  timeline_.add(std::move(interaction));
  for (Finding& finding : findings) {
    Violation violation = to_violation(std::move(finding));
    violation.interaction = call.seq;
    violation.connection = site.connection;
    violation.pid = pid;
    violation.t_ms = t_ms;
    violation.answered = answered;
    add(std::move(violation), test);
  }
}

void Journal::add(Violation violation, RunningTest* test) {
  if (test != nullptr) {
    violation.test = test->name;
    const bool is_known = std::ranges::any_of(spec_.tests, [&](const TestSection& section) { return section.is_called(test->name) || section.title() == test->name; });
    violation.suggestion = suggest_in_test(violation.suggestion, is_known ? "" : test->name);
  }
  Violation stored = timeline_.add(std::move(violation));
  if (test == nullptr) return;
  ++test->violations;
  if (test->kept.size() < RunningTest::kKept) test->kept.push_back(std::move(stored));
}

void Journal::end_test(RunningTest& test, bool is_skipped) {
  const double now = now_ms();
  timeline_.add(TestRecord{test.name, test.process, test.begun_ms, now, is_skipped});
  tests_.end(test, now);
}

std::string Journal::repeatable(Interaction interaction, const CallSite& site, const Entry* entry) const {
  interaction.target = site.target;
  interaction.state = "asserted";
  interaction.expectation = reference_to(entry, {});
  return timeline_.repeatable(std::move(interaction));
}

bool Journal::record_again(const CallTicket& call, const CallSite& site, std::string_view repeatable) {
  if (is_leak(site.pid, call.started_ms) || !tests_.none()) return false;
  Interaction numbers;
  numbers.seq = call.seq;
  numbers.t_ms = call.started_ms;
  numbers.duration_ms = now_ms() - call.started_ms;
  numbers.pid = number_of(site.pid);
  numbers.connection = site.connection;
  timeline_.add_again(numbers, repeatable);
  return true;
}

void Journal::record(std::vector<Finding> findings, bool likely_consequence) {
  for (Finding& finding : findings) {
    RunningTest* test = finding.entry != nullptr && finding.entry->section != kWholeRun ? tests_.of(finding.entry->section) : nullptr;
    Violation violation = to_violation(std::move(finding));
    violation.t_ms = now_ms();
    violation.likely_consequence = likely_consequence;
    add(std::move(violation), test);
  }
}

void Journal::process(const ProcessEvent& event, std::chrono::steady_clock::time_point when) {
  timeline_.add(processes_.apply(event, ms_of(when)));
}

}  // namespace bigfoot
