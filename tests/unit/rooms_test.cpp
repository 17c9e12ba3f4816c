// tests/unit/rooms_test.cpp - Holds the include lines of every room to the picture in CONTRIBUTING.md: who may enter whom, and where each
// third-party library has its home. Source: architecture.md, "Rooms and who may enter whom".
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <vector>

namespace {

namespace fs = std::filesystem;
using Names = std::set<std::string>;

const std::map<std::string, Names> kMayEnter = {
    {"tracer", {"tracer"}},
    {"protocols", {"protocols"}},
    {"spec", {"spec", "protocols"}},
    {"runner", {"runner", "spec", "protocols", "tracer"}},
};

/// What stays in one room, by how its header begins (the longest that fits decides); an empty set: in none but the tests.
const std::map<std::string, Names> kHomes = {
    {"seccomp.h", {"tracer"}},     {"linux/", {"tracer"}},  {"sys/ptrace.h", {"tracer"}},
    {"toml.hpp", {"spec"}},        {"toml11/", {"spec"}},   {"CLI/", {"runner"}},
    {"boost/asio", {"runner"}},    {"boost/beast", {"protocols"}}, {"gtest/", {}},
    {"boost/asio/buffer.hpp", {"runner", "protocols"}},  // the byte span that Beast's parser takes, no I/O
};

/// protocols and spec know no descriptor, clock, thread, log or Linux.
const Names kNotInPureRooms = {"sys/socket.h", "sys/epoll.h", "sys/ioctl.h", "sys/wait.h", "unistd.h", "fcntl.h", "poll.h", "thread",
                               "mutex", "condition_variable", "atomic", "iostream", "cstdio", "signal.h", "csignal", "netinet/in.h"};

struct Include {
  fs::path file;
  int line;
  std::string name;
};

std::vector<Include> includes_of(const std::string& room) {
  static const std::regex kInclude(R"(^\s*#\s*include\s*[<"]([^>"]+)[>"].*)");
  std::vector<Include> found;
  for (const auto& entry : fs::recursive_directory_iterator(fs::path(BIGFOOT_SOURCE_DIR) / room)) {
    const std::string kind = entry.path().extension();
    if (kind != ".h" && kind != ".cpp") continue;
    std::ifstream in(entry.path());
    std::smatch match;
    int number = 0;
    for (std::string line; std::getline(in, line);) {
      ++number;
      if (std::regex_match(line, match, kInclude)) found.push_back({entry.path(), number, match[1]});
    }
  }
  return found;
}

std::string place(const Include& include) {
  return fs::relative(include.file, BIGFOOT_SOURCE_DIR).string() + ":" + std::to_string(include.line) + " includes " + include.name;
}

class Rooms : public testing::TestWithParam<std::string> {};

TEST_P(Rooms, EnterOnlyTheRoomsBelowThem) {
  const Names& allowed = kMayEnter.at(GetParam());
  for (const Include& include : includes_of(GetParam())) {
    const std::string first = include.name.substr(0, include.name.find('/'));
    const bool ours = kMayEnter.contains(first);
    EXPECT_TRUE(!ours || allowed.contains(first)) << place(include) << ": " << GetParam() << " may not enter " << first;
  }
}

TEST_P(Rooms, KeepLibrariesInTheirHomes) {
  for (const Include& include : includes_of(GetParam())) {
    const Names* homes = nullptr;
    for (const auto& [header, rooms] : kHomes)  // sorted: of two that fit, the longer one comes later
      if (include.name.starts_with(header)) homes = &rooms;
    EXPECT_TRUE(!homes || homes->contains(GetParam())) << place(include) << ", which is not at home in " << GetParam();
  }
}

TEST_P(Rooms, AreNotEmpty) { EXPECT_THAT(includes_of(GetParam()), testing::Not(testing::IsEmpty())); }

INSTANTIATE_TEST_SUITE_P(Each, Rooms, testing::Values("tracer", "protocols", "spec", "runner"), [](const auto& room) { return room.param; });

TEST(PureRooms, KnowNoDescriptorClockThreadOrLog) {
  for (const char* room : {"protocols", "spec"})
    for (const Include& include : includes_of(room)) EXPECT_FALSE(kNotInPureRooms.contains(include.name)) << place(include);
}

TEST(Rooms, AreOnlyThese) {  // no util, common or core
  Names folders;
  for (const auto& entry : fs::directory_iterator(BIGFOOT_SOURCE_DIR))
    if (const std::string name = entry.path().filename(); entry.is_directory() && !name.starts_with(".") && !name.starts_with("build"))
      if (!includes_of(name).empty()) folders.insert(name);
  for (const char* not_a_room : {"tests", "examples", "clients"}) folders.erase(not_a_room);
  EXPECT_THAT(folders, testing::UnorderedElementsAre("tracer", "protocols", "spec", "runner"));
}

}  // namespace
