// tests/unit/runner/watched_paths_test.cpp - Which paths are watched, by every name they have when the run starts.
#include "runner/watched_paths.h"

#include <gmock/gmock.h>

#include <filesystem>

#include "tests/unit/spec/spec_text.h"
#include "tests/unit/temporary_folder.h"

namespace bigfoot {
namespace {

namespace fs = std::filesystem;

class Watched : public testing::Test {
 protected:
  Watched() {
    fs::create_directories(top_ / "real");
    fs::create_symlink("real", top_ / "link");
  }
  WatchedPaths paths(const std::string& list) const { return WatchedPaths(spec_of("[guard]\nfile = { watch = [" + list + "] }\n").guard.watch); }
  std::string in(const std::string& path) const { return (top_ / path).string(); }
  const test::TemporaryFolder temporary_;
  const fs::path top_ = temporary_.path();
};

TEST_F(Watched, AreToldApartByPattern) {
  const WatchedPaths watched = paths("'/etc/myapp/**', '/tmp/report-*.json'");
  struct Case {
    const char* path;
    bool watched;
  };
  const Case kCases[] = {
      {"/etc/myapp/a", true},      {"/etc/myapp/a/b", true}, {"/etc/myapp", true},   {"/etc/myapp2", false}, {"/etc/myap", false}, {"/etc", false},
      {"/tmp/report-1.json", true}, {"/tmp/report-.json", true}, {"/tmp/report-a/b.json", false}, {"/tmp", false},  {"/", false},
  };
  for (const Case& one : kCases) {
    EXPECT_EQ(watched.spelled(one.path).has_value(), one.watched) << one.path;
    EXPECT_EQ(watched.watches(one.path), one.watched) << one.path;
  }
}

TEST_F(Watched, HaveTheNameThatTheSpecGivesThem) {
  const WatchedPaths watched = paths("'" + in("link/**") + "'");
  EXPECT_EQ(watched.spelled(in("link/a")), in("link/a"));
  EXPECT_EQ(watched.spelled(in("real/a")), in("link/a"));
  EXPECT_EQ(watched.spelled(in("real")), in("link"));
  EXPECT_EQ(watched.spelled(in("other")), std::nullopt);
  EXPECT_TRUE(watched.watches(in("real/a")));
}

TEST_F(Watched, FoldersThatAreNotThereAreOfTheRunToo) {
  const WatchedPaths watched = paths("'" + in("none/app/*.yaml") + "'");
  EXPECT_TRUE(watched.spelled(in("none")));
  EXPECT_TRUE(watched.watches(in("none/app")));
  EXPECT_FALSE(watched.watches(in("none/other")));
  EXPECT_FALSE(watched.watches(top_.string()));
}

TEST_F(Watched, ARealFolderWithWatchedNamesIsListedByUs) {
  const WatchedPaths watched = paths("'" + in("real/*.json") + "', '" + in("whole/**") + "'");
  EXPECT_TRUE(watched.watches(in("real") + "/"));
  EXPECT_FALSE(watched.watches(in("real")));
  EXPECT_FALSE(watched.watches(in("whole") + "/"));  // the kernel lists what stands in the stage
  EXPECT_FALSE(watched.watches(top_.string() + "/"));
}

}  // namespace
}  // namespace bigfoot
