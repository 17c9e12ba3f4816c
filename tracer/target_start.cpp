// tracer/target_start.cpp - Between clone and execve. Only async-signal-safe calls: the keeper is a bare
// fork. Source: seccomp(2), clone(2), close_range(2); environ(7) and execvp(3) for the search.
#include "tracer/target_start.h"

#include <fcntl.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#ifndef SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV
#define SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV (1UL << 5)  // linux/seccomp.h of 5.19
#endif

namespace bigfoot {
namespace {

[[noreturn]] void give_up(int report_fd, LaunchStage stage, int code) {
  TargetStep step;
  step.stage = stage;
  step.code = code;
  static_cast<void>(!::write(report_fd, &step, sizeof step));
  ::_exit(127);
}

void restore_signals(const SignalState& wanted) {
  for (int number = 1; number < static_cast<int>(wanted.ignored.size()); ++number) {
    if (number == SIGKILL || number == SIGSTOP) continue;
    struct sigaction action {};
    action.sa_handler = wanted.ignored[static_cast<std::size_t>(number)] ? SIG_IGN : SIG_DFL;
    ::sigaction(number, &action, nullptr);
  }
  ::sigprocmask(SIG_SETMASK, &wanted.mask, nullptr);
}

int install(const SharedFilter& filter, unsigned long flags) {
  sock_fprog program{filter.size, const_cast<sock_filter*>(filter.program)};
  return static_cast<int>(::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program));
}

// no_new_privs only where the kernel asks for it: it disables set-user-ID programs under test.
TargetStep install_filter(const SharedFilter& filter) {
  TargetStep step;
  step.stage = LaunchStage::seccomp;
  unsigned long flags = SECCOMP_FILTER_FLAG_NEW_LISTENER | SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV;
  int fd = install(filter, flags);
  if (fd < 0 && errno == EACCES) {
    step.no_new_privs = ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0;
    fd = install(filter, flags);
  }
  if (fd < 0 && errno == EINVAL) {
    flags = SECCOMP_FILTER_FLAG_NEW_LISTENER;
    fd = install(filter, flags);
    if (fd < 0 && errno == EACCES) {
      step.no_new_privs = ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0;
      fd = install(filter, flags);
    }
  }
  step.code = errno;
  step.listener = fd;
  step.killable = (flags & SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV) != 0;
  step.kind = fd >= 0 ? TargetStep::Kind::listening : TargetStep::Kind::failed;
  return step;
}

// close_range does it in Docker's default profile too, where unshare is EPERM.
bool leave_shared_table(int listener) {
  const auto number = static_cast<unsigned>(listener);
  if (::close_range(number, number, CLOSE_RANGE_UNSHARE) == 0) return true;
  return ::unshare(CLONE_FILES) == 0 && ::close(listener) == 0;
}

// As execvp(3) goes on: glibc posix/execvpe.c.
bool try_next(int code) {
  return code == EACCES || code == ENOENT || code == ESTALE || code == ENOTDIR || code == ENODEV ||
         code == ETIMEDOUT;
}

int exec_first(const KeeperPlan& plan) {
  int code = ENOENT;
  bool forbidden = false;
  for (const char* const* path = plan.candidates; *path != nullptr; ++path) {
    ::execve(*path, plan.argv, plan.env);
    if (errno == ENOEXEC) {  // a script without "#!"
      const_cast<const char**>(plan.script_argv)[1] = *path;
      ::execve(plan.script_argv[0], plan.script_argv, plan.env);
    }
    code = errno;
    if (!try_next(code)) return code;
    forbidden = forbidden || code == EACCES;
  }
  return forbidden ? EACCES : code;
}

[[noreturn]] void become_target(const KeeperPlan& plan, int report_fd) {
  ::prctl(PR_SET_PDEATHSIG,
          SIGKILL);  // when the keeper dies too: cleared in the target's own children by fork
  ::setpgid(0, plan.own_group ? 0 : plan.group);
  // The supervisor may have closed its memory to others, and so this copy; for its execve this process must be readable.
  ::prctl(PR_SET_DUMPABLE, 1);
  restore_signals(plan.signals);
  const TargetStep step = install_filter(*plan.filter);
  if (step.listener < 0) give_up(report_fd, LaunchStage::seccomp, step.code);
  if (!leave_shared_table(step.listener)) give_up(report_fd, LaunchStage::files, errno);
  static_cast<void>(!::write(report_fd, &step, sizeof step));
  give_up(report_fd, LaunchStage::execve, exec_first(plan));
}

}  // namespace

pid_t clone_target(const KeeperPlan& plan, int report_fd) {
  const long pid = ::syscall(SYS_clone, CLONE_FILES | SIGCHLD, 0, 0, 0, 0);
  if (pid == 0) become_target(plan, report_fd);
  return static_cast<pid_t>(pid);
}

}  // namespace bigfoot
