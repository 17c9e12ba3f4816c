// tracer/os.h - Results of system calls made by the supervisor itself, and the owner of a descriptor.
#pragma once

#include <unistd.h>

#include <cerrno>
#include <expected>
#include <string>
#include <utility>

namespace bigfoot {

/// A system call of ours that failed. `call` is its name as strace shows it; `code` a positive errno.
struct OsError {
  const char* call = "";
  int code = 0;
};
template <class T>
using OsResult = std::expected<T, OsError>;

inline std::unexpected<OsError> os_error(const char* call) { return std::unexpected(OsError{call, errno}); }
/// "connect: Connection refused (ECONNREFUSED)"
std::string to_text(const OsError& error);
/// "ECONNREFUSED"; the number where it has no name.
std::string errno_name(int code);

/// Owns one descriptor of this process.
class UniqueFd {
 public:
  UniqueFd() = default;
  explicit UniqueFd(int fd) : fd_(fd) {}
  UniqueFd(UniqueFd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  UniqueFd& operator=(UniqueFd&& other) noexcept {
    if (this != &other) {
      reset();
      fd_ = std::exchange(other.fd_, -1);
    }
    return *this;
  }
  ~UniqueFd() { reset(); }
  int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }
  [[nodiscard]] int release() { return std::exchange(fd_, -1); }
  void reset() {
    // Linux frees the descriptor even where close(2) reports EINTR: trying again could close another's.
    if (fd_ >= 0) ::close(std::exchange(fd_, -1));
  }

 private:
  int fd_ = -1;
};

}  // namespace bigfoot
