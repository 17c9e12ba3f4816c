// tracer/delivery.h - The one door to the TrafficHandler: one call at a time, from whichever thread learns of
// a thing.
#pragma once

#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "tracer/supervisor.h"

namespace bigfoot {

class Delivery {
 public:
  explicit Delivery(TrafficHandler& handler) : handler_(handler) {}
  void outgoing(Outgoing call);
  void process(ProcessEvent event);
  /// Once for each process and text.
  void notice(Pid pid, std::string text);
  void tree_gone();
  /// Called by whoever redirects, perhaps from inside on_outgoing: not serialised with the others.
  void datagram_socket(UniqueFd socket);
  /// For every open of the tree: not serialised with the others either.
  bool wants_file(std::string_view path, bool only_reads) { return handler_.wants_file(path, only_reads); }
  bool watches_file(std::string_view path) { return handler_.watches_file(path); }
  void file(FileCall call);
  void output(OutputCall call);
  void exec(ExecCall call);

 private:
  static constexpr std::size_t kMostNotices =
      4096;  // then they are repeated rather than remembered without bound
  TrafficHandler& handler_;
  std::recursive_mutex one_at_a_time_;  // what on_exec() answers at once is told of from inside
  std::set<std::pair<Pid, std::string>> given_;
};

}  // namespace bigfoot
