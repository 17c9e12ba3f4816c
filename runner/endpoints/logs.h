// runner/endpoints/logs.h - Records of log channels: read from what the program wrote, judged by the ledger, written down.
// Source: spec-format.md, 4.10 and section 3 (row `log`).
#pragma once

#include <map>
#include <set>
#include <string_view>
#include <utility>

#include "runner/services.h"
#include "spec/log_reader.h"

namespace bigfoot {

class Logs {
 public:
  using Clock = std::chrono::steady_clock;
  explicit Logs(Services& services);

  /// More of what a process wrote to a channel of lines, in whatever pieces; seen at that time.
  void read(const Channel& channel, Pid pid, std::string_view bytes, Clock::time_point at = Clock::now());
  /// One message to a channel that is a syslog or journald.
  void message(const Channel& channel, Pid pid, std::string_view bytes);
  void message(const Channel& channel, Pid pid, const SyslogMessage& message);
  /// What it wrote to its standard output and error last may have no end of line.
  void process_ended(Pid pid);
  /// The run is over: no line goes on.
  void end();

 private:
  void judge(const Channel& channel, Pid pid, std::vector<LogLine> lines, Clock::time_point at = Clock::now());
  void judge(const Channel& channel, Pid pid, Fields record, Clock::time_point at = Clock::now());

  Services& services_;
  std::set<const Channel*> shown_;  // what stands in the timeline: channels that are strict, and those that entries name
  std::map<std::pair<const Channel*, Pid>, LogReader> readers_;
};

}  // namespace bigfoot
