// runner/process_table.cpp - see process_table.h.
#include "runner/process_table.h"

namespace bigfoot {

ProcessRecord& ProcessTable::record_of(Pid pid) {
  auto [place, is_new] = current_.try_emplace(pid, records_.size());
  if (is_new) {
    records_.emplace_back();
    records_.back().pid = static_cast<int>(records_.size());
    records_.back().host_pid = static_cast<int>(pid);
  }
  return records_[place->second];
}

const ProcessRecord& ProcessTable::apply(const ProcessEvent& event, double t_ms) {
  if (event.what == ProcessEvent::What::started && ended(event.pid)) current_.erase(event.pid);
  ProcessRecord& record = record_of(event.pid);
  if (event.main) main_ = event.pid;
  switch (event.what) {
    case ProcessEvent::What::started:
      record.started_ms = t_ms;
      record.ppid = event.parent == Pid{} || event.main ? 0 : number_of(event.parent);
      [[fallthrough]];
    case ProcessEvent::What::exec:
      if (!event.argv.empty()) record.argv = event.argv;
      if (!event.exe.empty()) record.exe = event.exe;
      break;
    case ProcessEvent::What::ended:
      record.ended_ms = t_ms;
      record.exit_code = event.exit_code;
      record.signal = event.signal;
      break;
  }
  return record;
}

int ProcessTable::number_of(Pid pid) { return pid == Pid{} ? 0 : record_of(pid).pid; }

int ProcessTable::parent_of(int number) const {
  const int parent = record(number).ppid;
  return parent < number ? parent : 0;  // a parent came before its child: whoever walks up comes to an end
}

bool ProcessTable::ended(Pid pid) const {
  auto known = current_.find(pid);
  return known != current_.end() && records_[known->second].ended_ms.has_value();
}

bool ProcessTable::ended_before(Pid pid, double t_ms) const {
  const auto known = current_.find(pid);
  return known != current_.end() && records_[known->second].ended_ms.value_or(t_ms) < t_ms;
}

std::string ProcessTable::program_of(Pid pid) const {
  const auto found = current_.find(pid);
  return found == current_.end() ? "the program" : program_of(records_[found->second]);
}

std::string ProcessTable::program_of(const ProcessRecord& record) {
  const bool is_named = !record.exe.empty() && !record.exe.starts_with("/proc/");  // Chromium execs /proc/self/exe
  const std::string& path = is_named || record.argv.empty() ? record.exe : record.argv.front();
  return path.empty() ? "the program" : path.substr(path.rfind('/') + 1);
}

std::string ProcessTable::parents_of(Pid pid) const {
  std::string out;
  const auto found = current_.find(pid);
  if (found == current_.end()) return out;
  // A parent came before its child, so its number is lower: this ends.
  for (int at = records_[found->second].ppid, below = records_[found->second].pid; at > 0 && at < below;) {
    const ProcessRecord& parent = records_[static_cast<std::size_t>(at) - 1];
    out += (out.empty() ? "" : ", ") + program_of(parent) + " pid " + std::to_string(at);
    below = at;
    at = parent.ppid;
  }
  return out;
}

}  // namespace bigfoot
