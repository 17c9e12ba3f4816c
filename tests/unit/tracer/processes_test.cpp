// tests/unit/tracer/processes_test.cpp - Launching, the process tree, its end, storms, and the container.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "harness.h"
#include "targets.h"
#include "tracer/proc.h"

namespace bigfoot::test {
namespace {

using Access = LaunchOptions::SocketAccess;
using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::IsSupersetOf;

struct LaunchCase {
  const char* name;
  std::vector<std::string> argv;
  int status;
  const char* what;
};

class LaunchErrorTest : public testing::TestWithParam<LaunchCase> {};
TEST_P(LaunchErrorTest, SaysWhy) {
  EchoHandler handler;
  const RunResult result = run_command(GetParam().argv, handler);
  ASSERT_TRUE(result.error);
  EXPECT_EQ(result.error->exit_status, GetParam().status);
  EXPECT_THAT(result.error->what, HasSubstr(GetParam().what));
}
const LaunchCase kLaunchCases[] = {
    {"NotInPath", {"bigfoot-no-such-command"}, 127, "bigfoot-no-such-command: not found in PATH (/"},
    {"NoSuchFile", {"/no/such/file"}, 127, "/no/such/file: No such file or directory"},
    {"NotExecutable", {"/etc/passwd"}, 126, "/etc/passwd: Permission denied"},
    {"Folder", {"/tmp"}, 126, "/tmp: Permission denied"},
    {"Empty", {""}, 127, ": not found in PATH"},
};
INSTANTIATE_TEST_SUITE_P(, LaunchErrorTest, testing::ValuesIn(kLaunchCases),
                         [](const auto& info) { return info.param.name; });

struct Script {
  explicit Script(const std::string& text) {
    char name[] = "/tmp/bigfoot-script-XXXXXX";
    UniqueFd fd(::mkstemp(name));
    path = name;
    EXPECT_EQ(::write(fd.get(), text.data(), text.size()), static_cast<ssize_t>(text.size()));
    ::fchmod(fd.get(), 0755);
  }
  ~Script() { ::unlink(path.c_str()); }
  std::string path;
};

TEST(LaunchTest, BadInterpreter) {
  const Script script("#!/no/such/interpreter\n");
  EchoHandler handler;
  const RunResult result = run_command({script.path}, handler);
  ASSERT_TRUE(result.error);
  EXPECT_EQ(result.error->exit_status, 126);
  EXPECT_THAT(result.error->cure, HasSubstr("interpreter"));
}

TEST(LaunchTest, ScriptWithoutInterpreterIsTheShells) {
  const Script script("exit 7\n");
  EchoHandler handler;
  EXPECT_EQ(run_command({script.path}, handler).exit.exit_code, 7);
}

TEST(LaunchTest, NestedIsExplained) {
  EchoHandler handler;
  EXPECT_EQ(run_target("nested", handler).exit.exit_code, 0);
}

TEST(LaunchTest, SignalsAndExitCodesComeThrough) {
  EchoHandler handler;
  EXPECT_EQ(run_command({"sh", "-c", "exit 42"}, handler).exit.exit_code, 42);
  EXPECT_EQ(run_command({"sh", "-c", "kill -TERM $$"}, handler).exit.signal, SIGTERM);
}

TEST(LaunchTest, EnvironmentIsSetOnTop) {
  EchoHandler handler;
  LaunchOptions options;
  options.env = {{"BIGFOOT_A", "one two"}, {"HOME", "/elsewhere"}};
  EXPECT_EQ(run_command({"sh", "-c", "test \"$BIGFOOT_A\" = 'one two' -a $HOME = /elsewhere -a -n \"$PATH\""},
                        handler, options)
                .exit.exit_code,
            0);
}

TEST(LaunchTest, SupervisorsDescriptorsStayItsOwn) {
  EchoHandler handler;
  // 0, 1, 2 and the one that ls opens: whatever the test runner leaves open is inherited by both.
  EXPECT_EQ(
      run_command({"sh", "-c",
                   "for fd in /proc/self/fd/*; do case $(readlink $fd) in *seccomp*|*eventpoll*|*signalfd*|"
                   "*eventfd*) exit 1;; esac; done"},
                  handler)
          .exit.exit_code,
      0);
}

std::vector<std::string> told(const std::vector<ProcessEvent>& events) {
  std::vector<std::string> out;
  for (const ProcessEvent& event : events) {
    std::string text = event.what == ProcessEvent::What::started ? "started"
                       : event.what == ProcessEvent::What::exec  ? "exec " + event.exe
                                                                 : "ended";
    if (event.exit_code) text += " " + std::to_string(*event.exit_code);
    if (event.signal) text += " signal " + std::to_string(*event.signal);
    out.push_back(text + (event.main ? " main" : ""));
  }
  return out;
}

TEST(ProcessesTest, ChainOfExecs) {
  EchoHandler handler;
  ASSERT_EQ(run_command({"/bin/sh", "-c", "/bin/sh -c '/bin/false; exit 3'; exec /bin/true"}, handler)
                .exit.exit_code,
            0);
  ASSERT_TRUE(handler.wait_until_gone());
  // Ends are learned of beside the calls: in their own order, but perhaps a little later than the next call.
  std::vector<std::string> begun, ended;
  for (const std::string& one : told(handler.processes()))
    (one.starts_with("ended") ? ended : begun).push_back(one);
  EXPECT_THAT(begun, ElementsAre("started main", "exec /bin/sh main", "started", "exec /bin/sh", "started",
                                 "exec /bin/false", "exec /bin/true main"));
  EXPECT_THAT(ended, ElementsAre("ended 1", "ended 3", "ended 0 main"));
  EXPECT_THAT(handler.processes()[1].argv, ElementsAre("/bin/sh", "-c", testing::_));
  EXPECT_EQ(handler.processes()[2].parent, handler.processes()[0].pid);
}

TEST(ProcessesTest, SearchInPathIsOneExec) {
  EchoHandler handler;
  ASSERT_EQ(run_command({"/usr/bin/env", "-i", "PATH=/no/such:/tmp:/bin", "true"}, handler).exit.exit_code,
            0);
  ASSERT_TRUE(handler.wait_until_gone());
  EXPECT_THAT(told(handler.processes()),
              ElementsAre("started main", "exec /usr/bin/env main", "exec /bin/true main", "ended 0 main"));
}

TEST(ProcessesTest, OrphansAreWaitedFor) {
  EchoHandler handler;
  LaunchOptions options;
  options.env = {target_name("orphan")};
  options.argv = target_command();
  auto supervisor = Supervisor::launch(options, handler);
  ASSERT_TRUE(supervisor);
  pollfd ended{(*supervisor)->main_exit_fd(), POLLIN, 0};
  ASSERT_EQ(::poll(&ended, 1, 10'000), 1);
  EXPECT_EQ((*supervisor)->main_exit()->exit_code, 5);
  EXPECT_EQ((*supervisor)->living().size(), 1U);
  EXPECT_TRUE(handler.wait_until_gone());
  EXPECT_THAT(handler.asked(), ElementsAre("stream 10.0.0.9:80"));
  EXPECT_THAT((*supervisor)->living(), IsEmpty());
}

TEST(ProcessesTest, KillTreeLeavesNobody) {
  EchoHandler handler;
  LaunchOptions options;
  options.env = {target_name("sleep_long")};
  options.argv = target_command();
  auto supervisor = Supervisor::launch(options, handler);
  ASSERT_TRUE(supervisor);
  while ((*supervisor)->living().size() < 8) ::usleep(1000);
  (*supervisor)->kill_tree();
  EXPECT_TRUE(handler.wait_until_gone());
  EXPECT_THAT((*supervisor)->living(), IsEmpty());
  EXPECT_EQ((*supervisor)->main_exit()->signal, SIGKILL);
}

TEST(ProcessesTest, SignalsReachTheGroup) {
  EchoHandler handler;
  LaunchOptions options;
  options.argv = {"sh", "-c", "trap 'exit 9' TERM; sleep 60 & wait"};
  auto supervisor = Supervisor::launch(options, handler);
  ASSERT_TRUE(supervisor);
  while (!testing::Matches(Contains(testing::EndsWith("/sleep")))(told(handler.processes()))) ::usleep(1000);
  (*supervisor)->signal_group(SIGTERM);
  EXPECT_TRUE(handler.wait_until_gone());
  EXPECT_EQ((*supervisor)->main_exit()->exit_code, 9);
}

// Below us, processes with one seccomp filter more than we have.
std::size_t filtered_below_us() {
  std::size_t count = 0;
  const int own = task_status(static_cast<Tid>(::getpid()))->filters;
  for (const Pid pid : descendants_of(static_cast<Pid>(::getpid()))) {
    const auto status = task_status(static_cast<Tid>(pid));
    if (status && status->filters > own) ++count;
  }
  return count;
}

struct Victim {
  const char* name;
  bool keeper;
};
class SuddenDeathTest : public testing::TestWithParam<Victim> {};

TEST_P(SuddenDeathTest, LeavesNobody) {
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);
  const pid_t supervisor = ::fork();
  if (supervisor == 0) {
    EchoHandler handler;
    run_target("sleep_long", handler);
    ::_exit(0);
  }
  while (filtered_below_us() < 8) ::usleep(1000);
  if (GetParam().keeper) {
    for (const Pid pid : descendants_of(static_cast<Pid>(supervisor))) {
      const auto parent = task_status(static_cast<Tid>(pid));
      if (parent && parent->parent == static_cast<Pid>(supervisor)) ::kill(static_cast<pid_t>(pid), SIGKILL);
    }
  } else {
    ::kill(supervisor, SIGKILL);
  }
  // One look at /proc may miss a process that changes its parent meanwhile: several must find none.
  int empty = 0;
  for (int i = 0; i < 5000 && empty < 20; ++i) {
    empty = filtered_below_us() == 0 ? empty + 1 : 0;
    ::usleep(1000);
  }
  EXPECT_EQ(empty, 20);
  ::kill(supervisor, SIGKILL);
  while (::waitpid(-1, nullptr, 0) > 0) {
  }
}
INSTANTIATE_TEST_SUITE_P(, SuddenDeathTest,
                         testing::Values(Victim{"Supervisor", false}, Victim{"Keeper", true}),
                         [](const auto& info) { return info.param.name; });

struct StormCase {
  const char* name;
  const char* target;
  std::vector<std::string> arguments;
  std::size_t dials;
};
class StormTest : public testing::TestWithParam<std::tuple<Access, StormCase>> {};
TEST_P(StormTest, EveryDialSucceeds) {
  const auto& [access, c] = GetParam();
  EchoHandler handler;
  EXPECT_EQ(run_target(c.target, handler, c.arguments, access).exit.exit_code, 0);
  EXPECT_EQ(handler.asked().size(), c.dials);
  EXPECT_THAT(handler.errors(), IsEmpty());
}
const StormCase kStorms[] = {
    {"Threads", "thread_storm", {"50", "20"}, 1000},
    {"Forks", "fork_storm", {"100"}, 100},
    {"Signals", "signal_storm", {"2000"}, 2000},
};
INSTANTIATE_TEST_SUITE_P(, StormTest,
                         testing::Combine(testing::Values(Access::probe, Access::owned_from_birth),
                                          testing::ValuesIn(kStorms)),
                         [](const auto& info) {
                           const bool owned = std::get<0>(info.param) == Access::owned_from_birth;
                           return std::string(owned ? "Owned" : "Taken") + std::get<1>(info.param).name;
                         });

TEST(RefusalsTest, AreToldOf) {
  EchoHandler handler;
  EXPECT_EQ(run_target("refusals", handler).exit.exit_code, 0);
  EXPECT_THAT(handler.notices(), Contains(HasSubstr("io_uring_setup answered ENOSYS")));
#if defined(__x86_64__)
  EXPECT_THAT(handler.notices(), Contains(HasSubstr("32-bit program refused")));
#endif
}

struct Place {
  const char* name;
  bool docker, nobody;
};
class ContainerTest : public testing::TestWithParam<Place> {};
TEST_P(ContainerTest, Works) {
  const struct {
    const char* target;
    std::vector<std::string> arguments;
  } kRuns[] = {{"stream", {"10.0.0.5:80"}},
               {"nonblocking", {"[2001:db8::1]:80"}},
               {"resolver", {"10.0.0.1:53"}},
               {"datagrams", {"-", "10.0.0.1:53", "10.0.0.2:53"}},
               {"odd_receives", {}},
               {"own_server", {"127.0.0.1:0", "127.0.0.1"}},
               {"refusals", {}},
               {"thread_storm", {"10", "10"}}};
  for (const auto& run : kRuns) {
    const int status = in_child([&] {
      if (GetParam().nobody && !become_nobody()) return 90;
      if (GetParam().docker && !imitate_docker()) return 91;
      EchoHandler handler;
      const RunResult result = run_target(run.target, handler, run.arguments);
      if (result.error) std::fprintf(stderr, "%s\n", result.error->what.c_str());
      return result.error ? 92 : result.exit.exit_code.value_or(93);
    });
    EXPECT_EQ(status, 0) << run.target;
  }
}
INSTANTIATE_TEST_SUITE_P(, ContainerTest,
                         testing::Values(Place{"Docker", true, false}, Place{"Nobody", false, true},
                                         Place{"DockerNobody", true, true}),
                         [](const auto& info) { return info.param.name; });

TEST(LoopbackOnlyTest, GetaddrinfoBelievesInBothFamilies) {
  const int status = in_child([] {
    if (::unshare(CLONE_NEWNET) != 0 && ::unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0) return 77;
    const UniqueFd any(::socket(AF_INET, SOCK_DGRAM, 0));
    ifreq up{};
    up.ifr_name[0] = 'l';
    up.ifr_name[1] = 'o';
    up.ifr_flags = IFF_UP;
    if (::ioctl(any.get(), SIOCSIFFLAGS, &up) != 0) return 78;
    EchoHandler handler;
    return run_target("address_guess", handler).exit.exit_code.value_or(79);
  });
  EXPECT_EQ(status, 0);
}

}  // namespace
}  // namespace bigfoot::test
