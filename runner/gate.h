// runner/gate.h - The notification thread's side of the runner: names each outgoing call, routes it by the policy
// and hands what is left to decide to the event loop. Never waits for anything.
#pragma once

#include <atomic>
#include <boost/asio/any_io_executor.hpp>
#include <chrono>
#include <functional>
#include <mutex>
#include <shared_mutex>

#include "runner/control_inbox.h"
#include "runner/exec_policy.h"
#include "runner/loop_queue.h"
#include "runner/names.h"
#include "runner/policy.h"
#include "runner/program_names.h"
#include "spec/ledger.h"
#include "runner/trust/trust.h"
#include "runner/watched_paths.h"
#include "tracer/supervisor.h"

namespace bigfoot {

/// What $BIGFOOT_CTL says: a path that is nowhere on disk.
inline constexpr std::string_view kControlPath = "/run/bigfoot-run/control";

/// What the event loop does with what comes through the gate. All calls come on the loop's thread, in order.
class LoopSide {
 public:
  virtual ~LoopSide() = default;
  virtual void connection_opened(Pid pid, Destination to, UniqueFd stream) = 0;
  /// A connection that goes to the real server through us; `warned`: the guard says "warn".
  virtual void connection_to_relay(Pid pid, Destination to, bool warned, UniqueFd stream) = 0;
  /// The ledger decides whether this very connect fails; the caller's thread waits for the answer.
  virtual void connect_to_judge(Outgoing call, Destination to) = 0;
  /// The run's own command begins; only where execves are held.
  virtual void main_starts(Pid pid, std::string path) = 0;
  /// Another execve that was let through by a rule; `warned`: the guard says "warn".
  virtual void exec_passed(Pid pid, std::string path, std::vector<std::string> argv, bool warned) = 0;
  /// Any other execve; the caller's thread waits for the answer.
  virtual void exec_held(ExecCall call) = 0;
  /// A look at a file that may be a program which the spec names; the caller's thread waits for the answer.
  virtual void program_looked_for(FileCall call) = 0;
  /// The program opens $BIGFOOT_CTL; its thread waits for the answer.
  virtual void control_opened(FileCall call) = 0;
  /// A line on $BIGFOOT_CTL.
  virtual void control_line(ControlInbox::Line line) = 0;
  /// A call on a watched path; the caller's thread waits for the answer.
  virtual void file_held(FileCall call) = 0;
  /// A call that was let through or refused by a rule.
  virtual void passed_by(Pid pid, Destination to, Routed routed) = 0;
  /// What a process has written to the standard output or error of the run.
  virtual void output(Pid pid, const Channel& channel, const std::string& bytes, std::chrono::steady_clock::time_point when) = 0;
  virtual void datagram_socket(UniqueFd socket) = 0;
  virtual void process(ProcessEvent event, std::chrono::steady_clock::time_point when) = 0;
  virtual void notice(Pid pid, std::string text) = 0;
  virtual void tree_gone() = 0;
};

class Gate : public TrafficHandler {
 public:
  /// `trust`: null where no TLS is terminated.
  Gate(const Spec& spec, const Ledger& ledger, Names& names, const ProgramNames& programs, const WatchedPaths& watched, Trust* trust,
       ControlInbox& inbox, boost::asio::any_io_executor loop, LoopSide& side)
      : spec_(spec), ledger_(ledger), names_(names), programs_(programs), execs_(spec, programs), watched_(watched), trust_(trust),
        inbox_(inbox), loop_(std::move(loop)), side_(side) {}

  void on_outgoing(Outgoing call) override;
  void on_datagram_socket(UniqueFd socket) override;
  void on_process(ProcessEvent event) override;
  void on_notice(Pid pid, std::string text) override;
  bool wants_file(std::string_view path, bool only_reads) override {
    return path == kControlPath || (only_reads && (wants_store(path) || programs_.may_be_meant(path)));
  }
  bool watches_file(std::string_view path) override { return watched_.watches(path); }
  void on_file(FileCall call) override;
  void on_output(OutputCall call) override;
  void on_exec(ExecCall call) override;
  void on_tree_gone() override;

  /// On the loop's thread: what came before this moment comes before whatever happens next.
  void catch_up() {
    collect_lines();
    loop_.run();
  }
  /// On the loop's thread: changes what the notification thread reads of the spec, while it does not.
  void change_spec(const std::function<void()>& change) {
    const std::unique_lock lock(changes_);
    change();
  }
  /// See LoopQueue::follow(). Before the launch.
  void follow_closes(int events, std::function<void(int watch)> closed) { loop_.follow(events, std::move(closed)); }

  /// The destination of a call under the name that the program, or else the spec, knows it by.
  Destination destination_of(const SocketAddress& address, Outgoing::Kind kind) const;

 private:
  bool wants_store(std::string_view path) const { return trust_ != nullptr && trust_->wants(path); }
  /// Before each task: what the program wrote to $BIGFOOT_CTL earlier comes earlier.
  void collect_lines();
  void post(LoopQueue::Task task);
  void post_soon(LoopQueue::Task task);
  enum class Asks { control, trust, lookups, files, nobody };
  Asks who_answers(const FileCall::Request& request) const;

  const Spec& spec_;
  const Ledger& ledger_;
  Names& names_;
  const ProgramNames& programs_;
  const ExecPolicy execs_;
  const WatchedPaths& watched_;
  Trust* trust_;
  ControlInbox& inbox_;
  LoopQueue loop_;
  std::atomic<std::size_t> unread_ = 0;  // bytes of outputs that the loop has not taken
  LoopSide& side_;
  std::shared_mutex changes_;  // of what Control may add to spec and ledger
  Pid main_{};  // once its command runs; where execves are held
};

}  // namespace bigfoot
