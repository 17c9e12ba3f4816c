// tracer/keeper.cpp - Starts the target, reaps, reports, and kills what is left when the supervisor has gone.
#include "tracer/keeper.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <cstring>

#include "tracer/proc.h"
#include "tracer/target_start.h"

namespace bigfoot {
namespace {

constexpr int kKillPause =
    2;  // milliseconds between two rounds: a killed process takes a moment to be reaped

class Keeper {
 public:
  Keeper(const KeeperPlan& plan, int channel) : plan_(plan), channel_(channel) {}

  [[noreturn]] void run() {
    ::setpgid(0, 0);  // a SIGKILL to the supervisor's group must not take the keeper with it
    sigset_t all;
    ::sigfillset(&all);
    ::sigprocmask(SIG_SETMASK, &all, nullptr);
    ::prctl(PR_SET_NAME, kKeeperName);
    ::prctl(PR_SET_CHILD_SUBREAPER, 1);
    sigset_t child;
    ::sigemptyset(&child);
    ::sigaddset(&child, SIGCHLD);
    signals_ = UniqueFd(::signalfd(-1, &child, SFD_CLOEXEC | SFD_NONBLOCK));
    KeeperOrder order{};
    if (::read(channel_, &order, sizeof order) != sizeof order || order != KeeperOrder::start) ::_exit(0);
    ::prctl(PR_SET_DUMPABLE, 0);  // programs run from now on, and here is a copy of the supervisor's memory
    start();
    watch();
  }

 private:
  void start() {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) return report({KeeperReport::Kind::failed, 0, errno, 0});
    target_ = UniqueFd(ends[0]);
    UniqueFd writer(ends[1]);
    const pid_t pid = clone_target(plan_, writer.get());
    if (pid < 0) {
      target_.reset();
      return report({KeeperReport::Kind::failed, 0, errno, static_cast<int>(LaunchStage::clone)});
    }
    // The table of descriptors is still the child's too: nothing is closed here before the child has left it.
    TargetStep step;
    const bool told = ::read(target_.get(), &step, sizeof step) == sizeof step;
    if (!told || step.kind == TargetStep::Kind::failed) {
      target_.reset();
      return report(
          {KeeperReport::Kind::failed, pid, told ? step.code : ECHILD, static_cast<int>(step.stage)});
    }
    const UniqueFd listener(step.listener);
    report({KeeperReport::Kind::listener, pid, step.no_new_privs ? 1 : 0, step.killable ? 1 : 0},
           listener.get());
    writer.reset();
    keep_only_own();
  }

  // Whoever waits for the end of a pipe of ours must not wait for the keeper.
  void keep_only_own() {
    const int own[] = {channel_, signals_.get(), target_.get()};
    for (int fd = 0; fd < 3; ++fd) {
      if (fd != own[0] && fd != own[1] && fd != own[2]) ::close(fd);
    }
    close_inherited(own);
  }

  static void close_inherited(const int (&own)[3]) {
    unsigned next = 3;
    for (;;) {
      unsigned nearest = ~0U;
      for (const int fd : own) {
        if (static_cast<unsigned>(fd) >= next && static_cast<unsigned>(fd) < nearest) nearest = fd;
      }
      if (nearest > next) ::close_range(next, nearest - 1, 0);
      if (nearest == ~0U) return;
      next = nearest + 1;
    }
  }

  [[noreturn]] void watch() {
    for (;;) {
      pollfd watched[] = {{target_.get(), POLLIN, 0}, {signals_.get(), POLLIN, 0}, {channel_, POLLIN, 0}};
      ::poll(watched, 3, -1);
      if (watched[0].revents != 0) hear_target();
      if (watched[1].revents != 0) reap();
      if (watched[2].revents != 0) hear_supervisor();
    }
  }

  // End of file: the execve closed the target's end.
  void hear_target() {
    TargetStep step;
    const bool failed = ::read(target_.get(), &step, sizeof step) == sizeof step;
    target_.reset();
    if (failed) return report({KeeperReport::Kind::failed, 0, step.code, static_cast<int>(step.stage)});
    report({KeeperReport::Kind::running, 0, 0, 0});
  }

  void hear_supervisor() {
    KeeperOrder order{};
    const bool here = ::read(channel_, &order, sizeof order) == sizeof order;
    if (here && order != KeeperOrder::kill) return;
    kill_all();
    if (!here) ::_exit(0);
  }

  void kill_all() {
    while (!empty_) {
      for (const Pid pid : descendants_of(static_cast<Pid>(::getpid())))
        ::kill(static_cast<pid_t>(pid), SIGKILL);
      pollfd watched{signals_.get(), POLLIN, 0};
      ::poll(&watched, 1, kKillPause);
      reap();
    }
  }

  void reap() {
    signalfd_siginfo drained;
    while (::read(signals_.get(), &drained, sizeof drained) == sizeof drained) {
    }
    for (;;) {
      siginfo_t ended{};
      if (::waitid(P_ALL, 0, &ended, WEXITED | WNOHANG | __WALL) != 0) {
        if (errno != ECHILD || empty_) return;
        empty_ = true;
        return report({KeeperReport::Kind::empty, 0, 0, 0});
      }
      if (ended.si_pid == 0) return;
      // The child's word on why it never ran comes before the news of its end.
      if (target_ && ended.si_pid == main_) hear_target();
      report({KeeperReport::Kind::reaped, ended.si_pid, ended.si_code, ended.si_status});
    }
  }

  void report(const KeeperReport& what, int fd = -1) {
    if (what.kind == KeeperReport::Kind::listener) main_ = what.pid;
    iovec data{const_cast<KeeperReport*>(&what), sizeof what};
    msghdr message{};
    message.msg_iov = &data;
    message.msg_iovlen = 1;
    alignas(cmsghdr) char room[CMSG_SPACE(sizeof fd)] = {};
    if (fd >= 0) {
      message.msg_control = room;
      message.msg_controllen = sizeof room;
      cmsghdr* header = CMSG_FIRSTHDR(&message);
      header->cmsg_level = SOL_SOCKET;
      header->cmsg_type = SCM_RIGHTS;
      header->cmsg_len = CMSG_LEN(sizeof fd);
      std::memcpy(CMSG_DATA(header), &fd, sizeof fd);
    }
    // EPIPE when the supervisor has gone: watch() sees that by itself.
    ::sendmsg(channel_, &message, MSG_NOSIGNAL);
  }

  const KeeperPlan& plan_;
  const int channel_;
  UniqueFd signals_;
  UniqueFd target_;  // says why the target could not run; closed by its execve
  pid_t main_ = 0;
  bool empty_ = false;
};

}  // namespace

void run_keeper(const KeeperPlan& plan, int channel) { Keeper(plan, channel).run(); }

}  // namespace bigfoot
