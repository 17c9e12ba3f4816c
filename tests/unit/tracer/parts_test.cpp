// tests/unit/tracer/parts_test.cpp - The parts that need no target.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstring>
#include <set>

#include "tracer/calls.h"
#include "tracer/filter.h"
#include "tracer/os.h"
#include "tracer/own_binds.h"
#include "tracer/probe.h"
#include "tracer/proc.h"
#include "tracer/redirects.h"
#include "tracer/remote_memory.h"
#include "tracer/target_path.h"

namespace bigfoot {
namespace {

const Tid kSelf = static_cast<Tid>(::getpid());

TEST(OsErrorTest, NamesTheCallAndTheErrno) {
  EXPECT_EQ(to_text(OsError{"connect", ECONNREFUSED}), "connect: Connection refused (ECONNREFUSED)");
  EXPECT_EQ(to_text(OsError{"x", 99999}), "x: errno 99999");
}

TEST(RemoteMemoryTest, StringsUpToTheEndOfAMapping) {
  char* pages =
      static_cast<char*>(::mmap(nullptr, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
  ASSERT_EQ(::munmap(pages + 4096, 4096), 0);
  std::memset(pages, 'x', 4096);
  pages[4095] = '\0';
  const RemoteMemory memory(kSelf);
  const auto at = reinterpret_cast<std::uint64_t>(pages);
  EXPECT_EQ(memory.read_string(RemotePtr<char>{at + 4090}, 100).value(), "xxxxx");
  EXPECT_EQ(memory.read_string(RemotePtr<char>{at}, 100).error().code, ENAMETOOLONG);
  pages[4095] = 'x';
  EXPECT_EQ(memory.read_string(RemotePtr<char>{at + 4090}, 100).error().code, EFAULT);
  char room[20];
  EXPECT_EQ(memory.read(at + 4090, room, sizeof room).error().code, EFAULT);
  EXPECT_EQ(memory.read(0, room, sizeof room).error().code, EFAULT);
  EXPECT_TRUE(memory.write(at, "abc", 3));
  EXPECT_EQ(std::string(pages, 3), "abc");
}

TEST(CallsTest, OneFunctionANumber) {
  std::set<std::pair<int, void (*)(Calls&, Notification)>> rows;
  std::set<int> numbers;
  for (const TrappedCall& row : trapped_calls()) {
    rows.emplace(row.number, row.handle);
    numbers.insert(row.number);
    EXPECT_STRNE(row.source, "");
  }
  EXPECT_EQ(rows.size(), numbers.size());
}

TEST(FilterTest, TrapsOnlyWhatIsAskedFor) {
  const auto taken = build_filter({});
  const auto owned = build_filter({.own_sockets = true});
  const auto opens = build_filter({.own_sockets = true, .opens = true});
  const auto all = build_filter({.own_sockets = true, .opens = true, .looks = true, .unreadable = {1, 2}});
  const auto files = build_filter({.own_sockets = true, .files = true, .unreadable = {1, 2}});
  ASSERT_TRUE(taken && owned && opens && all && files);
  EXPECT_NE(taken->size(), owned->size());
  EXPECT_LT(owned->size(), opens->size());
  EXPECT_LT(opens->size(), all->size());
  EXPECT_LT(all->size(), files->size());
  EXPECT_LT(files->size(), 256U) << "a jump in BPF reaches 255 instructions";
}

TEST(RedirectsTest, ForgetsTheOneNotUsedForLongest) {
  Redirects redirects;
  EXPECT_TRUE(redirects.none());
  constexpr std::uint64_t kMost = 65536;
  for (std::uint64_t i = 0; i < kMost; ++i) redirects.add(SocketInode{i}, {"a", false, {}, {}, 0, true});
  EXPECT_TRUE(redirects.find(SocketInode{0}));
  redirects.add(SocketInode{kMost}, {"b", false, {}, {}, 0, true});
  EXPECT_TRUE(redirects.find(SocketInode{0}));
  EXPECT_FALSE(redirects.find(SocketInode{1}));
  redirects.forget(SocketInode{0});
  EXPECT_FALSE(redirects.find(SocketInode{0}));
}

InetAddress inet(std::array<std::uint8_t, 4> bytes, std::uint16_t port) {
  InetAddress out;
  std::copy(bytes.begin(), bytes.end(), out.bytes.begin());
  out.port = port;
  return out;
}

TEST(OwnBindsTest, WildcardsCountForLoopback) {
  const UniqueFd open(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const SocketInode inode = *socket_inode(open.get());
  OwnBinds binds([] { return std::vector<Pid>{}; });
  const auto self = static_cast<Pid>(::getpid());
  binds.add({inode, inet({0, 0, 0, 0}, 8080), false, true, self, static_cast<RemoteFd>(open.get())});
  EXPECT_FALSE(binds.receives(inet({127, 0, 0, 1}, 8080), true)) << "it does not listen yet";
  binds.listens(inode);
  EXPECT_TRUE(binds.receives(inet({127, 0, 0, 1}, 8080), true));
  EXPECT_TRUE(binds.receives(inet({0, 0, 0, 0}, 8080), true));
  EXPECT_FALSE(binds.receives(inet({127, 0, 0, 1}, 8081), true));
  EXPECT_FALSE(binds.receives(inet({127, 0, 0, 1}, 8080), false));
  EXPECT_FALSE(binds.receives(inet({10, 99, 99, 99}, 8080), true));
  // Closed: nobody has it open.
  binds.add(
      {SocketInode{1}, inet({127, 0, 0, 1}, 9090), true, true, self, static_cast<RemoteFd>(open.get())});
  EXPECT_FALSE(binds.receives(inet({127, 0, 0, 1}, 9090), true));
}

TEST(TargetPathTest, OneNameForAFile) {
  char folder[] = "/tmp/bigfoot-path-XXXXXX";
  ASSERT_NE(::mkdtemp(folder), nullptr);
  const std::string base = folder;
  const UniqueFd file(::open((base + "/file").c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
  ASSERT_EQ(::symlink(base.c_str(), (base + "/link").c_str()), 0);
  EXPECT_EQ(canonical_path(kSelf, base + "/link/file"), base + "/file");
  EXPECT_EQ(canonical_path(kSelf, base + "/link/new"), base + "/new");
  EXPECT_EQ(canonical_path(kSelf, base + "/none/new"), std::nullopt);
  EXPECT_EQ(absolute_path(kSelf, "/a/./b"), "/a/./b");
  EXPECT_EQ(absolute_path(kSelf, "./b"), *process_link(::getpid(), "cwd") + "/b");
  EXPECT_FALSE(is_executable(open_path(kSelf, base + "/file")->get()));
  EXPECT_TRUE(is_executable(open_path(kSelf, "/proc/self/exe")->get()));
  EXPECT_FALSE(is_executable(open_path(kSelf, "/")->get()));
  ::unlink((base + "/file").c_str());
  ::unlink((base + "/link").c_str());
  ::rmdir(folder);
}

TEST(ProbeTest, EveryLineSaysSomething) {
  const std::vector<ProbeResult> lines = probe_machine();
  EXPECT_GE(lines.size(), 8U);
  for (const ProbeResult& line : lines) {
    EXPECT_NE(line.feature, "");
    EXPECT_NE(line.found, "");
    EXPECT_EQ(line.cure.empty(), line.state == ProbeResult::State::ok) << line.feature;
  }
}

}  // namespace
}  // namespace bigfoot
