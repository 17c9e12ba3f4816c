// tests/unit/temporary_folder.h - A folder of a test's own, with all that is in it gone at the end. Source: mkdtemp(3).
#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <filesystem>

namespace bigfoot::test {

class TemporaryFolder {
 public:
  /// Another user may look into it where `mode` says so.
  explicit TemporaryFolder(mode_t mode = 0700) {
    char name[] = "/tmp/bigfoot-test-XXXXXX";
    EXPECT_NE(::mkdtemp(name), nullptr);
    ::chmod(name, mode);
    path_ = std::filesystem::canonical(name);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder() { std::filesystem::remove_all(path_); }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace bigfoot::test
