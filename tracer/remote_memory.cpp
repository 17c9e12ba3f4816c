// tracer/remote_memory.cpp - process_vm_readv, or /proc/TID/mem where a container forbids the former.
#include "tracer/remote_memory.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/uio.h>

#include <algorithm>
#include <cstring>

namespace bigfoot {
namespace {

constexpr std::size_t kPage =
    4096;  // the smallest page of both architectures: a string may end just before a hole

// Docker before 19.03 forbids process_vm_readv without CAP_SYS_PTRACE, but not the file.
bool forbidden(int code) { return code == EPERM || code == ENOSYS; }

OsResult<UniqueFd> open_mem(Tid tid, int flags) {
  UniqueFd mem(::open(fmt::format("/proc/{}/mem", static_cast<pid_t>(tid)).c_str(), flags | O_CLOEXEC));
  if (!mem) return os_error("open");
  return mem;
}

OsResult<void> whole(ssize_t done, std::size_t size, const char* call) {
  if (done < 0) return os_error(call);
  if (static_cast<std::size_t>(done) != size) return std::unexpected(OsError{call, EFAULT});
  return {};
}

}  // namespace

OsResult<void> RemoteMemory::read(std::uint64_t address, void* to, std::size_t size) const {
  if (size == 0) return {};
  iovec local{to, size};
  iovec remote{reinterpret_cast<void*>(address), size};
  const ssize_t done = ::process_vm_readv(static_cast<pid_t>(tid_), &local, 1, &remote, 1, 0);
  if (done >= 0 || !forbidden(errno)) return whole(done, size, "process_vm_readv");
  const OsResult<UniqueFd> mem = open_mem(tid_, O_RDONLY);
  if (!mem) return std::unexpected(mem.error());
  return whole(::pread(mem->get(), to, size, static_cast<off_t>(address)), size, "pread");
}

OsResult<void> RemoteMemory::write(std::uint64_t address, const void* from, std::size_t size) const {
  if (size == 0) return {};
  iovec local{const_cast<void*>(from), size};
  iovec remote{reinterpret_cast<void*>(address), size};
  const ssize_t done = ::process_vm_writev(static_cast<pid_t>(tid_), &local, 1, &remote, 1, 0);
  if (done >= 0 || !forbidden(errno)) return whole(done, size, "process_vm_writev");
  const OsResult<UniqueFd> mem = open_mem(tid_, O_RDWR);
  if (!mem) return std::unexpected(mem.error());
  return whole(::pwrite(mem->get(), from, size, static_cast<off_t>(address)), size, "pwrite");
}

OsResult<std::string> RemoteMemory::read_string(RemotePtr<char> text, std::size_t limit) const {
  std::string out;
  std::uint64_t at = text.address;
  while (out.size() < limit) {
    char part[kPage];
    const std::size_t size = std::min<std::size_t>(kPage - at % kPage, limit - out.size());
    const OsResult<void> done = read(at, part, size);
    if (!done) return std::unexpected(done.error());
    const std::size_t length = ::strnlen(part, size);
    out.append(part, length);
    if (length < size) return out;
    at += size;
  }
  return std::unexpected(OsError{"read_string", ENAMETOOLONG});
}

}  // namespace bigfoot
