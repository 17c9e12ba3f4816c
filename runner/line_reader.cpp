// runner/line_reader.cpp - See line_reader.h.
#include "runner/line_reader.h"

#include <unistd.h>

#include <cerrno>

namespace bigfoot {

bool LineReader::fill() {
  constexpr std::size_t kPart = 256 * 1024;
  buffer_.erase(0, at_);
  buffer_start_ += at_;
  at_ = 0;
  const std::size_t had = buffer_.size();
  buffer_.resize(had + kPart);
  ssize_t n;
  do {
    n = ::pread(fd_, buffer_.data() + had, kPart, static_cast<off_t>(buffer_start_ + had));
  } while (n < 0 && errno == EINTR);
  buffer_.resize(had + static_cast<std::size_t>(n > 0 ? n : 0));
  failed_ = n < 0;
  ended_ = n <= 0;
  return n > 0;
}

bool LineReader::next(std::string_view& line) {
  std::size_t searched = at_;
  while (true) {
    const std::size_t newline = buffer_.find('\n', searched);
    if (newline != std::string::npos) {
      line = std::string_view(buffer_).substr(at_, newline - at_);
      line_start_ = buffer_start_ + at_;
      at_ = newline + 1;
      return true;
    }
    const std::size_t pending = buffer_.size() - at_;
    if (ended_ || !fill()) {
      if (pending == 0) return false;
      line = std::string_view(buffer_).substr(at_);
      line_start_ = buffer_start_ + at_;
      at_ = buffer_.size();
      return true;
    }
    searched = pending;  // fill() moved the pending bytes to the front
  }
}

}  // namespace bigfoot
