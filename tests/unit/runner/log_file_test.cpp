// A log file that grows, is cut short, and is replaced.
#include "runner/endpoints/log_file.h"

#include <gtest/gtest.h>
#include <poll.h>

#include <filesystem>
#include <fstream>

#include "tests/unit/temporary_folder.h"

namespace bigfoot {
namespace {

namespace fs = std::filesystem;

class LogFiles : public testing::Test {
 protected:
  void append(const std::string& text) { std::ofstream(path_, std::ios::app) << text; }
  static std::string all(LogFile& file) {
    std::string out;
    for (std::string part = file.more(); !part.empty(); part = file.more()) out += part;
    return out;
  }

  const test::TemporaryFolder temporary_;
  const fs::path folder_ = temporary_.path(), path_ = folder_ / "app.log";
};

TEST_F(LogFiles, WhatWasThereIsNotTold) {
  append("old\n");
  const auto file = follow_file(path_);
  EXPECT_EQ(all(*file), "");
  append("one\ntw");
  EXPECT_EQ(all(*file), "one\ntw");
  append("o\n");
  EXPECT_EQ(all(*file), "o\n");
  EXPECT_EQ(all(*file), "");
}

TEST_F(LogFiles, ItNeedNotBeThereYet) {
  const auto file = follow_file(path_);
  EXPECT_EQ(all(*file), "");
  append("one\n");
  EXPECT_EQ(all(*file), "one\n");
}

TEST_F(LogFiles, CutShort) {
  append("a long line that was there\n");
  const auto file = follow_file(path_);
  append("one\n");
  EXPECT_EQ(all(*file), "one\n");
  fs::resize_file(path_, 0);
  append("two\n");
  EXPECT_EQ(all(*file), "two\n");
}

TEST_F(LogFiles, ReplacedOnesAreReadToTheirEnd) {
  const auto file = follow_file(path_);
  append("one\n");
  EXPECT_EQ(all(*file), "one\n");
  append("two\n");
  fs::rename(path_, folder_ / "app.log.1");
  EXPECT_EQ(all(*file), "two\n");
  std::ofstream(folder_ / "app.log.1", std::ios::app) << "late\n";
  append("three\n");
  EXPECT_EQ(all(*file), "late\nthree\n");
  fs::remove(path_);
  append("four\n");
  EXPECT_EQ(all(*file), "four\n");
}

TEST_F(LogFiles, MegabytesComeInParts) {
  const auto file = follow_file(path_);
  append(std::string(3'000'000, 'x'));
  EXPECT_EQ(all(*file), std::string(3'000'000, 'x'));
}

TEST_F(LogFiles, ItsFolderTellsOfChanges) {
  FolderWatch watch;
  EXPECT_FALSE(watch.add(folder_ / "none" / "app.log"));
  ASSERT_TRUE(watch.add(path_));
  const auto tells = [&] {
    pollfd ready{watch.fd(), POLLIN, 0};
    const bool did = ::poll(&ready, 1, 0) > 0;
    watch.take();
    return did;
  };
  EXPECT_FALSE(tells());
  append("one\n");
  EXPECT_TRUE(tells());
  append("two\n");
  EXPECT_TRUE(tells());
  fs::rename(path_, folder_ / "app.log.1");
  EXPECT_TRUE(tells());
  EXPECT_FALSE(tells());
}

}  // namespace
}  // namespace bigfoot
