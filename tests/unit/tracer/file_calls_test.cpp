// tests/unit/tracer/file_calls_test.cpp - With Files::all: which request arrives of which call, and how the answers are read.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "file_call_rows.h"
#include "harness.h"
#include "targets.h"

namespace bigfoot::test {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::IsEmpty;

class Tree {
 public:
  Tree() {
    char name[] = "/tmp/bigfoot-tree-XXXXXX";
    EXPECT_NE(::mkdtemp(name), nullptr);
    path_ = fs::canonical(name);
    make_file_tree(path_);
  }
  ~Tree() { fs::remove_all(path_); }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// Watches everything in a folder, and remembers what was asked.
class Watching : public EchoHandler {
 public:
  explicit Watching(const std::string& folder) {
    watches = [folder](std::string_view path) { return path.starts_with(folder + "/") && !path.ends_with('/'); };
    serve = [this, folder](FileCall call) {
      if ((call.request().flags & (O_PATH | O_CLOEXEC)) == (O_PATH | O_CLOEXEC)) return;
      requests.push_back(to_text(call.request(), folder));
      std::move(call).fail(Errno{EOWNERDEAD});
    };
  }
  std::vector<std::string> requests;
};

RunResult run_watched(const std::string& target, EchoHandler& handler, const std::vector<std::string>& arguments,
                      const std::string& stage = "") {
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

}  // namespace
}  // namespace bigfoot::test
