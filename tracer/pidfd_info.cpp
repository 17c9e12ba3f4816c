// tracer/pidfd_info.cpp - See pidfd_info.h.
#include "tracer/pidfd_info.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>

#include "tracer/os.h"

namespace bigfoot {
namespace {

static_assert(sizeof(PidfdInfo) == 64, "PIDFD_INFO_SIZE_VER0");
constexpr unsigned long kGetInfo = _IOWR(0xFF, 11, PidfdInfo);
constexpr std::uint64_t kMostly = 3;     // PIDFD_INFO_PID | PIDFD_INFO_CREDS
constexpr unsigned kOfThread = O_EXCL;  // PIDFD_THREAD of 6.9

}  // namespace

std::optional<PidfdInfo> pidfd_info(int pidfd, std::uint64_t mask) {
  PidfdInfo info{};
  info.mask = mask;
  if (::ioctl(pidfd, kGetInfo, &info) != 0 || (info.mask & mask) != mask) return std::nullopt;
  return info;
}

std::optional<PidfdInfo> thread_info(Tid tid) {
  const UniqueFd pidfd(static_cast<int>(::syscall(SYS_pidfd_open, static_cast<pid_t>(tid), kOfThread)));
  if (!pidfd) return std::nullopt;
  return pidfd_info(pidfd.get(), kMostly);
}

}  // namespace bigfoot
