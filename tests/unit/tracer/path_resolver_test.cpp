// tests/unit/tracer/path_resolver_test.cpp - The resolver's names against the kernel's own, in random trees
// of folders and links.
#include "tests/unit/temporary_folder.h"
#include "tracer/path_resolver.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <random>

#include "tracer/target_path.h"

namespace bigfoot::test {
namespace {

namespace fs = std::filesystem;

struct DotsCase {
  const char *path, *without;
};
constexpr DotsCase kDots[] = {
    {"/", "/"},
    {"//", "/"},
    {"/a", "/a"},
    {"/a/", "/a"},
    {"/a/./b", "/a/b"},
    {"/a//b/.", "/a/b"},
    {"/a/../b", "/b"},
    {"/..", "/"},
    {"/../../a", "/a"},
    {"/a/b/../../..", "/"},
    {"/a/...", "/a/..."},
    {"/.a/..b", "/.a/..b"},
    {"/a/b/..//./c/", "/a/c"},
    {"", "/"},
};

TEST(PathResolverTest, DotsGoByTheText) {
  for (const DotsCase& one : kDots) EXPECT_EQ(without_dots(one.path), one.without) << one.path;
}

// A tree that changes at random, and paths into it.
class RandomTree {
 public:
  explicit RandomTree(unsigned seed) : random_(seed) {}
  const std::string& root() const { return root_; }
  /// Nothing is changed outside of the tree, which ".." may lead to.
  bool holds(const std::string& path) const {
    const UniqueFd parent(::open(path.substr(0, path.find_last_of('/', path.find_last_not_of('/'))).c_str(),
                                 O_PATH | O_CLOEXEC));
    const auto self = static_cast<Tid>(::gettid());
    const std::string end = path.substr(path.find_last_of('/', path.find_last_not_of('/')));
    if (!parent || end.starts_with("/..")) return false;
    return (open_file_path(self, static_cast<RemoteFd>(parent.get())) + "/").starts_with(root_ + "/");
  }

  std::size_t pick(std::size_t below) {
    return std::uniform_int_distribution<std::size_t>(0, below - 1)(random_);
  }

  // Mostly what is there.
  std::string path() {
    constexpr const char* kParts[] = {"a", "b", "c", "d", "a", "b", "c", "..", ".", "", "missing"};
    std::string out = root_;
    for (std::size_t left = 1 + pick(1 + pick(6)); left > 0; --left)
      out += std::string("/") + kParts[pick(std::size(kParts))];
    return out;
  }
  std::string link_text() {
    std::string text = path();
    return pick(2) == 0 ? text : text.substr(root_.size() + 1) + (pick(8) == 0 ? "/" : "");
  }

 private:
  std::mt19937 random_;
  const TemporaryFolder temporary_;
  const std::string root_ = temporary_.path();
};

class Resolving {
 protected:
  const Tid self_ = static_cast<Tid>(::gettid());
  PathResolver resolver_{""};

  std::string resolved(const std::string& path, bool follow) {
    TargetName name = resolver_.name(self_, kWorkingDirectory, path).value();
    return resolver_.resolve(self_, name, follow);
  }

  // As a call of the tree would make it, with what the supervisor notes of it.
  void change(RandomTree& tree) {
    const std::string at = tree.path();
    const std::string to = tree.path();
    if (!tree.holds(at) || !tree.holds(to)) return;
    resolver_.heard_of(self_);
    switch (tree.pick(6)) {
      case 0:
        ::mkdir(at.c_str(), 0755);
        break;
      case 1:
        ::close(::open(at.c_str(), O_CREAT | O_WRONLY | O_NOFOLLOW | O_CLOEXEC, 0644));
        break;
      case 2:
      case 3:
        resolver_.about_to_link(self_);
        static_cast<void>(!::symlink(tree.link_text().c_str(), at.c_str()));
        break;
      case 4:
        resolver_.about_to_change(self_, resolved(at, false));
        resolver_.about_to_change(self_, resolved(to, false));
        ::rename(at.c_str(), to.c_str());
        break;
      case 5:
        if (tree.pick(3) != 0) break;
        resolver_.about_to_change(self_, resolved(at, false));
        ::unlink(at.c_str());
        ::rmdir(at.c_str());
        break;
    }
    resolver_.heard_of(self_);
  }
};

class PathResolverFuzz : public Resolving, public testing::TestWithParam<unsigned> {};

TEST_P(PathResolverFuzz, NamesAreTheKernels) {
  RandomTree tree(GetParam());
  int found = 0, made = 0;
  for (int round = 0; round < 400; ++round) {
    change(tree);
    for (int i = 0; i < 20; ++i) {
      const std::string path = tree.path();
      const bool follow = tree.pick(2) == 0;
      const std::string ours = resolved(path, follow || path.ends_with('/'));
      // What the kernel says, of a file that is there or would be made.
      const UniqueFd file(::open(path.c_str(), O_PATH | O_CLOEXEC | (follow ? 0 : O_NOFOLLOW)));
      if (file) {
        ++found;
        ASSERT_EQ(open_file_path(self_, static_cast<RemoteFd>(file.get())), ours)
            << path << (follow ? "" : " nofollow");
        continue;
      }
      if (errno != ENOENT || !follow || !ours.starts_with(tree.root() + "/")) continue;
      const UniqueFd fresh(::open(path.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0644));
      if (!fresh) continue;
      ++made;
      const std::string name = open_file_path(self_, static_cast<RemoteFd>(fresh.get()));
      ::unlink(name.c_str());
      ASSERT_EQ(name, ours) << path;
    }
  }
  EXPECT_GT(found, 500);
  EXPECT_GT(made, 20);
}

// Relative to a folder that is open, and in a root of its own, which must give the same.
TEST_P(PathResolverFuzz, FoldersAreTheKernels) {
  RandomTree tree(GetParam() + 1000);
  int found = 0;
  for (int round = 0; round < 300; ++round) {
    change(tree);
    if (round == 150) resolver_.roots_differ();
    for (int i = 0; i < 60; ++i) {
      const UniqueFd folder(::open(tree.path().c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
      const std::string path = tree.path().substr(tree.root().size() + 1);
      if (!folder || path.empty() || path.starts_with('/')) continue;
      const UniqueFd file(::openat(folder.get(), path.c_str(), O_PATH | O_CLOEXEC));
      if (!file) continue;
      ++found;
      TargetName name = resolver_.name(self_, static_cast<RemoteFd>(folder.get()), path).value();
      ASSERT_EQ(open_file_path(self_, static_cast<RemoteFd>(file.get())),
                resolver_.resolve(self_, name, true))
          << path;
    }
  }
  EXPECT_GT(found, 200);
}

class PathResolverServedTest : public Resolving, public testing::Test {};

// Not even a look: whoever serves it may be waiting for us.
TEST_F(PathResolverServedTest, WhatAProcessServesKeepsItsName) {
  const RandomTree tree(0);
  fs::create_directories(tree.root() + "/served");
  fs::create_directory_symlink("/elsewhere", tree.root() + "/served/link");
  fs::create_directory_symlink("served", tree.root() + "/way");
  EXPECT_EQ(resolved(tree.root() + "/way/link", true), "/elsewhere");
  resolver_.leave_alone(tree.root() + "/served");
  EXPECT_EQ(resolved(tree.root() + "/way/link/../x", true), tree.root() + "/served/x");
}

INSTANTIATE_TEST_SUITE_P(, PathResolverFuzz, testing::Range(0U, 8U));

}  // namespace
}  // namespace bigfoot::test
