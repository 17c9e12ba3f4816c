// tests/unit/tracer/file_calls_test.cpp - With Files::all: which request arrives of which call, and how the
// answers are read.
#include <dirent.h>
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <atomic>
#include <cstddef>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>
#include <mutex>
#include <thread>

#include "file_call_rows.h"
#include "harness.h"
#include "targets.h"
#include "tests/unit/temporary_folder.h"

namespace bigfoot::test {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::IsEmpty;

class Tree {
 public:
  Tree() { make_file_tree(path_); }
  const std::string& path() const { return path_; }

 private:
  const TemporaryFolder temporary_;
  const std::string path_ = temporary_.path();
};

// Watches everything in a folder, and remembers what was asked.
class Watching : public EchoHandler {
 public:
  explicit Watching(const std::string& folder) {
    watches = [folder](std::string_view path) {
      return path.starts_with(folder + "/") && !path.ends_with('/');
    };
    serve = [this, folder](FileCall call) {
      if ((call.request().flags & (O_PATH | O_CLOEXEC)) == (O_PATH | O_CLOEXEC)) return;
      requests.push_back(to_text(call.request(), folder));
      std::move(call).fail(Errno{EOWNERDEAD});
    };
  }
  std::vector<std::string> requests;
};

RunResult run_watched(const std::string& target, EchoHandler& handler,
                      const std::vector<std::string>& arguments, const std::string& stage = "") {
  LaunchOptions options;
  options.env = {target_name(target)};
  options.files = LaunchOptions::Files::all;
  options.stage = stage;
  return run_command(target_command(arguments), handler, options);
}

class FileCallTest : public testing::TestWithParam<std::size_t> {};
INSTANTIATE_TEST_SUITE_P(, FileCallTest, testing::Range(std::size_t{0}, file_call_rows().size()),
                         [](const auto& info) { return std::string(file_call_rows()[info.param].name); });

TEST_P(FileCallTest, Arrives) {
  const FileCallRow& row = file_call_rows()[GetParam()];
  const Tree tree;
  Watching handler(tree.path());
  const RunResult result = run_watched("makes_file_call", handler, {std::to_string(GetParam()), tree.path()});
  if (row.request.empty()) {
    EXPECT_THAT(handler.requests, IsEmpty());
  } else {
    EXPECT_THAT(handler.requests, ElementsAre(row.request));
  }
  EXPECT_EQ(result.exit.exit_code, row.error);
}

TEST(FileAnswersTest, AnOpenGivesTheHandlersFile) {
  const Tree tree;
  Watching handler(tree.path());
  const UniqueFd file(::memfd_create("given", MFD_CLOEXEC));
  handler.serve = [&](FileCall call) {
    if (call.request().operation == FileCall::Operation::open) std::move(call).give(UniqueFd(::dup(file.get())));
  };
  EXPECT_EQ(run_watched("reads_given", handler, {tree.path()}).exit.exit_code, 0);
  char text[100] = "";
  EXPECT_EQ(::pread(file.get(), text, sizeof text, 0), 15);
  EXPECT_STREQ(text, "from the target");
}

struct stat described() {
  struct stat info {};
  info.st_mode = S_IFDIR | 0751;
  info.st_ino = 4711;
  info.st_nlink = 3;
  info.st_size = 123;
  info.st_uid = 4;
  info.st_gid = 5;
  info.st_mtim = {6, 7};
  info.st_blocks = 8;
  info.st_blksize = 512;
  info.st_dev = ::makedev(9, 10);
  info.st_rdev = ::makedev(11, 12);
  return info;
}

// Two entries, then the end.
std::string two_entries() {
  std::string out;
  for (const auto& [name, type, inode] :
       {std::tuple{std::string("virtual"), DT_REG, 5}, {std::string(100, 'x'), DT_DIR, 6}}) {
    constexpr std::size_t kName = offsetof(dirent64, d_name);
    dirent64 record{};
    record.d_ino = static_cast<ino64_t>(inode);
    record.d_type = static_cast<unsigned char>(type);
    record.d_reclen = static_cast<unsigned short>((kName + name.size() + 1 + 7) / 8 * 8);
    std::memcpy(record.d_name, name.c_str(), name.size() + 1);
    out.append(reinterpret_cast<const char*>(&record), record.d_reclen);
  }
  return out;
}

struct Answer {
  const char* target;
  std::function<void(FileCall)> serve;
};
class FileAnswerTest : public testing::TestWithParam<Answer> {};
INSTANTIATE_TEST_SUITE_P(, FileAnswerTest,
                         testing::ValuesIn(std::vector<Answer>{
                             {"reads_descriptions",
                              [](FileCall call) { std::move(call).describe(described()); }},
                             {"reads_links", [](FileCall call) { std::move(call).answer_link("some/text"); }},
                             {"changes_nothing", [](FileCall call) { std::move(call).succeed(); }},
                             {"reads_list",
                              [ended = std::make_shared<std::atomic<bool>>(false)](FileCall call) {
                                if (call.request().operation != FileCall::Operation::list) return;
                                const std::string entries = two_entries();
                                if (call.room() < entries.size()) return std::move(call).fail(Errno{EINVAL});
                                const bool over = *ended;
                                *ended = !over;  // first: the target asks again at once
                                std::move(call).answer_list(over ? "" : entries);
                              }},
                         }),
                         [](const auto& info) { return std::string(info.param.target); });

TEST_P(FileAnswerTest, IsRead) {
  const Tree tree;
  Watching handler(tree.path());
  handler.watches = [&](std::string_view path) {
    return path.starts_with(tree.path() + "/") && !path.ends_with("deep/");
  };
  handler.serve = GetParam().serve;
  EXPECT_EQ(run_watched(GetParam().target, handler, {tree.path()}).exit.exit_code, 0);
  EXPECT_TRUE(fs::is_regular_file(tree.path() + "/file"));
  EXPECT_FALSE(fs::exists(tree.path() + "/done"));
}

TEST_P(FileAnswerTest, IsReadFromAnotherThread) {
  const Tree tree;
  Watching handler(tree.path());
  handler.watches = [&](std::string_view path) {
    return path.starts_with(tree.path() + "/") && !path.ends_with("deep/");
  };
  std::vector<std::thread> threads;
  handler.serve = [&](FileCall call) {
    threads.emplace_back(
        [&serve = GetParam().serve, call = std::move(call)]() mutable { serve(std::move(call)); });
  };
  EXPECT_EQ(run_watched(GetParam().target, handler, {tree.path()}).exit.exit_code, 0);
  for (std::thread& thread : threads) thread.join();
}

std::string row_index(const std::string& name) {
  const auto& rows = file_call_rows();
  const auto row =
      std::find_if(rows.begin(), rows.end(), [&](const FileCallRow& one) { return one.name == name; });
  EXPECT_NE(row, rows.end()) << name;
  return std::to_string(row - rows.begin());
}

TEST(FileCallsTest, DroppedCallsAreTheKernels) {
  for (const char* name : {"OpenCreates", "Mkdirat", "Renameat2", "Readlinkat", "Symlinkat"}) {
    const Tree tree;
    Watching handler(tree.path());
    handler.serve = nullptr;
    EXPECT_EQ(run_watched("makes_file_call", handler, {row_index(name), tree.path()}).exit.exit_code, 0)
        << name;
  }
}

// The stage stands for the root: the folder that the handler gives is open under another name than the target
// asked for.
TEST(FileCallsTest, AStagedFolderIsTheOneItStandsFor) {
  const Tree tree;
  const Tree stage;
  const std::string staged = stage.path() + tree.path() + "/virtual";
  fs::create_directories(staged);
  std::ofstream(staged + "/there") << "there";
  Watching handler(tree.path());
  handler.watches = [&](std::string_view path) { return path == tree.path() + "/virtual"; };
  handler.serve = [&](FileCall call) {
    handler.requests.push_back(to_text(call.request(), tree.path()));
    if (!call.request().resolved.ends_with("/virtual")) return std::move(call).fail(Errno{EOWNERDEAD});
    UniqueFd folder(::open(staged.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    std::move(call).give(std::move(folder));
  };
  EXPECT_EQ(
      run_watched("uses_staged_folder", handler, {tree.path(), stage.path()}, stage.path()).exit.exit_code,
      0);
  EXPECT_THAT(
      handler.requests,
      ElementsAre(
          "open F/virtual = F/virtual flags 0200000", "open F/virtual/there = F/virtual/there flags 01",
          "open F/virtual/sub/./new = F/virtual/sub/new flags 01", "open F/virtual/../file = F/file flags 01",
          "open F/virtual/../dirlink/inner = F/dir/inner flags 01",
          "make_folder F/virtual/new = F/virtual/new nofollow mode 0700",
          "rename F/virtual/there = F/virtual/there to F/elsewhere = F/elsewhere nofollow",
          "open /proc/self/fd/N/there = F/virtual/there flags 01",
          "open F/virtual/there = F/virtual/there flags 01",
          "open F/virtual/there = F/virtual/there flags 01", "open F/virtual/.. = F flags 0200000"));
}

TEST(FileCallsTest, InARootOfItsOwn) {
  if (::geteuid() != 0) GTEST_SKIP() << "chroot needs root";
  const Tree tree;
  Watching handler(tree.path());
  handler.watches = [](std::string_view path) {
    return path.starts_with("/dir") || path.starts_with("/file");
  };
  handler.serve = [&](FileCall call) {
    handler.requests.push_back(to_text(call.request(), "F"));
    std::move(call).fail(Errno{EOWNERDEAD});
  };
  EXPECT_EQ(run_watched("names_in_root", handler, {tree.path()}).exit.exit_code, 0);
  EXPECT_THAT(
      handler.requests,
      ElementsAre("open /file = /file flags 01", "open /link = /file flags 01",
                  "open /dir/deep/up/inner = /dir/inner flags 01", "open /../../dir/../link = /file flags 01",
                  "open /top = /dir/inner flags 01", "open /dir/inner = /dir/inner flags 01",
                  "rename /file = /file to /elsewhere = /elsewhere nofollow"));
}

TEST(FileCallsTest, LinksOfTheTreeAreNoticed) {
  const Tree tree;
  Watching handler(tree.path());
  handler.watches = [&](std::string_view path) { return path == tree.path() + "/dir/inner"; };
  EXPECT_EQ(run_watched("moves_links", handler, {tree.path()}).exit.exit_code, 0);
}

// The tree's calls cost a round trip only where that was asked for.
TEST(FileCallsTest, OthersAreNotTrappedUnasked) {
  LaunchOptions options;
  options.env = {target_name("makes_file_call")};
  options.files = LaunchOptions::Files::opens_and_looks;
  for (const char* name : {"OpenCreates", "Mkdirat", "Unlinkat", "Readlinkat", "Truncate"}) {
    const Tree tree;
    Watching handler(tree.path());
    handler.wants = handler.watches;
    EXPECT_EQ(run_command(target_command({row_index(name), tree.path()}), handler, options).exit.exit_code, 0)
        << name;
    EXPECT_THAT(handler.requests, IsEmpty());
  }
}

TEST(FileCallsTest, TargetsKilledAtAnyMoment) {
  const Tree tree;
  Watching handler(tree.path());
  const UniqueFd file(::memfd_create("given", MFD_CLOEXEC));
  std::mutex mutex;
  std::vector<FileCall> kept;  // each is answered from here while its thread may be dying
  handler.serve = [&](FileCall call) {
    const std::lock_guard lock(mutex);
    kept.push_back(std::move(call));
  };
  std::jthread answering([&](const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      std::vector<FileCall> calls;
      {
        const std::lock_guard lock(mutex);
        calls.swap(kept);
      }
      for (FileCall& call : calls) {
        if (call.request().operation == FileCall::Operation::open) {
          std::move(call).give(UniqueFd(::dup(file.get())));
        } else {
          std::move(call).describe({});
        }
      }
      ::usleep(50);
    }
  });
  EXPECT_EQ(run_watched("killed_openers", handler, {tree.path() + "/virtual"}).exit.exit_code, 0);
}

TEST(FileCallsTest, StormOfThreads) {
  const Tree tree;
  fs::create_directory(tree.path() + "/other");
  std::ofstream(tree.path() + "/other/plain") << "plain";
  Watching handler(tree.path());
  const std::string other = tree.path() + "/other";
  const auto watches = handler.watches;
  handler.watches = [&](std::string_view path) { return watches(path) && !path.starts_with(other); };
  EXPECT_EQ(run_watched("file_call_storm", handler, {tree.path(), "8", "200"}).exit.exit_code, 0);
  EXPECT_EQ(handler.requests.size(), 8U * 300U);
}

}  // namespace
}  // namespace bigfoot::test
