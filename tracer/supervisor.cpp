// tracer/supervisor.cpp - One thread answers notifications, one watches for ends; both stop when nobody is
// left. Source: kernel-notes.md, "The notification loop".
#include "tracer/supervisor.h"

#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <algorithm>
#include <atomic>
#include <cassert>
#include <mutex>
#include <thread>

#include "tracer/calls.h"
#include "tracer/datagram_calls.h"
#include "tracer/exec_calls.h"
#include "tracer/file_calls.h"
#include "tracer/launch.h"
#include "tracer/loopback.h"
#include "tracer/output_calls.h"
#include "tracer/proc.h"
#include "tracer/processes.h"
#include "tracer/socket_calls.h"

namespace bigfoot {
namespace {

constexpr int kWakePause = 1;    // milliseconds between two attempts to wake the notification thread
constexpr int kEmptyRounds = 5;  // looks for processes to kill that must find none

void block_all_signals() {
  sigset_t all;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, nullptr);
}

// Before 6.11 NOTIF_RECV does not return when nobody is left. The signal that interrupts it then: one that
// nothing else uses, with a handler that does nothing.
int wake_signal() { return SIGRTMAX - 3; }

class RunningTree final : public Supervisor {
 public:
  RunningTree(Launched launched, const LaunchOptions& options, TrafficHandler& handler)
      : launched_(std::move(launched)),
        listener_(std::make_shared<const Listener>(std::move(launched_.listener))),
        delivery_(handler),
        epoll_(::epoll_create1(EPOLL_CLOEXEC)),
        main_ended_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
        processes_(delivery_, epoll_.get(), static_cast<Pid>(launched_.keeper)),
        world_(std::make_shared<SocketWorld>(delivery_, processes_, launched_.sockets_owned, epoll_.get(),
                                             [this] { return living(); })),
        datagrams_(world_),
        sockets_(world_, datagrams_),
        exec_(delivery_, processes_, main_pid(), {.hold = options.hold_execs, .no_new_privs = launched_.no_new_privs}),
        files_(delivery_, processes_, static_cast<Pid>(launched_.keeper),
               {.all = options.files == LaunchOptions::Files::all, .stage = options.stage}),
        outputs_(delivery_, processes_, {.standard_output = options.hold_stdout, .standard_error = options.hold_stderr}) {
    listener_->wake_in_step();
    processes_.add_main(main_pid(), options.argv, "");
    answering_ = std::thread([this] { answer_calls(); });
  }

  ~RunningTree() override {
    kill_tree();
    if (!watching_.joinable()) start_watching();
    watching_.join();
    launched_.channel.reset();
    ::waitpid(launched_.keeper, nullptr, __WALL);
  }

  /// Once the command runs: from now on the keeper's reports come to the watching thread.
  void start_watching() {
    watching_ = std::thread([this] { watch(); });
  }
  const Launched& launched() const { return launched_; }

  int main_exit_fd() const override { return main_ended_.get(); }
  std::optional<ExitResult> main_exit() override {
    const std::lock_guard lock(exit_mutex_);
    return main_exit_;
  }
  Pid main_pid() const override { return static_cast<Pid>(launched_.main); }

  void signal_group(int signal) override {
    if (!launched_.shares_group) {
      ::kill(-launched_.group, signal);
      return;
    }
    // The terminal has sent these to the whole foreground group already, us included.
    if (signal == SIGINT || signal == SIGQUIT) return;
    for (const Pid pid : living()) {
      if (::getpgid(static_cast<pid_t>(pid)) == launched_.group) ::kill(static_cast<pid_t>(pid), signal);
    }
  }

  void kill_tree() override {
    const KeeperOrder order = KeeperOrder::kill;
    if (::send(launched_.channel.get(), &order, sizeof order, MSG_NOSIGNAL) < 0) kill_without_keeper();
  }

  std::vector<Pid> living() const override { return descendants_of(static_cast<Pid>(launched_.keeper)); }

  std::optional<DatagramFlow> find_flow(int socket_fd, const SocketAddress& source) const override {
    return world_->flows.find_flow(socket_fd, source);
  }

 private:
  void answer_calls() {
    block_all_signals();
    sigset_t wake;
    ::sigemptyset(&wake);
    ::sigaddset(&wake, wake_signal());
    ::pthread_sigmask(SIG_UNBLOCK, &wake, nullptr);
    Calls calls{processes_, delivery_, sockets_, datagrams_, exec_, files_, outputs_};
    while (!stop_) {
      OsResult<Notification> received = listener_->receive();
      if (!received) {
        // ENOENT: given up before it could be copied, or nobody is left to wait for.
        assert(received.error().code == ENOENT || received.error().code == EINTR);
        if (received.error().code == ENOENT && listener_->is_deserted()) break;
        continue;
      }
      const TrappedCall* row = find_call(*received);
      if (row != nullptr) {
        row->handle(calls, std::move(*received));
      } else {
        refuse_foreign(calls, std::move(*received));
      }
    }
    answered_all_ = true;
  }

  void watch() {
    block_all_signals();
    constexpr std::uint64_t kChannel = 0;  // pids are greater
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u64 = kChannel;
    ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, launched_.channel.get(), &event);
    while (!empty_) {
      epoll_event ready[64];
      const int count = ::epoll_wait(epoll_.get(), ready, 64, pause());
      for (int i = 0; i < count; ++i) {  // in the order in which they became ready
        const std::uint64_t data = ready[i].data.u64;
        if (WaitingCalls::is_ours(data)) {
          world_->waiting.on_ready(data);
        } else if (data == kChannel) {
          hear_keeper();
        } else {
          processes_.on_exit(static_cast<Pid>(data));
        }
      }
      world_->waiting.look_after();
    }
    stop_answering();
    world_->waiting.drop_all();
    processes_.end_all();
    note_main_exit({});
    delivery_.tree_gone();
  }

  int pause() {
    const int codes = processes_.give_up_waiting();
    const int calls = world_->waiting.pause();
    return codes < 0 ? calls : calls < 0 ? codes : std::min(codes, calls);
  }

  void hear_keeper() {
    pollfd channel{launched_.channel.get(), POLLIN, 0};
    while (!empty_ && ::poll(&channel, 1, 0) > 0) {
      const OsResult<KeeperReport> report = next_report(channel.fd);
      if (!report) {  // the keeper was killed: its children are ours now
        kill_without_keeper();
        empty_ = true;
      } else if (report->kind == KeeperReport::Kind::empty) {
        empty_ = true;
      } else if (report->kind == KeeperReport::Kind::reaped) {
        reaped(*report);
      }
    }
  }

  void reaped(const KeeperReport& report) {
    processes_.on_reaped(static_cast<Pid>(report.pid), report.code, report.status);
    if (report.pid != launched_.main) return;
    ExitResult result;
    (report.code == CLD_EXITED ? result.exit_code : result.signal) = report.status;
    note_main_exit(result);
  }

  void note_main_exit(ExitResult result) {
    const std::lock_guard lock(exit_mutex_);
    if (main_exit_) return;
    main_exit_ = result;
    ::eventfd_write(main_ended_.get(), 1);
  }

  void stop_answering() {
    stop_ = true;
    for (int attempt = 0; !answered_all_; ++attempt) {
      ::poll(nullptr, 0, kWakePause);
      if (attempt < 2) continue;  // since 6.11 it notices by itself
      struct sigaction nothing {};
      nothing.sa_handler = [](int) {};
      ::sigaction(wake_signal(), &nothing, nullptr);
      if (!answered_all_) ::pthread_kill(answering_.native_handle(), wake_signal());
    }
    answering_.join();
  }

  // Ours are those with one filter more than we have, below the keeper or, when it has gone, below us. A look at /proc
  // is no snapshot: a process that changes its parent meanwhile may be missed once, not again and again.
  void kill_without_keeper() {
    const std::optional<TaskStatus> self = task_status(static_cast<Tid>(::getpid()));
    for (int rounds_left = kEmptyRounds; self && rounds_left > 0; --rounds_left) {
      for (const Pid pid : descendants_of(static_cast<Pid>(::getpid()))) {
        const std::optional<TaskStatus> status = task_status(static_cast<Tid>(pid));
        if (!status || status->filters <= self->filters) continue;
        ::kill(static_cast<pid_t>(pid), SIGKILL);
        rounds_left = kEmptyRounds;
      }
      ::poll(nullptr, 0, kWakePause);
    }
  }

  Launched launched_;
  const std::shared_ptr<const Listener> listener_;
  Delivery delivery_;
  const UniqueFd epoll_;
  const UniqueFd main_ended_;
  Processes processes_;
  const std::shared_ptr<SocketWorld> world_;
  DatagramCalls datagrams_;
  SocketCalls sockets_;
  ExecCalls exec_;
  FileCalls files_;
  OutputCalls outputs_;
  std::mutex exit_mutex_;
  std::optional<ExitResult> main_exit_;
  std::atomic<bool> stop_ = false;
  std::atomic<bool> answered_all_ = false;
  bool empty_ = false;  // of the watching thread
  std::thread answering_;
  std::thread watching_;
};

}  // namespace

std::expected<std::unique_ptr<Supervisor>, LaunchError> Supervisor::launch(const LaunchOptions& options,
                                                                           TrafficHandler& handler) {
  assert(!options.argv.empty());
  if (!loopback_is_up())
    return std::unexpected(LaunchError{125, "the loopback interface is down: calls cannot be redirected", kLoopbackCure});
  std::expected<Launched, LaunchError> launched = launch_target(options);
  if (!launched) return std::unexpected(launched.error());
  auto tree = std::make_unique<RunningTree>(std::move(*launched), options, handler);
  if (const auto running = await_exec(tree->launched(), options); !running)
    return std::unexpected(running.error());
  tree->start_watching();
  return tree;
}

}  // namespace bigfoot
