// runner/spool.h - A file that only grows, record by record, and loses none of them when this process is killed.
// Measured here (600-byte records): write(2) 1.2 us each; a shared mapping of pages that one large write(2) has
// just made 0.5 us, and no system call while a record is added.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace bigfoot {

class Spool {
 public:
  enum class Mode {
    visible,  ///< one write(2) a record: others may read along (`tail -f run.jsonl`)
    mapped,   ///< copied into a shared mapping; a killed process leaves blank lines at the end
  };
  /// Takes over `fd`, open for reading and writing, and empty.
  Spool(int fd, Mode mode) : fd_(fd), mode_(mode) {}
  ~Spool();
  Spool(const Spool&) = delete;
  Spool& operator=(const Spool&) = delete;

  /// Appends one line; `record` ends in a newline. After an error nothing more is written; error() says what it was.
  void append(std::string_view record);
  /// Gives the blank rest back to the file system; nothing may be appended after it.
  void finish();
  std::uint64_t size() const { return size_; }
  int fd() const { return fd_; }
  const std::string& error() const { return error_; }

 private:
  bool write_all(std::string_view bytes, std::optional<std::uint64_t> at);  // none: where the file stands
  bool next_window();
  void unmap();

  int fd_;
  Mode mode_;
  std::uint64_t size_ = 0;
  char* window_ = nullptr;
  std::size_t window_length_ = 0;
  std::uint64_t window_start_ = 0;
  std::string error_;
};

}  // namespace bigfoot
