// runner/trust/sealed_file.cpp - see sealed_file.h.
#include "runner/trust/sealed_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace bigfoot {
namespace {

// Where sysctl vm.memfd_noexec is 2 no other is made; Linux before 6.3 does not know it.
#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL 0x0008U
#endif

UniqueFd new_memory() {
  constexpr const char* kName = "bigfoot-run-ca";
  UniqueFd memory(::memfd_create(kName, MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_NOEXEC_SEAL));
  if (!memory && errno == EINVAL) memory = UniqueFd(::memfd_create(kName, MFD_CLOEXEC | MFD_ALLOW_SEALING));
  return memory;
}

}  // namespace

OsResult<UniqueFd> sealed_file(std::string_view content) {
  UniqueFd memory = new_memory();
  if (!memory) return os_error("memfd_create");
  while (!content.empty()) {
    const ssize_t written = ::write(memory.get(), content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return os_error("write");
    content.remove_prefix(static_cast<std::size_t>(written));
  }
  constexpr mode_t kReadOnly = 0444;
  if (::fchmod(memory.get(), kReadOnly) != 0) return os_error("fchmod");
  if (::fcntl(memory.get(), F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE) != 0) return os_error("fcntl");
  return memory;
}

}  // namespace bigfoot
