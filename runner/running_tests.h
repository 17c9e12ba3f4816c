// runner/running_tests.h - Which test a process is in: the one that it began, or that a process above it did.
// Source: spec-format.md, 4.10 ("How a test says who it is").
#pragma once

#include <cstdint>
#include <list>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runner/process_table.h"
#include "spec/spec.h"

namespace bigfoot {

struct RunningTest {
  std::string name;
  SectionId section = kWholeRun;
  int process = 0;  ///< the small number of the one that began it
  double begun_ms = 0;
  std::optional<double> ended_ms;
  std::uint64_t interactions = 0;
  std::uint64_t violations = 0;
  static constexpr std::size_t kKept = 100;  ///< violations that its answer names
  std::vector<Violation> kept;               ///< redacted
};

class RunningTests {
 public:
  explicit RunningTests(const ProcessTable& processes) : processes_(processes) {}

  bool none() const { return by_process_.empty(); }
  RunningTest& begin(int process, std::string name, SectionId section, double now_ms);
  /// The innermost open test of a process with this name, or with any where it is ""; null: there is none.
  RunningTest* find(int process, std::string_view name);
  void end(RunningTest& test, double now_ms);
  /// What a call of this process is judged in, the innermost section first.
  std::vector<SectionId> scope(int process) const;
  /// The test that a call belongs to which began then; null: none.
  RunningTest* test_of(int process, double began_ms);
  /// The test that started this process, or one above it, ended, and left it behind; null where that is not so.
  const RunningTest* left_by(int process) const;
  /// The test of a section, if it is open or the last one that its process ended; null else.
  RunningTest* of(SectionId section);
  /// Those that have not ended, in the order in which they began; of one process, or of all (0).
  std::vector<RunningTest*> open(int process = 0);

 private:
  struct Of {
    std::list<RunningTest> open;       ///< the innermost last
    std::optional<RunningTest> ended;  ///< the last one: what it did may be told a little later
  };
  const ProcessTable& processes_;
  std::map<int, Of> by_process_;
};

}  // namespace bigfoot
