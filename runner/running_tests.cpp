// runner/running_tests.cpp - See running_tests.h.
#include "runner/running_tests.h"

#include <algorithm>

namespace bigfoot {

RunningTest& RunningTests::begin(int process, std::string name, SectionId section, double now_ms) {
  RunningTest test;
  test.name = std::move(name);
  test.section = section;
  test.process = process;
  test.begun_ms = now_ms;
  return by_process_[process].open.emplace_back(std::move(test));
}

RunningTest* RunningTests::find(int process, std::string_view name) {
  for (; process > 0; process = processes_.parent_of(process)) {
    const auto of = by_process_.find(process);
    if (of == by_process_.end()) continue;
    for (auto test = of->second.open.rbegin(); test != of->second.open.rend(); ++test)
      if (name.empty() || test->name == name) return &*test;
  }
  return nullptr;
}

void RunningTests::end(RunningTest& test, double now_ms) {
  Of& of = by_process_.at(test.process);
  test.ended_ms = now_ms;
  of.ended = std::move(test);
  of.open.remove_if([&test](const RunningTest& one) { return &one == &test; });
}

std::vector<SectionId> RunningTests::scope(int process) const {
  std::vector<SectionId> out;
  if (none()) return out;
  for (; process > 0; process = processes_.parent_of(process)) {
    const auto of = by_process_.find(process);
    if (of == by_process_.end()) continue;
    for (auto test = of->second.open.rbegin(); test != of->second.open.rend(); ++test) out.push_back(test->section);
  }
  return out;
}

RunningTest* RunningTests::test_of(int process, double began_ms) {
  if (none()) return nullptr;
  for (; process > 0; process = processes_.parent_of(process)) {
    const auto of = by_process_.find(process);
    if (of == by_process_.end()) continue;
    if (!of->second.open.empty()) return &of->second.open.back();
    if (of->second.ended && began_ms <= *of->second.ended->ended_ms) return &*of->second.ended;
  }
  return nullptr;
}

const RunningTest* RunningTests::left_by(int process) const {
  if (none()) return nullptr;
  for (; process > 0; process = processes_.parent_of(process)) {
    const double started_ms = processes_.record(process).started_ms;
    for (int above = processes_.parent_of(process); above > 0; above = processes_.parent_of(above)) {
      const auto of = by_process_.find(above);
      if (of == by_process_.end()) continue;
      const auto& ended = of->second.ended;
      if (ended && ended->begun_ms <= started_ms && started_ms <= *ended->ended_ms) return &*ended;
    }
  }
  return nullptr;
}

RunningTest* RunningTests::of(SectionId section) {
  for (auto& [number, of] : by_process_) {
    for (RunningTest& test : of.open)
      if (test.section == section) return &test;
    if (of.ended && of.ended->section == section) return &*of.ended;
  }
  return nullptr;
}

std::vector<RunningTest*> RunningTests::open(int process) {
  std::vector<RunningTest*> out;
  for (auto& [number, of] : by_process_) {
    if (process != 0 && number != process) continue;
    for (RunningTest& test : of.open) out.push_back(&test);
  }
  std::ranges::sort(out, {}, &RunningTest::section);
  return out;
}

}  // namespace bigfoot
