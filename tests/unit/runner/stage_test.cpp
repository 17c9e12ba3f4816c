// tests/unit/runner/stage_test.cpp - The folder in which watched files stand: what is in it, where its links lead, how it goes.
#include "runner/stage.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/file.h>

#include <filesystem>
#include <fstream>

#include "tests/unit/temporary_folder.h"

namespace bigfoot {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::IsEmpty;

class StageTest : public testing::Test {
 protected:
  Stage make() const {
    auto stage = Stage::make({place_.string()});
    EXPECT_TRUE(stage) << stage.error().what;
    return std::move(*stage);
  }
  static void link(const Stage& stage, const char* text, const std::string& path) {
    const auto at = stage.spot(path);
    ASSERT_TRUE(at);
    ASSERT_EQ(::symlinkat(text, at->folder.get(), at->name.c_str()), 0);
  }
  static std::string read(const Stage& stage, const std::string& path) {
    const auto file = stage.open(path, O_RDONLY);
    return file ? content_of(file->get(), 1000) : "none";
  }
  const test::TemporaryFolder temporary_;
  const fs::path place_ = temporary_.path();
};

TEST_F(StageTest, FilesStandThereUnderTheirOwnNames) {
  const Stage stage = make();
  ASSERT_TRUE(stage.put_file("/etc/app/a.yaml", "one", {}));
  EXPECT_EQ(read(stage, "/etc/app/a.yaml"), "one");
  EXPECT_EQ(read(stage, "/etc/app/none"), "none");
  EXPECT_TRUE(S_ISDIR(stage.look("/etc/app")->st_mode));
  EXPECT_TRUE(S_ISDIR(stage.look("/")->st_mode));
  EXPECT_EQ(stage.look("/etc/app/a.yaml")->st_mode & ALLPERMS, 0644u);
}

TEST_F(StageTest, AnOpenFileKeepsItsContentWhenAnotherTakesItsPlace) {
  const Stage stage = make();
  ASSERT_TRUE(stage.put_file("/a", "one", {}));
  const auto before = stage.open("/a", O_RDONLY);
  const ino_t inode = stage.look("/a")->st_ino;
  ASSERT_TRUE(stage.put_file("/a", "one", {}));
  EXPECT_EQ(stage.look("/a")->st_ino, inode);  // nothing to do
  ASSERT_TRUE(stage.put_file("/a", "one and more", {}));
  EXPECT_EQ(content_of(before->get(), 1000), "one");
  EXPECT_EQ(read(stage, "/a"), "one and more");
}

TEST_F(StageTest, LinksLeadToNamesAndNeverOut) {
  const Stage stage = make();
  ASSERT_TRUE(stage.put_file("/w/a", "one", {}));
  ASSERT_TRUE(stage.put_folder("/w/sub", {}));
  link(stage, "/w/a", "/w/absolute");
  link(stage, "../a", "/w/sub/up");
  link(stage, "sub", "/w/folder");
  link(stage, "/etc/passwd", "/w/out");
  link(stage, "../../../../etc/passwd", "/w/sub/far");
  link(stage, "loop", "/w/loop");
  struct Case {
    const char* path;
    const char* leads_to;
  };
  const Case kCases[] = {
      {"/w/a", "/w/a"}, {"/w/absolute", "/w/a"}, {"/w/sub/up", "/w/a"}, {"/w/folder/up", "/w/a"}, {"/w/folder/none/x", "/w/sub/none/x"},
      {"/w/out", "/etc/passwd"}, {"/w/sub/far", "/etc/passwd"}, {"/", "/"},
  };
  for (const Case& one : kCases) EXPECT_EQ(stage.resolve(one.path, true).value_or("error"), one.leads_to) << one.path;
  EXPECT_EQ(stage.resolve("/w/absolute", false), "/w/absolute");
  EXPECT_EQ(stage.resolve("/w/folder/up", false), "/w/sub/up");
  EXPECT_EQ(stage.resolve("/w/loop", true).error().code, ELOOP);
  EXPECT_FALSE(stage.open("/w/out", O_RDONLY));
  EXPECT_FALSE(stage.spot("/w/folder/x"));  // only resolved names stand anywhere
}

TEST_F(StageTest, IsPrivateAndGoesWithAllThatIsInIt) {
  {
    const Stage stage = make();
    EXPECT_EQ(fs::status(stage.folder()).permissions(), fs::perms::owner_all);
    ASSERT_TRUE(stage.put_file("/closed/sub/a", "", {}));
    ::chmod((stage.folder() + "/closed").c_str(), 0);
  }
  EXPECT_TRUE(fs::is_empty(place_));
}

TEST_F(StageTest, WhatADeadSupervisorLeftIsRemovedAndALivingOnesIsNot) {
  const Stage living = make();
  fs::create_directories(place_ / "bigfoot-run.dead00/etc");
  std::ofstream(place_ / "bigfoot-run.dead00/etc/a") << "x";
  fs::create_directories(place_ / "another");
  const Stage stage = make();
  EXPECT_FALSE(fs::exists(place_ / "bigfoot-run.dead00"));
  EXPECT_TRUE(fs::exists(place_ / "another"));
  EXPECT_TRUE(fs::exists(living.folder()));
}

TEST_F(StageTest, TakesTheNextPlaceOrSaysWhyNoneWillDo) {
  const auto second = Stage::make({"/nonexistent", place_.string()});
  ASSERT_TRUE(second);
  EXPECT_THAT(second->folder(), HasSubstr(place_.string()));
  const auto none = Stage::make({"/nonexistent", "/proc"});
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().exit_status, 125);
  EXPECT_EQ(none.error().what, "no place for the files that [guard] file watches: /nonexistent: No such file or directory (ENOENT); "
                               "/proc: No such file or directory (ENOENT)");
  EXPECT_EQ(none.error().cure, "mount a tmpfs at /dev/shm that this user may write to, or name a folder in TMPDIR");
}

}  // namespace
}  // namespace bigfoot
