// tests/unit/tracer/files_test.cpp - What a program under the Supervisor reads where a file is answered with
// another.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <filesystem>
#include <fstream>

#include "harness.h"
#include "targets.h"
#include "tests/unit/temporary_folder.h"
#include "tracer/target_path.h"

namespace bigfoot::test {
namespace {

namespace fs = std::filesystem;
using Files = LaunchOptions::Files;
using testing::Contains;
using testing::Each;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

const std::string kThere = "what was there";
const std::string kMore = " and more";

class Folder {
 public:
  Folder() {
    std::ofstream(path_ / "store") << kThere;
    std::ofstream(path_ / "other") << "another file";
  }
  std::string operator/(const char* name) const { return path_ / name; }
  std::string path() const { return path_; }

 private:
  const TemporaryFolder temporary_{0755};
  const fs::path path_ = temporary_.path();
};

UniqueFd sealed(const std::string& text) {
  UniqueFd file(::memfd_create("answer", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  EXPECT_EQ(::write(file.get(), text.data(), text.size()), static_cast<ssize_t>(text.size()));
  ::fcntl(file.get(), F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL);
  return file;
}

std::string contents(int fd) {
  std::string out(4096, '\0');
  out.resize(static_cast<std::size_t>(std::max<ssize_t>(::read(fd, out.data(), out.size()), 0)));
  return out;
}

// Wants files called "store", and answers with what is there and more; one that is not there is "more" alone.
class Adding : public EchoHandler {
 public:
  Adding() {
    wants = [](std::string_view path) { return path.ends_with("store"); };
    serve = [this](FileCall call) {
      const OsResult<UniqueFd> original = call.original();
      if (!original && original.error().code != ENOENT) {
        codes.push_back(original.error().code);
        return std::move(call).let_through();
      }
      UniqueFd& answer = answers_[call.request().path];
      if (!answer) answer = sealed((original ? contents(original->get()) : "") + kMore);
      std::move(call).answer(answer.get());
    };
  }
  std::vector<int> codes;  ///< of original()

 private:
  std::map<std::string, UniqueFd> answers_;
};

RunResult run_with(const std::string& target, EchoHandler& handler, const std::vector<std::string>& arguments,
                   Files files = Files::opens) {
  LaunchOptions options;
  options.env = {target_name(target)};
  options.files = files;
  return run_command(target_command(arguments), handler, options);
}

class OpenTest : public testing::TestWithParam<const char*> {};
INSTANTIATE_TEST_SUITE_P(, OpenTest, testing::Values("open", "openat", "openat2", "relative", "folder"),
                         [](const auto& info) { return std::string(info.param); });

TEST_P(OpenTest, ReadsTheAnswer) {
  const Folder folder;
  Adding handler;
  EXPECT_EQ(run_with("reads", handler, {GetParam(), folder / "store", kThere + kMore}).exit.exit_code, 0);
  EXPECT_THAT(handler.files(), ElementsAre("open " + folder / "store", "open " + folder / "store"));
}

TEST_P(OpenTest, ReadsWhatIsNotThere) {
  const Folder folder;
  Adding handler;
  EXPECT_EQ(run_with("reads", handler, {GetParam(), folder / "no-store", kMore}).exit.exit_code, 0);
  EXPECT_THAT(handler.files(), SizeIs(2));
}

TEST_P(OpenTest, OthersAreUntouched) {
  const Folder folder;
  Adding handler;
  EXPECT_EQ(run_with("reads", handler, {GetParam(), folder / "other", "another file"}).exit.exit_code, 0);
  EXPECT_THAT(handler.files(), IsEmpty());
}

TEST_P(OpenTest, NothingIsTrappedUnasked) {
  const Folder folder;
  Adding handler;
  bool asked = false;
  handler.wants = [&asked](std::string_view) { return asked = true; };
  EXPECT_EQ(run_with("reads", handler, {GetParam(), folder / "store", kThere}, Files::none).exit.exit_code,
            0);
  EXPECT_FALSE(asked);
}

TEST(FilesTest, InARootOfItsOwn) {
  if (::geteuid() != 0) GTEST_SKIP() << "chroot needs root";
  const Folder folder;
  fs::create_directories(folder / "deep/er");
  std::ofstream(folder / "deep/er/store") << kThere;
  Adding handler;
  EXPECT_EQ(
      run_with("reads_in_root", handler, {folder / "deep", "/er", "store", kThere + kMore}).exit.exit_code,
      0);
  EXPECT_THAT(handler.files(), Each("open /er/store"));
  EXPECT_THAT(handler.files(), SizeIs(7));
}

TEST(FilesTest, LinksLeadToTheFile) {
  const Folder folder;
  fs::create_symlink("store", folder / "link-store");
  Adding handler;
  EXPECT_EQ(run_with("opens", handler, {folder / "link-store"}).exit.exit_code, 0);
  EXPECT_EQ(run_with("opens", handler, {folder / "link-store", "nofollow"}).exit.exit_code, ELOOP);
  EXPECT_EQ(run_with("looks_at", handler, {folder / "link-store"}, Files::opens_and_looks).exit.exit_code, 0);
  EXPECT_EQ(run_with("looks_at", handler, {folder / "link-store", "nofollow"}, Files::opens_and_looks)
                .exit.exit_code,
            100)
      << "lstat says that it is a link";
  EXPECT_THAT(handler.codes, ElementsAre(ELOOP, ELOOP));
}

TEST(FilesTest, RootShowsNobodyWhatNobodyMayRead) {
  if (::geteuid() != 0) GTEST_SKIP() << "another user needs root";
  const Folder folder;
  Adding handler;
  EXPECT_EQ(run_with("opens_as_nobody", handler, {folder / "store"}).exit.exit_code, 0);
  ASSERT_EQ(::chmod((folder / "store").c_str(), 0600), 0);
  EXPECT_EQ(run_with("opens_as_nobody", handler, {folder / "store"}).exit.exit_code, EACCES);
  ASSERT_EQ(::chown((folder / "store").c_str(), 65534, 0), 0);
  EXPECT_EQ(run_with("opens_as_nobody", handler, {folder / "store"}).exit.exit_code, 0);
  EXPECT_THAT(handler.codes, ElementsAre(EACCES));
  EXPECT_THAT(handler.files(), SizeIs(3));
  EXPECT_EQ(run_with("opens", handler, {folder / "store"}).exit.exit_code, 0) << "its own rights again";
}

TEST(FilesTest, OnlyRegularFilesAreRead) {
  const Folder folder;
  ASSERT_EQ(::mkfifo((folder / "fifo-store").c_str(), 0600), 0);
  fs::create_directory(folder / "folder-store");
  Adding handler;
  EXPECT_EQ(run_with("opens", handler, {folder / "fifo-store"}).exit.exit_code, 0);
  EXPECT_EQ(run_with("opens", handler, {folder / "folder-store"}).exit.exit_code, 0);
  EXPECT_THAT(handler.codes, ElementsAre(EINVAL, EINVAL));
}

TEST(FilesTest, OtherOpensAreTheKernels) {
  const Folder folder;
  Adding handler;
  EXPECT_EQ(run_with("other_opens", handler, {folder / "store", kThere}).exit.exit_code, 0);
  EXPECT_THAT(handler.files(), IsEmpty());
}

TEST(FilesTest, ErrorsAreTheHandlers) {
  const Folder folder;
  Adding handler;
  handler.serve = [](FileCall call) { std::move(call).fail(Errno{EIO}); };
  EXPECT_EQ(run_with("opens", handler, {folder / "store"}).exit.exit_code, EIO);
  EXPECT_EQ(run_with("looks_at", handler, {folder / "store"}, Files::opens_and_looks).exit.exit_code, EIO);
}

TEST(FilesTest, DroppedIsLetThrough) {
  const Folder folder;
  Adding handler;
  handler.serve = nullptr;
  EXPECT_EQ(run_with("reads", handler, {"openat", folder / "store", kThere}).exit.exit_code, 0);
  EXPECT_THAT(handler.files(), SizeIs(2));
  handler.serve = [](FileCall call) {
    FileCall kept(std::move(call));
    FileCall moved(std::move(kept));
    kept = std::move(moved);
  };
  EXPECT_EQ(run_with("reads", handler, {"openat", folder / "store", kThere}).exit.exit_code, 0);
}

TEST(FilesTest, LooksAgreeWithTheAnswer) {
  const Folder folder;
  Adding handler;
  const std::string size = std::to_string((kThere + kMore).size());
  EXPECT_EQ(run_with("looks", handler, {folder / "store", size}, Files::opens_and_looks).exit.exit_code, 0);
  EXPECT_EQ(handler.files().back(), "open " + folder / "store");
  EXPECT_THAT(handler.files(), Contains("look " + folder / "store").Times(testing::Ge(14)));
  const std::string more = std::to_string(kMore.size());
  EXPECT_EQ(run_with("looks", handler, {folder / "no-store", more}, Files::opens_and_looks).exit.exit_code,
            0);
}

TEST(FilesTest, WhatIsNotThereIsDescribed) {
  const Folder folder;
  Adding handler;
  std::vector<int> modes;
  handler.serve = [&modes](FileCall call) {
    if (call.request().operation == FileCall::Operation::access) {
      modes.push_back(call.request().flags);
      return std::move(call).succeed();
    }
    struct stat info {};
    info.st_mode = S_IFREG | 0755;
    info.st_size = 4711;
    info.st_nlink = 1;
    info.st_uid = 7;
    info.st_gid = 8;
    info.st_ino = 9;
    info.st_mtim.tv_sec = 10;
    info.st_dev = 0x801;
    std::move(call).describe(info);
  };
  EXPECT_EQ(run_with("told_of", handler, {folder / "no-store"}, Files::opens_and_looks).exit.exit_code, 0);
  EXPECT_THAT(modes, testing::AllOf(SizeIs(testing::Ge(2)), Each(X_OK)));
}

TEST(FilesTest, LooksAreNotTrappedUnasked) {
  const Folder folder;
  Adding handler;
  EXPECT_EQ(run_with("looks_at", handler, {folder / "no-store"}).exit.exit_code, ENOENT);
  EXPECT_THAT(handler.files(), IsEmpty());
}

// Where every call that names a file is trapped, a wanted one is answered all the same, and only its reading.
TEST(FilesTest, AmongAllCalls) {
  const Folder folder;
  Adding handler;
  const std::string size = std::to_string((kThere + kMore).size());
  for (const char* way : {"open", "openat", "openat2", "relative", "folder"}) {
    EXPECT_EQ(run_with("reads", handler, {way, folder / "store", kThere + kMore}, Files::all).exit.exit_code, 0) << way;
  }
  EXPECT_EQ(run_with("looks", handler, {folder / "store", size}, Files::all).exit.exit_code, 0);
  Adding writing;
  writing.serve = nullptr;
  EXPECT_EQ(run_with("other_opens", writing, {folder / "store", kThere}, Files::all).exit.exit_code, 0);
  EXPECT_THAT(writing.files(), ElementsAre("look " + folder / "store")) << "the target asks for its size at the end";
  EXPECT_EQ(run_with("killed_openers", handler, {folder / "store"}, Files::all).exit.exit_code, 0);
}

// musl calls open and stat, where glibc calls openat and newfstatat.
TEST(FilesTest, StaticMusl) {
  ASSERT_EQ(std::system("command -v musl-gcc > /dev/null"), 0) << "no musl-gcc: scripts/install-packages clients";
  const Folder folder;
  std::ofstream(folder / "cat.c") << R"(
    #include <stdio.h>
    #include <string.h>
    #include <sys/stat.h>
    #include <unistd.h>
    int main(int count, char** arguments) {
      char text[100] = "";
      struct stat info;
      FILE* file = fopen(arguments[1], "re");
      if (!file || !fgets(text, sizeof text, file) || strcmp(text, arguments[2])) return 1;
      if (stat(arguments[1], &info) || info.st_size != strlen(arguments[2])) return 2;
      return access(arguments[1], R_OK) == 0 && access(arguments[1], X_OK) == -1 ? 0 : 3;
    })";
  const std::string program = folder / "cat";
  ASSERT_EQ(std::system(("musl-gcc -static -o " + program + " " + program + ".c").c_str()), 0);
  Adding handler;
  LaunchOptions options;
  options.files = Files::opens_and_looks;
  const RunResult result = run_command({program, folder / "no-store", kMore}, handler, options);
  EXPECT_EQ(result.exit.exit_code, 0);
  EXPECT_THAT(handler.files(), Contains("open " + folder / "no-store"));
}

TEST(FilesTest, StormOfThreads) {
  const Folder folder;
  Adding handler;
  EXPECT_EQ(run_with("open_storm", handler, {"40", "100", folder / "store", kThere + kMore, folder / "other"})
                .exit.exit_code,
            0);
  EXPECT_EQ(handler.files().size(), 4000U);
}

TEST(FilesTest, TargetsKilledAtAnyMoment) {
  const Folder folder;
  Adding handler;
  EXPECT_EQ(run_with("killed_openers", handler, {folder / "store"}, Files::opens_and_looks).exit.exit_code,
            0);
}

TEST(FilesTest, TargetKilledBeforeItsAnswer) {
  const Folder folder;
  Adding handler;
  const UniqueFd answer = sealed(kMore);
  for (const char* target : {"opens", "looks_at"}) {
    handler.serve = [&](FileCall call) {
      const auto pid = static_cast<pid_t>(call.caller().pid);
      const UniqueFd process(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
      ::kill(pid, SIGKILL);
      pollfd ended{process.get(), POLLIN, 0};
      ASSERT_EQ(::poll(&ended, 1, 10'000), 1);
      const OsResult<UniqueFd> original = call.original();
      ASSERT_FALSE(original);
      EXPECT_EQ(original.error().code, ESRCH);
      std::move(call).answer(answer.get());
    };
    EXPECT_EQ(run_with(target, handler, {folder / "store"}, Files::opens_and_looks).exit.signal, SIGKILL);
  }
}

TEST(FilesTest, TheSupervisorsMemoryIsNotRead) {
  EchoHandler handler;
  const std::string self = std::to_string(::getpid());
  EXPECT_EQ(run_with("reads_memory", handler, {self}, Files::none).exit.exit_code, 0);
  EXPECT_EQ(run_with("reads_memory", handler, {self, "opens"}).exit.exit_code, 0);
}

struct Place {
  const char* name;
  bool docker, nobody, closed;
};
class FilePlaceTest : public testing::TestWithParam<Place> {};
TEST_P(FilePlaceTest, Works) {
  if (::geteuid() != 0) GTEST_SKIP() << "another user needs root";
  const Folder folder;
  const std::vector<std::string> looks{folder / "store", std::to_string((kThere + kMore).size())};
  EXPECT_EQ(in_child([&] {
              if (GetParam().nobody && !become_nobody()) return 90;
              if (GetParam().docker && !imitate_docker()) return 91;
              // As bigfoot-run may close its memory to others.
              if (GetParam().closed && ::prctl(PR_SET_DUMPABLE, 0) != 0) return 92;
              Adding handler;
              for (const char* way : {"open", "openat2", "folder"}) {
                const RunResult result = run_with("reads", handler, {way, folder / "store", kThere + kMore});
                if (result.exit.exit_code != 0) return 93;
              }
              for (const char* way : {"relative", "folder"}) {
                const std::vector<std::string> arguments{way, folder / "store", kThere + kMore};
                if (run_with("reads", handler, arguments, Files::all).exit.exit_code != 0) return 95;
              }
              return run_with("looks", handler, looks, Files::opens_and_looks).exit.exit_code.value_or(94);
            }),
            0);
}
INSTANTIATE_TEST_SUITE_P(, FilePlaceTest,
                         testing::Values(Place{"Docker", true, false, false},
                                         Place{"Nobody", false, true, false},
                                         Place{"Closed", false, true, true}),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace bigfoot::test
