// tests/unit/runner/search_path_test.cpp - Steps of one search through PATH, and the programs that a spec names.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runner/program_names.h"
#include "runner/search_path.h"
#include "tests/unit/spec/spec_text.h"

namespace bigfoot {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(SearchPath, Folders) {
  EXPECT_THAT(folders_of("/bin:/usr/bin/::relative:/:/bin"), ElementsAre("/bin", "/usr/bin", "/", "/bin"));
  EXPECT_THAT(folders_of(""), IsEmpty());
  EXPECT_THAT(search_path(std::vector<std::string>{"A=1", "PATHS=/x", "PATH=/bin", "PATH=/never"}), ElementsAre("/bin"));
  EXPECT_THAT(search_path(std::vector<std::string>{"A=1"}), IsEmpty());
  EXPECT_EQ(folder_of("/usr/bin/git"), "/usr/bin");
  EXPECT_EQ(folder_of("/usr/bin//git"), "/usr/bin");
  EXPECT_EQ(folder_of("/git"), "/");
  EXPECT_TRUE(is_next_folder({"/a", "/b", "/a", "/c"}, "/a", "/c"));
  EXPECT_FALSE(is_next_folder({"/a", "/b", "/a", "/c"}, "/c", "/a"));
  EXPECT_FALSE(is_next_folder({"/a"}, "/a", "/a"));
}

TEST(SearchPath, AFolderTwiceIsTwoSteps) {
  const std::vector<std::string> folders{"/a", "/b", "/a"};
  SearchSteps steps;
  EXPECT_TRUE(steps.empty());
  for (const char* path : {"/a/git", "/b/git", "/a/git"}) {
    EXPECT_TRUE(steps.could_be(path, folders)) << path;
    steps.add(path);
  }
  EXPECT_FALSE(steps.could_be("/a/git", folders));
  EXPECT_FALSE(steps.could_be("/b/git", folders));
  EXPECT_TRUE(steps.could_be("/c/git", folders)) << "a shell's PATH may be another";
}

struct NamesCase {
  const char* name;
  const char* toml;
  bool empty;
  std::vector<std::string> meant, not_meant;
};
const NamesCase kNames[] = {
    {"Nothing", "[[expect]]\ndns = \"a.b\"\nreply = [\"10.0.0.1\"]\n", true, {}, {"git"}},
    {"Exec", "[[expect]]\nexec = [\"git\", \"pull\"]\n", false, {"git", "/usr/bin/git", "./git"}, {"gi", "/git/x", "pull", ".git"}},
    {"APath", "[[expect]]\nexec = [\"/opt/tools/git\"]\n", false, {"git", "/bin/git"}, {"/opt/tools"}},
    {"Which", "[[expect]]\nwhich = \"docker\"\nreply = false\n", false, {"/bin/docker"}, {"docker.sock"}},
    {"AHole", "[[expect]]\nexec = [\"{{/^python3/}}\", \"-V\"]\n", false, {"/bin/python3", "python3.11"}, {"/python3/x", "python"}},
    {"AnyProgram", "[[expect]]\nexec = [\"*\", \"-V\"]\n", true, {}, {"git"}},
    {"Shell", "[[expect]]\nshell = \"ls\"\n", true, {}, {"sh", "ls"}},
};

TEST(ProgramNames, OfEntries) {
  for (const NamesCase& row : kNames) {
    SCOPED_TRACE(row.name);
    const Spec spec = spec_of(row.toml);
    const ProgramNames names(spec, quiet_world());
    EXPECT_EQ(names.empty(), row.empty);
    for (const std::string& path : row.meant) EXPECT_TRUE(names.may_be_meant(path)) << path;
    for (const std::string& path : row.not_meant) EXPECT_FALSE(names.may_be_meant(path)) << path;
  }
}

}  // namespace
}  // namespace bigfoot
