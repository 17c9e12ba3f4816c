// tracer/probe.cpp - The lines of `doctor`: what was tried, what it means, what helps. Source:
// kernel-notes.md.
#include "tracer/probe.h"

#include <fmt/format.h>
#include <ifaddrs.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cstring>
#include <fstream>

#include "tracer/loopback.h"
#include "tracer/address.h"
#include "tracer/probe_session.h"

namespace bigfoot {
namespace {

using State = ProbeResult::State;

/// A feature of the session, and what its absence means.
struct Row {
  const char* feature;
  const char* call;
  int SessionFindings::*result;
  State without;
  const char* cure;
};

constexpr const char* kKernel = "use Linux 5.14 or newer, and allow seccomp(2) in the container's profile";
constexpr Row kRows[] = {
    {"seccomp user notification", "seccomp", &SessionFindings::listener, State::missing, kKernel},
    {"letting a trapped call go on", "ioctl(NOTIF_SEND)", &SessionFindings::continues, State::missing,
     kKernel},
    {"installing a descriptor as the answer", "ioctl(NOTIF_ADDFD)", &SessionFindings::add_fd, State::missing,
     kKernel},
    {"handing the listener over", "close_range", &SessionFindings::leave_table, State::missing,
     "allow close_range(2) or unshare(2) in the container's profile"},
    {"reading the target's memory", "process_vm_readv", &SessionFindings::read_memory, State::missing,
     "set kernel.yama.ptrace_scope to 1 or less, or give CAP_SYS_PTRACE"},
    {"taking the target's descriptors", "pidfd_getfd", &SessionFindings::take_fd, State::degraded,
     "works all the same, with sockets made by the supervisor; sockets from before the run are out of reach. "
     "docker run --cap-add SYS_PTRACE allows it"},
    {"replacing a program", "ptrace", &SessionFindings::trace, State::degraded,
     "commands cannot be mocked; docker or podman run --cap-add SYS_PTRACE, or kernel.yama.ptrace_scope 1, allows it"},
    {"calls undisturbed by signals", "seccomp", &SessionFindings::killable, State::degraded,
     "Linux 5.19 or newer; before it a program that gets many signals may be slow"},
    {"waking on the same CPU", "ioctl(NOTIF_SET_FLAGS)", &SessionFindings::sync_wake_up, State::degraded,
     "Linux 6.6 or newer; before it trapped calls are slower"},
};

std::string name_of_errno(int code) {
  const char* name = ::strerrorname_np(code);
  return name != nullptr ? name : fmt::format("errno {}", code);
}

ProbeResult judged(const Row& row, const SessionFindings& found) {
  const int code = found.*row.result;
  ProbeResult out{State::ok, row.feature, "works", ""};
  if (code == 0) return out;
  out.state = row.without;
  out.found = fmt::format("{} from {}", name_of_errno(code), row.call);
  out.cure = row.cure;
  if (row.result == &SessionFindings::listener && code == EBUSY) {
    out.cure = "this is inside another bigfoot-run: one listener a process tree is all the kernel allows";
  }
  return out;
}

ProbeResult privileges(const SessionFindings& found) {
  if (!found.no_new_privs) return {State::ok, "set-user-ID programs under test", "keep their rights", ""};
  return {State::degraded, "set-user-ID programs under test", "run without their rights (no_new_privs)",
          "run as root or with CAP_SYS_ADMIN, where a test needs such a program"};
}

ProbeResult yama() {
  std::ifstream file("/proc/sys/kernel/yama/ptrace_scope");
  int scope = 0;
  if (!(file >> scope)) return {State::ok, "Yama", "not in this kernel", ""};
  if (scope <= 1) return {State::ok, "Yama", fmt::format("ptrace_scope {}", scope), ""};
  return {State::degraded, "Yama", fmt::format("ptrace_scope {}", scope),
          "with 2, CAP_SYS_PTRACE is needed; with 3, nothing helps but a restart with a lower one"};
}

ProbeResult loopback6() {
  const UniqueFd probe(::socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in6 address{};
  address.sin6_family = AF_INET6;
  address.sin6_addr = IN6ADDR_LOOPBACK_INIT;
  if (probe && ::bind(probe.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0) {
    return {State::ok, "::1", "there", ""};
  }
  return {State::degraded, "::1", fmt::format("{} from bind", name_of_errno(errno)),
          "IPv6 sockets go by ::ffff:127.0.0.1 instead; those with IPV6_V6ONLY cannot"};
}

ProbeResult interfaces() {
  if (!loopback_is_up()) return {State::missing, "interfaces", "loopback is down", kLoopbackCure};
  ifaddrs* list = nullptr;
  bool other = false;
  if (::getifaddrs(&list) != 0) return {State::degraded, "interfaces", "unknown", "allow AF_NETLINK sockets"};
  for (const ifaddrs* entry = list; entry != nullptr; entry = entry->ifa_next) {
    if (entry->ifa_addr == nullptr) continue;
    const SocketAddress address = to_address(entry->ifa_addr, sizeof(sockaddr_storage));
    const auto* inet = std::get_if<InetAddress>(&address);
    other = other || (inet != nullptr && !inet->is_loopback());
  }
  ::freeifaddrs(list);
  if (other) return {State::ok, "interfaces", "more than loopback", ""};
  return {State::ok, "interfaces", "loopback only: getaddrinfo's AI_ADDRCONFIG is told of both families", ""};
}

}  // namespace

std::vector<ProbeResult> probe_machine() {
  std::vector<ProbeResult> out;
  const OsResult<SessionFindings> found = try_session();
  if (!found) {
    out.push_back({State::missing, "seccomp user notification", to_text(found.error()), kKernel});
  } else {
    for (const Row& row : kRows) {
      if ((*found).*row.result >= 0) out.push_back(judged(row, *found));  // else what it needs is missing already
    }
    out.push_back(privileges(*found));
  }
  out.push_back(yama());
  out.push_back(loopback6());
  out.push_back(interfaces());
  return out;
}

}  // namespace bigfoot
