// tests/unit/tracer/outputs_test.cpp - What comes out of a program whose writes are watched, and what is told
// of them.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "harness.h"
#include "targets.h"

namespace bigfoot::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using Arguments = std::vector<std::string>;

struct Plan {
  bool out = false, err = true;  ///< which are held
  bool one_file = false;         ///< both are the same pipe
  bool socket = false;           ///< a socket instead of a pipe
  bool swallow = false;
  bool slow = false;    ///< what reads them begins late, and reads little
  bool broken = false;  ///< nobody reads the standard error
  bool supervised = true;
  bool null = false;    ///< the standard error is /dev/null
  bool docker = false;  ///< in a default container, where kcmp(2) is forbidden
};
struct Seen {
  int status = -1;
  std::string out, err;  ///< what came out; `out` of both where they are one file
  std::string told_out, told_err;
};

struct Ends {
  UniqueFd read, write;
};
Ends make_ends(bool socket) {
  int ends[2] = {-1, -1};
  EXPECT_EQ(socket ? ::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) : ::pipe2(ends, O_CLOEXEC),
            0);
  return {UniqueFd(ends[0]), UniqueFd(ends[1])};
}

int run_watched(const std::string& target, const Arguments& arguments, const Plan& plan, int told_out,
                int told_err) {
  EchoHandler handler;
  handler.output = [&](OutputCall call) {
    const std::size_t size = plan.swallow ? call.bytes().size() : call.write();
    const int told = call.descriptor() == 1 ? told_out : told_err;
    if (::write(told, call.bytes().data(), size) != static_cast<ssize_t>(size)) return;
    if (plan.swallow) return std::move(call).swallow();
    std::move(call).let_through();
  };
  LaunchOptions options;
  options.env = {target_name(target)};
  options.hold_stdout = plan.out;
  options.hold_stderr = plan.err;
  return run_command(target_command(arguments), handler, options).exit.exit_code.value_or(-1);
}

int run_alone(const std::string& target, const Arguments& arguments) {
  const auto [name, value] = target_name(target);
  ::setenv(name.c_str(), value.c_str(), 1);
  std::vector<std::string> argv = target_command(arguments);
  std::vector<char*> pointers;
  for (std::string& text : argv) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  ::execv(pointers[0], pointers.data());
  return -1;
}

std::string whole(int fd) {
  std::string text(static_cast<std::size_t>(::lseek(fd, 0, SEEK_END)), '\0');
  EXPECT_EQ(::pread(fd, text.data(), text.size(), 0), static_cast<ssize_t>(text.size()));
  return text;
}

// The target in a process of its own, whose standard output and error are ours to read.
Seen run(const std::string& target, const Plan& plan, const Arguments& arguments = {}) {
  Ends out = make_ends(plan.socket), err = make_ends(plan.socket);
  const UniqueFd told_out(::memfd_create("out", MFD_CLOEXEC)), told_err(::memfd_create("err", MFD_CLOEXEC));
  const pid_t child = ::fork();
  if (child == 0) {
    ::dup2(out.write.get(), 1);
    ::dup2(plan.one_file ? out.write.get() : err.write.get(), 2);
    out.read.reset();
    err.read.reset();
    if (plan.null) ::dup2(UniqueFd(::open("/dev/null", O_WRONLY | O_CLOEXEC)).get(), 2);
    if (plan.docker && !imitate_docker()) ::_exit(99);
    ::_exit(plan.supervised ? run_watched(target, arguments, plan, told_out.get(), told_err.get())
                            : run_alone(target, arguments));
  }
  out.write.reset();
  err.write.reset();
  if (plan.broken) err.read.reset();
  if (plan.slow) ::usleep(200'000);
  Seen seen;
  pollfd watched[] = {{out.read.get(), POLLIN, 0}, {err.read.get(), POLLIN, 0}};
  std::string* into[] = {&seen.out, &seen.err};
  while (watched[0].fd >= 0 || watched[1].fd >= 0) {
    ::poll(watched, 2, 30'000);
    for (int i = 0; i < 2; ++i) {
      if (watched[i].fd < 0 || watched[i].revents == 0) continue;
      char part[5000];
      const ssize_t size = ::read(watched[i].fd, part, sizeof part);
      if (size <= 0)
        watched[i].fd = -1;
      else
        into[i]->append(part, static_cast<std::size_t>(size));
      if (plan.slow) ::usleep(1000);
    }
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  seen.status = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  seen.told_out = whole(told_out.get());
  seen.told_err = whole(told_err.get());
  return seen;
}

TEST(OutputsTest, InterleavedAsWithoutUs) {
  const Seen alone = run("mixes", {.one_file = true, .supervised = false});
  ASSERT_EQ(alone.status, 0);
  for (const bool out : {false, true}) {
    for (const bool err : {false, true}) {
      const Seen seen = run("mixes", {.out = out, .err = err, .one_file = true});
      EXPECT_EQ(seen.status, 0);
      EXPECT_EQ(seen.out, alone.out);
      EXPECT_EQ(std::ranges::count(seen.told_out, '\n'), out ? 200 : 0);
      EXPECT_EQ(std::ranges::count(seen.told_err, '\n'), err ? 400 : 0);
    }
  }
}

TEST(OutputsTest, TellsWhatCameOut) {
  for (const bool socket : {false, true}) {
    const Seen seen = run("mixes", {.out = true, .socket = socket});
    EXPECT_EQ(seen.status, 0);
    EXPECT_EQ(seen.told_out, seen.out);
    EXPECT_EQ(seen.told_err, seen.err);
    EXPECT_THAT(seen.err, HasSubstr("err 199\nhead tail 199\n"));
  }
}

TEST(OutputsTest, SwallowedWritesSayThatAllWasWritten) {
  const Seen seen = run("mixes", {.swallow = true});
  EXPECT_EQ(seen.status, 0);
  EXPECT_EQ(seen.err, "");
  EXPECT_EQ(std::ranges::count(seen.told_err, '\n'), 400);
  EXPECT_EQ(std::ranges::count(seen.out, '\n'), 200);
}

TEST(OutputsTest, NothingIsTrappedUnasked) {
  const Seen seen = run("mixes", {.err = false});
  EXPECT_EQ(seen.status, 0);
  EXPECT_EQ(seen.told_out + seen.told_err, "");
  EXPECT_EQ(std::ranges::count(seen.err, '\n'), 400);
}

TEST(OutputsTest, OddWritesAreTheKernels) {
  const Seen seen = run("odd_writes", {});
  EXPECT_EQ(seen.status, 0);
  EXPECT_EQ(seen.told_err, "a\n");
}

TEST(OutputsTest, TheFileCountsAndNotTheNumber) {
  const Seen seen = run("duplicates", {.out = true});
  EXPECT_EQ(seen.status, 0);
  EXPECT_EQ(seen.told_err, "by its number\nby the number of another\n");
  EXPECT_EQ(seen.told_out, "to the other again\nredirected to the other\n");
  EXPECT_EQ(run("duplicates", {}).told_out, "");
}

TEST(OutputsTest, TheSameInADefaultContainer) {
  const Seen mixed = run("mixes", {.out = true, .docker = true});
  EXPECT_EQ(mixed.status, 0);
  EXPECT_EQ(mixed.told_out, mixed.out);
  EXPECT_EQ(mixed.told_err, mixed.err);
  EXPECT_EQ(run("duplicates", {.docker = true}).told_err, "by its number\nby the number of another\n");
  const Seen full = run("never_waits", {.slow = true, .docker = true}, {"300000"});
  EXPECT_EQ(full.status, 0);
  EXPECT_TRUE(full.told_err == full.err);
}

TEST(OutputsTest, WhereNothingIsSeenAChildThatIsSilencedIsNot) {
  const Seen seen = run("redirected_children", {.null = true}, {"/dev/null"});
  EXPECT_EQ(seen.status, 0);
  EXPECT_EQ(seen.told_err, "before\ninherited\nafter\n");
}

TEST(OutputsTest, RedirectedChildrenAreTheirParentsAffair) {
  char name[] = "/tmp/bigfoot-outputs-XXXXXX";
  const UniqueFd file(::mkstemp(name));
  const Seen seen = run("redirected_children", {}, {name});
  EXPECT_EQ(seen.status, 0);
  EXPECT_EQ(seen.told_err, "before\ninherited\nafter\n");
  EXPECT_EQ(whole(file.get()), "elsewhere\n");
  std::filesystem::remove(name);
}

TEST(OutputsTest, EightThreadsAtOnce) {
  const Seen seen = run("eight_threads", {.out = true});
  EXPECT_EQ(seen.status, 0);
  for (const auto& [told, came] : {std::pair(seen.told_out, seen.out), std::pair(seen.told_err, seen.err)}) {
    EXPECT_EQ(std::ranges::count(told, '\n'), 1600);
    std::vector<std::string> one, other;
    std::istringstream told_lines(told), came_lines(came);
    for (std::string line; std::getline(told_lines, line);) one.push_back(line);
    for (std::string line; std::getline(came_lines, line);) other.push_back(line);
    std::ranges::sort(one);
    std::ranges::sort(other);
    EXPECT_EQ(one, other);
  }
}

TEST(OutputsTest, OnlyWhatWentOutOfAFullPipe) {
  for (const bool socket : {false, true}) {
    const Seen seen = run("never_waits", {.socket = socket, .slow = true}, {"1000000"});
    EXPECT_EQ(seen.status, 0);
    EXPECT_GE(seen.err.size(), 1'000'000u);
    EXPECT_TRUE(seen.told_err == seen.err) << seen.told_err.size() << " of " << seen.err.size();
  }
}

TEST(OutputsTest, AWriteThatIsInterruptedIsToldOfOnce) {
  for (const char* way : {"restarts", "tries again"}) {
    const Seen seen = run("is_interrupted", {.slow = true}, {"600000", way});
    EXPECT_EQ(seen.status, 0) << way;
    EXPECT_GE(seen.err.size(), 600'000u);
    EXPECT_TRUE(seen.told_err == seen.err)
        << way << ": " << seen.told_err.size() << " of " << seen.err.size();
  }
}

TEST(OutputsTest, ABrokenPipeKillsAsWithoutUs) {
  for (const char* way : {"blocking", "non-blocking"})
    EXPECT_EQ(run("breaks", {.broken = true}, {way}).status, 0) << way;
}

TEST(OutputsTest, ALongWriteIsCut) {
  const Seen seen = run("is_interrupted", {}, {"3000000", "restarts"});
  EXPECT_EQ(seen.status, 0);
  EXPECT_TRUE(seen.told_err == seen.err);
}

}  // namespace
}  // namespace bigfoot::test
