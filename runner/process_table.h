// runner/process_table.h - The processes of the run under small, stable numbers, in the order in which they came.
#pragma once

#include <deque>
#include <map>
#include <string>

#include "runner/record.h"
#include "tracer/supervisor.h"

namespace bigfoot {

class ProcessTable {
 public:
  /// Applies the event; gives the record that changed.
  const ProcessRecord& apply(const ProcessEvent& event, double t_ms);
  /// The small number of a process; one that no event announced gets the next number. 0 only for Pid{0}.
  int number_of(Pid pid);
  /// The base name of its executable, "the program" where it is not known.
  std::string program_of(Pid pid) const;
  /// Those above it, the nearest first: "sh pid 3, make pid 2"; "" where none is known.
  std::string parents_of(Pid pid) const;
  /// The number of the process that started it; 0 where none is known.
  int parent_of(int number) const;
  /// The record of a number that number_of() gave.
  const ProcessRecord& record(int number) const { return records_[static_cast<std::size_t>(number) - 1]; }
  Pid main() const { return main_; }
  /// Whether the process had ended by then, as far as events told.
  bool ended_before(Pid pid, double t_ms) const;

 private:
  static std::string program_of(const ProcessRecord& record);
  ProcessRecord& record_of(Pid pid);
  bool ended(Pid pid) const;
  std::deque<ProcessRecord> records_;   // index = number - 1; references stay good
  std::map<Pid, std::size_t> current_;  // a host pid may come back for another process: the latest one
  Pid main_{};
};

}  // namespace bigfoot
