// tracer/remote_memory.h - The target's memory. Source: process_vm_readv(2), proc(5) ("/proc/PID/mem").
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "tracer/ids.h"
#include "tracer/os.h"

namespace bigfoot {

/// Reads and writes the memory of the thread that waits in a notification. What was read belongs to that
/// thread only while Notification::alive() says so afterwards: ask it before acting.
class RemoteMemory {
 public:
  explicit RemoteMemory(Tid tid) : tid_(tid) {}
  /// All `size` bytes or an error; EFAULT where a part is not mapped.
  OsResult<void> read(std::uint64_t address, void* to, std::size_t size) const;
  OsResult<void> write(std::uint64_t address, const void* from, std::size_t size) const;
  template <class T>
  OsResult<T> read(RemotePtr<T> pointer) const {
    T value{};
    const OsResult<void> done = read(pointer.address, &value, sizeof value);
    if (!done) return std::unexpected(done.error());
    return value;
  }
  /// Up to the terminating NUL, which is not part of the result; ENAMETOOLONG beyond `limit` bytes.
  OsResult<std::string> read_string(RemotePtr<char> text, std::size_t limit) const;

 private:
  Tid tid_;
};

}  // namespace bigfoot
