// tracer/calls.cpp - The table of trapped calls, and the short functions of those that need no more.
// Source: the manual page in each row; kernel-notes.md for why.
#include "tracer/calls.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/audit.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include <algorithm>
#include <array>

#include "tracer/datagram_calls.h"
#include "tracer/delivery.h"
#include "tracer/exec_calls.h"
#include "tracer/file_calls.h"
#include "tracer/output_calls.h"
#include "tracer/processes.h"
#include "tracer/socket_calls.h"

namespace bigfoot {
namespace {

#if defined(__x86_64__)
constexpr std::uint32_t kArchitecture = AUDIT_ARCH_X86_64;
constexpr std::uint32_t kForeignArchitecture = AUDIT_ARCH_I386;
constexpr int kForeignNumberBit = 0x40000000;  // asm/unistd.h: __X32_SYSCALL_BIT
constexpr std::array kForeignEnds{1, 252};     // i386 exit, exit_group
#elif defined(__aarch64__)
constexpr std::uint32_t kArchitecture = AUDIT_ARCH_AARCH64;
constexpr std::uint32_t kForeignArchitecture = AUDIT_ARCH_ARM;
constexpr int kForeignNumberBit = 0;
constexpr std::array kForeignEnds{1, 248};  // 32-bit ARM exit, exit_group
#else
#error "calls.cpp: add this architecture's AUDIT_ARCH_ value and its 32-bit sibling's"
#endif

using Op = ArgumentTest::Op;
using When = TrappedCall::When;

void io_uring_setup(Calls& calls, Notification notification) {
  if (const auto who = calls.processes.identify(notification.tid())) {
    calls.delivery.notice(who->caller.pid,
                          "io_uring_setup answered ENOSYS: its calls would go round the filter");
  }
  static_cast<void>(std::move(notification).fail(Errno{ENOSYS}));
}

// A process that is not dumpable cannot be read, except by root.
void pretend_success(Calls&, Notification notification) {
  static_cast<void>(std::move(notification).succeed(0));
}

template <void (SocketCalls::*method)(Notification)>
void sockets(Calls& calls, Notification notification) {
  (calls.sockets.*method)(std::move(notification));
}
template <void (DatagramCalls::*method)(Notification)>
void datagrams(Calls& calls, Notification notification) {
  (calls.datagrams.*method)(std::move(notification));
}
template <void (ExecCalls::*method)(Notification)>
void programs(Calls& calls, Notification notification) {
  (calls.exec.*method)(std::move(notification));
}

template <void (FileCalls::*method)(Notification)>
void files(Calls& calls, Notification notification) {
  (calls.files.*method)(std::move(notification));
}

template <void (OutputCalls::*method)(Notification)>
void outputs(Calls& calls, Notification notification) {
  (calls.outputs.*method)(std::move(notification));
}

// Of a descriptor the kernel looks at 32 bits.
constexpr ArgumentTest is_descriptor(std::uint64_t number) { return {Op::masked_equal, 0, number, 0xffffffff}; }
// Opens for reading a file pass. O_TMPFILE has the bit of O_DIRECTORY and one of its own.
constexpr ArgumentTest only_reads(unsigned index) {
  return {Op::masked_equal, index, 0, FileCalls::kNotForReading};
}
// fstat(3) is newfstatat with this flag and an empty path.
constexpr ArgumentTest names_a_path(unsigned index) { return {Op::masked_equal, index, 0, AT_EMPTY_PATH}; }

// The rows of one number share one function.
// clang-format off
const std::array kCalls{
    TrappedCall{"connect",        SYS_connect,        When::always, {}, sockets<&SocketCalls::connect>, "connect(2)"},
    TrappedCall{"bind",           SYS_bind,           When::always, {}, sockets<&SocketCalls::bind>, "bind(2)"},
    TrappedCall{"listen",         SYS_listen,         When::always, {}, sockets<&SocketCalls::listen>, "listen(2)"},
    TrappedCall{"getpeername",    SYS_getpeername,    When::always, {}, sockets<&SocketCalls::getpeername>,
                "getpeername(2)"},
    TrappedCall{"socket",         SYS_socket,         When::sockets_owned, {{Op::equal, 0, AF_INET}},
                sockets<&SocketCalls::socket>, "socket(2)"},
    TrappedCall{"socket",         SYS_socket,         When::sockets_owned, {{Op::equal, 0, AF_INET6}},
                sockets<&SocketCalls::socket>, "socket(2)"},
    TrappedCall{"socket",         SYS_socket,         When::sockets_owned, {{Op::equal, 0, AF_UNIX}},
                sockets<&SocketCalls::socket>, "socket(2)"},
    // Argument 4 is the address: without one there is nothing to redirect.
    TrappedCall{"sendto",         SYS_sendto,         When::always, {{Op::not_equal, 4, 0}},
                datagrams<&DatagramCalls::sendto>, "send(2)"},
    TrappedCall{"sendmsg",        SYS_sendmsg,        When::always, {}, datagrams<&DatagramCalls::sendmsg>, "send(2)"},
    TrappedCall{"sendmmsg",       SYS_sendmmsg,       When::always, {}, datagrams<&DatagramCalls::sendmmsg>,
                "sendmmsg(2)"},
    TrappedCall{"recvfrom",       SYS_recvfrom,       When::always, {{Op::not_equal, 4, 0}},
                datagrams<&DatagramCalls::recvfrom>, "recv(2)"},
    TrappedCall{"recvmsg",        SYS_recvmsg,        When::always, {}, datagrams<&DatagramCalls::recvmsg>, "recv(2)"},
    TrappedCall{"recvmmsg",       SYS_recvmmsg,       When::always, {}, datagrams<&DatagramCalls::recvmmsg>,
                "recvmmsg(2)"},
    TrappedCall{"execve",         SYS_execve,         When::always, {}, programs<&ExecCalls::execve>, "execve(2)"},
    TrappedCall{"execveat",       SYS_execveat,       When::always, {}, programs<&ExecCalls::execveat>, "execveat(2)"},
    TrappedCall{"openat",         SYS_openat,         When::opens, {only_reads(2)}, files<&FileCalls::openat>, "open(2)"},
    TrappedCall{"openat2",        SYS_openat2,        When::opens, {}, files<&FileCalls::openat2>, "openat2(2)"},
    TrappedCall{"newfstatat",     SYS_newfstatat,     When::looks, {names_a_path(3)}, files<&FileCalls::newfstatat>,
                "stat(2)"},
    TrappedCall{"statx",          SYS_statx,          When::looks, {names_a_path(2)}, files<&FileCalls::statx>,
                "statx(2)"},
    TrappedCall{"faccessat",      SYS_faccessat,      When::looks, {}, files<&FileCalls::faccessat>, "access(2)"},
    TrappedCall{"faccessat2",     SYS_faccessat2,     When::looks, {names_a_path(3)}, files<&FileCalls::faccessat2>,
                "access(2)"},
#if defined(__x86_64__)  // AArch64 has none of these
    TrappedCall{"open",           SYS_open,           When::opens, {only_reads(1)}, files<&FileCalls::open>, "open(2)"},
    TrappedCall{"stat",           SYS_stat,           When::looks, {}, files<&FileCalls::stat>, "stat(2)"},
    TrappedCall{"lstat",          SYS_lstat,          When::looks, {}, files<&FileCalls::lstat>, "stat(2)"},
    TrappedCall{"access",         SYS_access,         When::looks, {}, files<&FileCalls::access>, "access(2)"},
#endif
    TrappedCall{"write",          SYS_write,          When::outputs, {is_descriptor(1)}, outputs<&OutputCalls::write>,
                "write(2)"},
    TrappedCall{"write",          SYS_write,          When::outputs, {is_descriptor(2)}, outputs<&OutputCalls::write>,
                "write(2)"},
    TrappedCall{"writev",         SYS_writev,         When::outputs, {is_descriptor(1)}, outputs<&OutputCalls::writev>,
                "writev(2)"},
    TrappedCall{"writev",         SYS_writev,         When::outputs, {is_descriptor(2)}, outputs<&OutputCalls::writev>,
                "writev(2)"},
    TrappedCall{"io_uring_setup", SYS_io_uring_setup, When::always, {}, io_uring_setup, "io_uring_setup(2)"},
    TrappedCall{"prctl",          SYS_prctl,          When::always,
                {{Op::equal, 0, PR_SET_DUMPABLE}, {Op::equal, 1, 0}}, pretend_success, "PR_SET_DUMPABLE(2const)"},
};
// clang-format on

}  // namespace

std::span<const TrappedCall> trapped_calls() { return kCalls; }

const TrappedCall* find_call(const Notification& notification) {
  if (notification.architecture() != kArchitecture) return nullptr;
  const auto row = std::find_if(kCalls.begin(), kCalls.end(), [&](const TrappedCall& call) {
    return call.number == notification.number();
  });
  return row == kCalls.end() ? nullptr : &*row;
}

void refuse_foreign(Calls& calls, Notification notification) {
  const bool sibling = notification.architecture() == kForeignArchitecture;
  const bool ends =
      std::find(kForeignEnds.begin(), kForeignEnds.end(), notification.number()) != kForeignEnds.end();
  if (sibling && ends) {
    static_cast<void>(std::move(notification).let_through());
    return;
  }
  const bool x32 = !sibling && (notification.number() & kForeignNumberBit) != 0;
  if (const auto who = calls.processes.identify(notification.tid())) {
    calls.delivery.notice(
        who->caller.pid,
        fmt::format("{} program refused: its system calls are answered ENOSYS", x32 ? "x32" : "32-bit"));
  }
  static_cast<void>(std::move(notification).fail(Errno{ENOSYS}));
}

}  // namespace bigfoot
