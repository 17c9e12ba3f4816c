// runner/line_reader.h - The lines of a file of any size, through one buffer.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace bigfoot {

class LineReader {
 public:
  /// Reads from the start of `fd`, which stays the caller's and keeps its own file position.
  explicit LineReader(int fd) : fd_(fd) {}
  /// The next line without its newline; false at the end or on an error. The text lives until the next call.
  bool next(std::string_view& line);
  std::uint64_t line_start() const { return line_start_; }  ///< of the last line, in bytes from the start of the file
  bool failed() const { return failed_; }

 private:
  bool fill();

  int fd_;
  std::string buffer_;
  std::size_t at_ = 0;              // of the next line in buffer_
  std::uint64_t buffer_start_ = 0;  // of buffer_ in the file
  std::uint64_t line_start_ = 0;
  bool ended_ = false, failed_ = false;
};

}  // namespace bigfoot
