// tests/unit/tracer/harness.h - Runs a target under a Supervisor and remembers what the handler was told.
// Redirected streams and datagrams are echoed.
#pragma once

#include <sys/types.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "tracer/supervisor.h"

namespace bigfoot::test {

class EchoHandler : public TrafficHandler {
 public:
  EchoHandler();
  ~EchoHandler() override;
  /// What to do instead of redirecting: true when it has answered.
  std::function<bool(Outgoing&)> decide;
  std::function<bool(std::string_view)> wants;  ///< no file, if not set
  std::function<bool(std::string_view)> watches;  ///< watches_file(); none, if not set
  std::function<void(OutputCall)> output;         ///< lets them through, if not set
  std::function<void(FileCall)> serve;          ///< lets them through, if not set
  std::function<void(ExecCall)> exec;           ///< lets them through, if not set

  void on_outgoing(Outgoing call) override;
  void on_datagram_socket(UniqueFd socket) override;
  void on_process(ProcessEvent event) override;
  void on_notice(Pid pid, std::string text) override;
  bool wants_file(std::string_view path, bool only_reads) override { return only_reads && wants && wants(path); }
  bool watches_file(std::string_view path) override { return watches && watches(path); }
  void on_file(FileCall call) override;
  void on_output(OutputCall call) override {
    if (output) output(std::move(call));
  }
  void on_exec(ExecCall call) override;
  void on_tree_gone() override;
  /// When the run's command has ended, before the Supervisor goes: threads that answer calls of it end here.
  virtual void end_answering() {}

  void look_up_flows_with(const Supervisor* supervisor) {
    supervisor_ = supervisor;
    ever_supervised_ = true;
  }
  bool wait_until_gone(std::chrono::milliseconds patience = std::chrono::seconds(10));
  std::vector<std::string> asked() const;  ///< "stream 10.0.0.5:80", in order
  std::vector<std::string> notices() const;
  std::vector<ProcessEvent> processes() const;
  std::vector<std::string> files() const;   ///< "open /etc/hosts", "look /etc/hosts"; wanted ones
  std::vector<std::string> flows() const;   ///< "10.0.0.5:53 hello": what arrived, by find_flow
  std::vector<std::string> errors() const;  ///< of redirect()

 private:
  void echo();
  void add(UniqueFd fd, bool datagram);

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> asked_, notices_, files_, flows_, errors_;
  std::vector<ProcessEvent> processes_;
  bool gone_ = false;
  UniqueFd epoll_, stop_;
  struct Socket {
    UniqueFd fd;
    bool datagram = false;
  };
  std::map<int, Socket> sockets_;
  std::atomic<const Supervisor*> supervisor_ = nullptr;
  std::atomic<bool> ever_supervised_ = false;
  std::atomic<bool> listening_ = false;
  std::thread thread_;
};

struct RunResult {
  std::optional<LaunchError> error;
  ExitResult exit;
};
/// Runs a target of targets.cpp to its end.
RunResult run_target(const std::string& name, EchoHandler& handler,
                     const std::vector<std::string>& arguments = {},
                     LaunchOptions::SocketAccess access = LaunchOptions::SocketAccess::probe);
/// Runs any command to its end.
RunResult run_command(const std::vector<std::string>& argv, EchoHandler& handler, LaunchOptions options = {});

/// Runs `body` in a forked child; its result is the child's exit status.
int in_child(const std::function<int()>& body);
/// As Docker's default profile without CAP_SYS_PTRACE and CAP_SYS_ADMIN answers.
bool imitate_docker();
bool become_nobody();

}  // namespace bigfoot::test
