// tracer/probe_session.cpp - A child under a filter that traps getppid, answered in each way that the
// supervisor needs. Source: seccomp_unotify(2), close_range(2), pidfd_getfd(2), process_vm_readv(2), ptrace(2).
#include "tracer/probe_session.h"

#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <atomic>
#include <cstddef>
#include <memory>
#include <new>

#include "tracer/notification.h"
#include "tracer/remote_memory.h"

#ifndef SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV
#define SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV (1UL << 5)
#endif

namespace bigfoot {
namespace {

constexpr int kPatience = 2000;  // milliseconds for the child's part; it takes well under one

// Shared by the three processes.
struct Shared {
  SessionFindings found;
  std::atomic<int> number{-1};  // of the listener in the helper's table
};

int install(unsigned long flags) {
  sock_filter code[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_getppid, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  sock_fprog program{sizeof code / sizeof *code, code};
  return static_cast<int>(::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program));
}

int install_as_allowed(unsigned long flags, SessionFindings& found) {
  const int fd = install(flags);
  if (fd >= 0 || errno != EACCES) return fd;
  found.no_new_privs = ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0;
  return install(flags);
}

[[noreturn]] void play_target(Shared& shared, int ready) {
  SessionFindings& found = shared.found;
  constexpr unsigned long kListen = SECCOMP_FILTER_FLAG_NEW_LISTENER;
  int fd = install_as_allowed(kListen | SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV, found);
  found.killable = fd >= 0 ? 0 : errno;
  if (fd < 0) fd = install_as_allowed(kListen, found);
  found.listener = fd >= 0 ? 0 : errno;
  const auto number = static_cast<unsigned>(fd);
  if (fd >= 0) {
    const bool left = ::close_range(number, number, CLOSE_RANGE_UNSHARE) == 0 || ::unshare(CLONE_FILES) == 0;
    found.leave_table = left ? 0 : errno;
  }
  shared.number = fd;
  static_cast<void>(!::write(ready, "r", 1));
  if (fd < 0) ::_exit(0);
  ::syscall(SYS_getppid);
  ::syscall(SYS_getppid);
  ::pause();  // for the looks at memory and descriptors
  ::_exit(0);
}

int code_of(const OsResult<void>& result) { return result ? 0 : result.error().code; }

void answer_calls(int listener_fd, SessionFindings& found) {
  const auto listener = std::make_shared<const Listener>(UniqueFd(listener_fd));
  found.sync_wake_up = listener->wake_in_step() ? 0 : EINVAL;
  pollfd watched{listener_fd, POLLIN, 0};
  if (::poll(&watched, 1, kPatience) <= 0) return;
  if (OsResult<Notification> first = listener->receive())
    found.continues = code_of(std::move(*first).let_through());
  if (::poll(&watched, 1, kPatience) <= 0) return;
  if (OsResult<Notification> second = listener->receive()) {
    found.add_fd = code_of(std::move(*second).install(listener_fd, true));
  }
}

void look_into(pid_t child, const Shared& shared, SessionFindings& found) {
  char byte = 0;
  found.read_memory = code_of(RemoteMemory(Tid{child}).read(reinterpret_cast<std::uintptr_t>(&shared), &byte, 1));
  const UniqueFd pidfd(static_cast<int>(::syscall(SYS_pidfd_open, child, 0)));
  const UniqueFd taken(static_cast<int>(::syscall(SYS_pidfd_getfd, pidfd.get(), STDERR_FILENO, 0)));
  // EBADF: allowed, only that stderr is closed.
  found.take_fd = taken || errno == EBADF ? 0 : errno;
  // Last: it is not let go, and is killed in a moment.
  found.trace = ::ptrace(PTRACE_SEIZE, child, nullptr, nullptr) == 0 ? 0 : errno;
}

// In a process of its own: the child shares its table of descriptors.
[[noreturn]] void play_supervisor(Shared& shared) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) ::_exit(1);
  const long child = ::syscall(SYS_clone, CLONE_FILES | SIGCHLD, 0, 0, 0, 0);
  if (child == 0) play_target(shared, ends[1]);
  pollfd ready{ends[0], POLLIN, 0};
  if (child > 0 && ::poll(&ready, 1, kPatience) > 0 && shared.number >= 0) {
    const auto pid = static_cast<pid_t>(child);
    answer_calls(shared.number, shared.found);
    look_into(pid, shared, shared.found);
  }
  if (child > 0) ::kill(static_cast<pid_t>(child), SIGKILL);
  ::_exit(0);
}

struct Unmap {
  void operator()(Shared* shared) const { ::munmap(shared, sizeof *shared); }
};

}  // namespace

OsResult<SessionFindings> try_session() {
  void* memory = ::mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return os_error("mmap");
  const std::unique_ptr<Shared, Unmap> shared(new (memory) Shared);
  const pid_t helper = ::fork();
  if (helper < 0) return os_error("fork");
  if (helper == 0) play_supervisor(*shared);
  ::waitpid(helper, nullptr, 0);
  return shared->found;
}

}  // namespace bigfoot
