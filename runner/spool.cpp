// runner/spool.cpp - See spool.h.
#include "runner/spool.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace bigfoot {
namespace {

// A short run should not write a megabyte of blank lines, a long one should not map every 100 records anew.
constexpr std::size_t kFirstWindow = 64 * 1024;
constexpr std::size_t kLargestWindow = 1024 * 1024;

}  // namespace

Spool::~Spool() {
  finish();
  if (fd_ >= 0) ::close(fd_);
}

bool Spool::write_all(std::string_view bytes, std::optional<std::uint64_t> at) {
  while (!bytes.empty()) {
    const ssize_t n = at ? ::pwrite(fd_, bytes.data(), bytes.size(), static_cast<off_t>(*at))
                         : ::write(fd_, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) {
      error_ = n < 0 ? std::strerror(errno) : "nothing could be written";
      return false;
    }
    bytes.remove_prefix(static_cast<std::size_t>(n));
    if (at) *at += static_cast<std::uint64_t>(n);
  }
  return true;
}

void Spool::unmap() {
  if (window_ != nullptr) ::munmap(window_, window_length_);
  window_ = nullptr;
}

bool Spool::next_window() {
  const std::uint64_t start = window_start_ + window_length_;
  unmap();
  window_length_ = window_length_ == 0 ? kFirstWindow : std::min(2 * window_length_, kLargestWindow);
  window_start_ = start;
  // Written, not only made longer: a full disk is then an error here and not a SIGBUS at the copy.
  if (!write_all(std::string(window_length_, '\n'), start)) return false;
  void* mapped = ::mmap(nullptr, window_length_, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, fd_,
                        static_cast<off_t>(start));
  if (mapped == MAP_FAILED) {
    mode_ = Mode::visible;  // a file system without mappings: slower, not worse
    return ::lseek(fd_, static_cast<off_t>(start), SEEK_SET) >= 0;
  }
  window_ = static_cast<char*>(mapped);
  return true;
}

void Spool::append(std::string_view record) {
  if (!error_.empty()) return;
  while (mode_ == Mode::mapped && !record.empty()) {
    const std::uint64_t window_end = window_start_ + window_length_;
    if (size_ == window_end) {
      if (!next_window()) return;
      continue;
    }
    const std::size_t part = std::min<std::uint64_t>(record.size(), window_end - size_);
    std::memcpy(window_ + (size_ - window_start_), record.data(), part);
    size_ += part;
    record.remove_prefix(part);
  }
  if (!record.empty() && write_all(record, std::nullopt)) size_ += record.size();
}

void Spool::finish() {
  if (window_length_ == 0) return;
  unmap();
  window_length_ = 0;
  if (::ftruncate(fd_, static_cast<off_t>(size_)) != 0 && error_.empty()) error_ = std::strerror(errno);
}

}  // namespace bigfoot
