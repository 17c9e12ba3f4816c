// runner/run.h - One supervised run: the event loop's side of it, from the launch to the exit status.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "runner/control.h"
#include "runner/endpoints/datagrams.h"
#include "runner/endpoints/execs.h"
#include "runner/endpoints/log_sources.h"
#include "runner/endpoints/files.h"
#include "runner/endpoints/resolver.h"
#include "runner/gate.h"
#include "runner/options.h"
#include "runner/services.h"

namespace bigfoot {

/// How the supervised program ended.
struct ChildEnd {
  ExitResult result;
  std::string ended_by;  ///< "" by itself, "timeout", "signal"
};

/// A variable as the supervised program sees it: --env, else our own environment. `options` must outlive it.
std::function<std::optional<std::string>(std::string_view)> child_environment(const RunOptions& options);

class Run : private LoopSide {
 public:
  /// `tls`: null with --no-tls. All of them outlive the run.
  Run(const RunOptions& options, Spec& spec, Timeline& timeline, RunTls* tls, std::chrono::steady_clock::time_point start);
  ~Run();

  /// Launches the program and serves it until nothing of its tree is left.
  std::expected<ChildEnd, LaunchError> serve();
  /// What the user should know of besides violations, see Services.
  const std::map<std::string, std::uint64_t>& warnings() const { return services_.warnings; }
  const std::map<std::string, std::uint64_t>& notices() const { return services_.notices; }
  const Ledger& ledger() const { return ledger_; }

 private:
  void connection_opened(Pid pid, Destination to, UniqueFd stream) override;
  void connection_to_relay(Pid pid, Destination to, bool warned, UniqueFd stream) override;
  void connect_to_judge(Outgoing call, Destination to) override;
  void main_starts(Pid pid, std::string path) override;
  void exec_passed(Pid pid, std::string path, std::vector<std::string> argv, bool warned) override;
  void exec_held(ExecCall call) override;
  void program_looked_for(FileCall call) override;
  void file_held(FileCall call) override;
  void control_opened(FileCall call) override;
  void control_line(ControlInbox::Line line) override { control_.heard(std::move(line)); }
  void passed_by(Pid pid, Destination to, Routed routed) override;
  void datagram_socket(UniqueFd socket) override;
  void process(ProcessEvent event, std::chrono::steady_clock::time_point when) override;
  void output(Pid pid, const Channel& channel, const std::string& bytes, std::chrono::steady_clock::time_point when) override;
  void notice(Pid pid, std::string text) override;
  void tree_gone() override;

  void catch_up();
  void catch_up_with_calls();
  void warn_of(const Destination& to);
  asio::awaitable<void> judge(Outgoing call, Destination to);
  void start(Pid pid, Destination to, UniqueFd stream);
  void lost(const CallSite& site, const std::exception_ptr& fault);
  asio::awaitable<void> watch_main();
  asio::awaitable<void> watch_signals(int signal_fd);
  asio::awaitable<void> watch_time(std::chrono::milliseconds limit);
  asio::awaitable<void> linger();
  asio::awaitable<void> drain();
  void end_now(std::string_view why);

  const RunOptions& options_;
  Spec& spec_;
  asio::io_context loop_{1};
  Names names_;
  Ledger ledger_;
  Journal journal_;
  Services services_;
  Resolver resolver_;
  ProgramNames programs_;
  Lookups lookups_;
  Logs logs_;
  LogSources log_sources_;
  ControlInbox inbox_;
  Control control_;
  std::optional<Execs> execs_;  // where execves are held
  const WatchedPaths watched_;
  std::optional<Files> files_;  // where files are watched
  std::optional<Trust> trust_;
  Gate gate_;
  std::unique_ptr<Supervisor> supervisor_;
  std::unique_ptr<Datagrams> datagrams_;
  ChildEnd end_;
  bool main_ended_ = false, tree_gone_ = false, catching_up_ = false;
  int interrupts_ = 0;
};

}  // namespace bigfoot
