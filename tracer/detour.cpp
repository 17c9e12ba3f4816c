// tracer/detour.cpp - Registers as syscall(2) lists them for each architecture; linux/kernel/signal.c (get_signal) for the
// order: a stop asked for by PTRACE_INTERRUPT comes before the next signal is taken.
#include "tracer/detour.h"

#include <elf.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>

namespace bigfoot {
namespace {

OsResult<void> trace(__ptrace_request request, pid_t tid, void* address, void* data) {
  if (::ptrace(request, tid, address, data) != 0) return os_error("ptrace");
  return {};
}

#if defined(__x86_64__)
bool is_in_exec(const user_regs_struct& registers) {
  return registers.orig_rax == SYS_execve || registers.orig_rax == SYS_execveat;
}

void set_call(user_regs_struct& registers, long number, const std::array<std::uint64_t, 5>& arguments) {
  constexpr int kInstruction = 2;  // syscall: 0f 05
  registers.rip -= kInstruction;
  registers.rax = static_cast<std::uint64_t>(number);
  registers.orig_rax = ~0ULL;  // in no call: there is nothing for the kernel to restart
  registers.rdi = arguments[0];
  registers.rsi = arguments[1];
  registers.rdx = arguments[2];
  registers.r10 = arguments[3];
  registers.r8 = arguments[4];
}
#elif defined(__aarch64__)
bool is_in_exec(const user_regs_struct& registers) {
  return registers.regs[8] == SYS_execve || registers.regs[8] == SYS_execveat;
}

void set_call(user_regs_struct& registers, long number, const std::array<std::uint64_t, 5>& arguments) {
  constexpr int kInstruction = 4;  // svc #0
  // Without WAIT_KILLABLE_RECV the stop itself may have ended the call: the kernel has gone back already then.
  const auto answer = static_cast<std::uint64_t>(-static_cast<std::int64_t>(Detour::kAnswer));
  if (registers.regs[0] == answer) registers.pc -= kInstruction;
  registers.regs[8] = static_cast<std::uint64_t>(number);
  for (std::size_t i = 0; i < arguments.size(); ++i) registers.regs[i] = arguments[i];
}
#else
#error "detour.cpp: add this architecture's registers of a system call"
#endif

}  // namespace

OsResult<Detour> Detour::seize(Tid tid) {
  const OsResult<void> done = trace(PTRACE_SEIZE, static_cast<pid_t>(tid), nullptr, nullptr);
  if (!done) return std::unexpected(done.error());
  return Detour(static_cast<pid_t>(tid));
}

void Detour::interrupt() {
  static_cast<void>(trace(PTRACE_INTERRUPT, tid_, nullptr, nullptr));  // ESRCH: wait() will tell
}

OsResult<void> Detour::wait() {
  int status = 0;
  pid_t changed = 0;
  do {
    changed = ::waitpid(tid_, &status, __WALL | __WNOTHREAD);
  } while (changed < 0 && errno == EINTR);
  if (changed != tid_ || !WIFSTOPPED(status)) {
    tid_ = 0;
    return std::unexpected(OsError{"waitpid", ESRCH});
  }
  stopped_ = true;
  const bool event = status >> 16 != 0;  // PTRACE_EVENT_STOP, also where the whole process is being stopped
  if (!event) signal_ = WSTOPSIG(status);
  return {};
}

OsResult<void> Detour::divert(long number, const std::array<std::uint64_t, 5>& arguments) {
  user_regs_struct registers{};
  iovec all{&registers, sizeof registers};
  void* const kind = reinterpret_cast<void*>(NT_PRSTATUS);
  if (const OsResult<void> done = trace(PTRACE_GETREGSET, tid_, kind, &all); !done) return done;
  if (!is_in_exec(registers)) return std::unexpected(OsError{"ptrace", ESRCH});
  set_call(registers, number, arguments);
  return trace(PTRACE_SETREGSET, tid_, kind, &all);
}

Detour::~Detour() {
  if (tid_ == 0) return;
  if (!stopped_) {
    interrupt();
    if (!wait()) return;
  }
  void* const signal = reinterpret_cast<void*>(static_cast<std::intptr_t>(signal_));
  // Killed in its stop it stays ours until it has been waited for, and whoever waits for its end (the exec of another of
  // its threads, its parent) waits for us.
  if (!trace(PTRACE_DETACH, tid_, nullptr, signal)) static_cast<void>(wait());
}

}  // namespace bigfoot
