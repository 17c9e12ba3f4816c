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
template <FileArguments where>
void names(Calls& calls, Notification notification) {
  calls.files.take(std::move(notification), where);
}

// As a kernel that is too old for it.
void not_there(Calls&, Notification notification) { static_cast<void>(std::move(notification).fail(Errno{ENOSYS})); }

// Not in the headers of Debian 12.
constexpr int kFchmodat2 = 452, kSetxattrat = 463, kGetxattrat = 464, kListxattrat = 465, kRemovexattrat = 466;

template <void (OutputCalls::*method)(Notification)>
void outputs(Calls& calls, Notification notification) {
  (calls.outputs.*method)(std::move(notification));
}

// Of a descriptor the kernel looks at 32 bits.
constexpr ArgumentTest is_descriptor(std::uint64_t number) { return {Op::masked_equal, 0, number, 0xffffffff}; }
// Folders, and names that are not opened, need nobody's answer. O_TMPFILE has the bit of O_DIRECTORY.
constexpr ArgumentTest opens_a_file(unsigned index) {
  return {Op::masked_equal, index, 0, O_DIRECTORY | O_PATH};
}
// fstat(3) is newfstatat with this flag and an empty path: as frequent as opens. (With the flag and a path it is not seen.)
constexpr ArgumentTest names_a_path(unsigned index) { return {Op::masked_equal, index, 0, AT_EMPTY_PATH}; }

using Names = FileArguments;
using Do = FileCall::Operation;
using Follow = FileArguments::Follow;
using Layout = FileArguments::Layout;
constexpr Names kOpen{.operation = Do::open, .flags = 1, .mode = 2};
constexpr Names kOpenat{.operation = Do::open, .folder = 0, .path = 1, .flags = 2, .mode = 3};
constexpr Names kAttributes{.operation = Do::attributes};
constexpr Names kLinkAttributes{.operation = Do::attributes, .follow = Follow::never};

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
    TrappedCall{"openat",         SYS_openat,         When::opens, {opens_a_file(2)}, names<kOpenat>, "open(2)"},
    TrappedCall{"openat",         SYS_openat,         When::files, {}, names<kOpenat>, "open(2)"},
    TrappedCall{"openat2",        SYS_openat2,        When::opens, {},
                names<Names{.operation = Do::open, .folder = 0, .path = 1, .flags = 2, .size = 3, .layout = Layout::open_how}>,
                "openat2(2)"},
    TrappedCall{"newfstatat",     SYS_newfstatat,     When::looks, {names_a_path(3)},
                names<Names{.operation = Do::look, .folder = 0, .path = 1, .follow = Follow::unless_nofollow, .at_flags = 3,
                            .buffer = 2}>, "stat(2)"},
    TrappedCall{"statx",          SYS_statx,          When::looks, {names_a_path(2)},
                names<Names{.operation = Do::look, .folder = 0, .path = 1, .follow = Follow::unless_nofollow, .at_flags = 2,
                            .buffer = 4, .layout = Layout::statx}>, "statx(2)"},
    TrappedCall{"faccessat",      SYS_faccessat,      When::looks, {},
                names<Names{.operation = Do::access, .folder = 0, .path = 1, .flags = 2}>, "access(2)"},
    TrappedCall{"faccessat2",     SYS_faccessat2,     When::looks, {names_a_path(3)},
                names<Names{.operation = Do::access, .folder = 0, .path = 1, .follow = Follow::unless_nofollow, .at_flags = 3,
                            .flags = 2}>, "access(2)"},
    TrappedCall{"readlinkat",     SYS_readlinkat,     When::files, {},
                names<Names{.operation = Do::read_link, .folder = 0, .path = 1, .follow = Follow::never, .buffer = 2, .size = 3}>,
                "readlink(2)"},
    TrappedCall{"getdents64",     SYS_getdents64,     When::files, {}, files<&FileCalls::list>, "getdents(2)"},
    TrappedCall{"mkdirat",        SYS_mkdirat,        When::files, {},
                names<Names{.operation = Do::make_folder, .folder = 0, .path = 1, .follow = Follow::never, .mode = 2}>,
                "mkdir(2)"},
    TrappedCall{"mknodat",        SYS_mknodat,        When::files, {},
                names<Names{.operation = Do::make_node, .folder = 0, .path = 1, .follow = Follow::never, .mode = 2}>,
                "mknod(2)"},
    TrappedCall{"unlinkat",       SYS_unlinkat,       When::files, {},
                names<Names{.operation = Do::remove, .folder = 0, .path = 1, .follow = Follow::never, .at_flags = 2}>,
                "unlink(2)"},
    TrappedCall{"renameat2",      SYS_renameat2,      When::files, {},
                names<Names{.operation = Do::rename, .folder = 0, .path = 1, .other_folder = 2, .other = 3,
                            .follow = Follow::never, .flags = 4}>, "rename(2)"},
    TrappedCall{"linkat",         SYS_linkat,         When::files, {},
                names<Names{.operation = Do::link, .folder = 0, .path = 1, .other_folder = 2, .other = 3,
                            .follow = Follow::if_asked, .at_flags = 4}>, "link(2)"},
    TrappedCall{"symlinkat",      SYS_symlinkat,      When::files, {},
                names<Names{.operation = Do::symbolic_link, .folder = 1, .path = 2, .other = 0, .follow = Follow::never}>,
                "symlink(2)"},
    TrappedCall{"fchmodat",       SYS_fchmodat,       When::files, {},
                names<Names{.operation = Do::change_mode, .folder = 0, .path = 1, .mode = 2}>, "chmod(2)"},
    TrappedCall{"fchmodat2",      kFchmodat2,         When::files, {},
                names<Names{.operation = Do::change_mode, .folder = 0, .path = 1, .follow = Follow::unless_nofollow,
                            .at_flags = 3, .mode = 2}>, "chmod(2)"},
    TrappedCall{"fchownat",       SYS_fchownat,       When::files, {},
                names<Names{.operation = Do::change_owner, .folder = 0, .path = 1, .follow = Follow::unless_nofollow,
                            .at_flags = 4}>, "chown(2)"},
    TrappedCall{"truncate",       SYS_truncate,       When::files, {},
                names<Names{.operation = Do::truncate, .length = 1}>, "truncate(2)"},
    TrappedCall{"utimensat",      SYS_utimensat,      When::files, {},
                names<Names{.operation = Do::set_times, .folder = 0, .path = 1, .follow = Follow::unless_nofollow,
                            .at_flags = 3, .times = 2}>, "utimensat(2)"},
    TrappedCall{"getxattr",       SYS_getxattr,       When::files, {}, names<kAttributes>, "getxattr(2)"},
    TrappedCall{"setxattr",       SYS_setxattr,       When::files, {}, names<kAttributes>, "setxattr(2)"},
    TrappedCall{"listxattr",      SYS_listxattr,      When::files, {}, names<kAttributes>, "listxattr(2)"},
    TrappedCall{"removexattr",    SYS_removexattr,    When::files, {}, names<kAttributes>, "removexattr(2)"},
    TrappedCall{"lgetxattr",      SYS_lgetxattr,      When::files, {}, names<kLinkAttributes>, "getxattr(2)"},
    TrappedCall{"lsetxattr",      SYS_lsetxattr,      When::files, {}, names<kLinkAttributes>, "setxattr(2)"},
    TrappedCall{"llistxattr",     SYS_llistxattr,     When::files, {}, names<kLinkAttributes>, "listxattr(2)"},
    TrappedCall{"lremovexattr",   SYS_lremovexattr,   When::files, {}, names<kLinkAttributes>, "removexattr(2)"},
    TrappedCall{"setxattrat",     kSetxattrat,        When::files, {}, not_there, "setxattr(2)"},
    TrappedCall{"getxattrat",     kGetxattrat,        When::files, {}, not_there, "getxattr(2)"},
    TrappedCall{"listxattrat",    kListxattrat,       When::files, {}, not_there, "listxattr(2)"},
    TrappedCall{"removexattrat",  kRemovexattrat,     When::files, {}, not_there, "removexattr(2)"},
    TrappedCall{"chroot",         SYS_chroot,         When::files, {}, files<&FileCalls::change_roots>, "chroot(2)"},
    TrappedCall{"pivot_root",     SYS_pivot_root,     When::files, {}, files<&FileCalls::change_roots>, "pivot_root(2)"},
    TrappedCall{"setns",          SYS_setns,          When::files, {}, files<&FileCalls::change_roots>, "setns(2)"},
    TrappedCall{"mount",          SYS_mount,          When::files, {}, files<&FileCalls::mount>, "mount(2)"},
    TrappedCall{"umount2",        SYS_umount2,        When::files, {}, files<&FileCalls::change_roots>, "umount(2)"},
    TrappedCall{"move_mount",     SYS_move_mount,     When::files, {}, files<&FileCalls::change_roots>, "move_mount(2)"},
#if defined(SYS_renameat)  // AArch64's newer C libraries have none
    TrappedCall{"renameat",       SYS_renameat,       When::files, {},
                names<Names{.operation = Do::rename, .folder = 0, .path = 1, .other_folder = 2, .other = 3,
                            .follow = Follow::never}>, "rename(2)"},
#endif
#if defined(__x86_64__)  // AArch64 has none of these
    TrappedCall{"open",           SYS_open,           When::opens, {opens_a_file(1)}, names<kOpen>, "open(2)"},
    TrappedCall{"open",           SYS_open,           When::files, {}, names<kOpen>, "open(2)"},
    TrappedCall{"creat",          SYS_creat,          When::files, {},
                names<Names{.operation = Do::open, .mode = 1, .layout = Layout::creat}>, "creat(2)"},
    TrappedCall{"stat",           SYS_stat,           When::looks, {}, names<Names{.operation = Do::look, .buffer = 1}>, "stat(2)"},
    TrappedCall{"lstat",          SYS_lstat,          When::looks, {},
                names<Names{.operation = Do::look, .follow = Follow::never, .buffer = 1}>, "stat(2)"},
    TrappedCall{"access",         SYS_access,         When::looks, {}, names<Names{.operation = Do::access, .flags = 1}>,
                "access(2)"},
    TrappedCall{"readlink",       SYS_readlink,       When::files, {},
                names<Names{.operation = Do::read_link, .follow = Follow::never, .buffer = 1, .size = 2}>, "readlink(2)"},
    TrappedCall{"mkdir",          SYS_mkdir,          When::files, {},
                names<Names{.operation = Do::make_folder, .follow = Follow::never, .mode = 1}>, "mkdir(2)"},
    TrappedCall{"mknod",          SYS_mknod,          When::files, {},
                names<Names{.operation = Do::make_node, .follow = Follow::never, .mode = 1}>, "mknod(2)"},
    TrappedCall{"unlink",         SYS_unlink,         When::files, {},
                names<Names{.operation = Do::remove, .follow = Follow::never}>, "unlink(2)"},
    TrappedCall{"rmdir",          SYS_rmdir,          When::files, {},
                names<Names{.operation = Do::remove_folder, .follow = Follow::never}>, "rmdir(2)"},
    TrappedCall{"rename",         SYS_rename,         When::files, {},
                names<Names{.operation = Do::rename, .other = 1, .follow = Follow::never}>, "rename(2)"},
    TrappedCall{"link",           SYS_link,           When::files, {},
                names<Names{.operation = Do::link, .other = 1, .follow = Follow::never}>, "link(2)"},
    TrappedCall{"symlink",        SYS_symlink,        When::files, {},
                names<Names{.operation = Do::symbolic_link, .path = 1, .other = 0, .follow = Follow::never}>, "symlink(2)"},
    TrappedCall{"chmod",          SYS_chmod,          When::files, {},
                names<Names{.operation = Do::change_mode, .mode = 1}>, "chmod(2)"},
    TrappedCall{"chown",          SYS_chown,          When::files, {}, names<Names{.operation = Do::change_owner}>, "chown(2)"},
    TrappedCall{"lchown",         SYS_lchown,         When::files, {},
                names<Names{.operation = Do::change_owner, .follow = Follow::never}>, "chown(2)"},
    TrappedCall{"utime",          SYS_utime,          When::files, {},
                names<Names{.operation = Do::set_times, .times = 1, .layout = Layout::utimbuf}>, "utime(2)"},
    TrappedCall{"utimes",         SYS_utimes,         When::files, {},
                names<Names{.operation = Do::set_times, .times = 1, .layout = Layout::timeval}>, "utime(2)"},
    TrappedCall{"futimesat",      SYS_futimesat,      When::files, {},
                names<Names{.operation = Do::set_times, .folder = 0, .path = 1, .times = 2, .layout = Layout::timeval}>,
                "futimesat(2)"},
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

// By number, since this is looked up for every trapped call.
constexpr int kHighestNumber = 512;
const std::array<const TrappedCall*, kHighestNumber> kRowOf = [] {
  std::array<const TrappedCall*, kHighestNumber> out{};
  for (const TrappedCall& row : kCalls) out.at(static_cast<std::size_t>(row.number)) = &row;
  return out;
}();

}  // namespace

std::span<const TrappedCall> trapped_calls() { return kCalls; }

const TrappedCall* find_call(const Notification& notification) {
  if (notification.architecture() != kArchitecture) return nullptr;
  const int number = notification.number();
  return number < 0 || number >= kHighestNumber ? nullptr : kRowOf[static_cast<std::size_t>(number)];
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
