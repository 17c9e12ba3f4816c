// tests/unit/tracer/execs_test.cpp - Programs that are replaced, refused or let through, in every way a program starts another.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <filesystem>
#include <fstream>
#include <queue>

#include "harness.h"
#include "targets.h"
#include "tests/unit/temporary_folder.h"

namespace bigfoot::test {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::IsEmpty;

const std::string kMocked = "/no/such/folder/mocked";

class Folder {
 public:
  std::string operator/(const char* name) const { return temporary_.path() / name; }
  std::string file(const char* name, const std::string& text, mode_t mode) const {
    const std::string path = *this / name;
    std::ofstream(path) << text;
    ::chmod(path.c_str(), mode);
    return path;
  }

 private:
  const TemporaryFolder temporary_{0755};
};

// Has the telling stub run in place of programs whose name begins with "mocked".
class Mocking : public EchoHandler {
 public:
  enum class On { notification_thread, own_thread };
  explicit Mocking(On on = On::own_thread) : stub_(::open(TELLING_STUB, O_RDONLY | O_CLOEXEC)) {
    EXPECT_TRUE(stub_) << TELLING_STUB;
    exec = [this, on](ExecCall call) {
      const std::string name = fs::path(call.path()).filename();
      if (!name.starts_with("mocked")) return std::move(call).let_through();
      if (on == On::notification_thread) return replace(std::move(call));
      const std::lock_guard lock(mutex_);
      waiting_.push(std::move(call));
      changed_.notify_one();
    };
    if (on == On::own_thread) thread_ = std::thread([this] { answer(); });
  }
  ~Mocking() override { end_answering(); }
  /// The last program may have ended before the thread that replaced it has counted that, and has done with the Supervisor.
  void end_answering() override {
    if (!thread_.joinable()) return;
    {
      const std::lock_guard lock(mutex_);
      stop_ = true;
      changed_.notify_one();
    }
    thread_.join();
  }
  int replaced() const { return replaced_; }
  /// Of replace(), where it failed.
  std::vector<int> codes() {
    const std::lock_guard lock(mutex_);
    return codes_;
  }

 private:
  void replace(ExecCall call) {
    int ends[2];
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), 0);
    channels_.emplace_back(ends[0]);
    const UniqueFd theirs(ends[1]);
    const OsResult<void> done = std::move(call).replace(stub_.get(), theirs.get());
    if (done) ++replaced_;
    if (!done) {
      const std::lock_guard lock(mutex_);
      codes_.push_back(done.error().code);
    }
    if (channels_.size() > 100) channels_.clear();
  }
  void answer() {
    for (;;) {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] { return stop_ || !waiting_.empty(); });
      if (waiting_.empty()) return;
      ExecCall call = std::move(waiting_.front());
      waiting_.pop();
      lock.unlock();
      replace(std::move(call));
    }
  }

  const UniqueFd stub_;
  std::vector<UniqueFd> channels_;
  std::atomic<int> replaced_ = 0;
  std::mutex mutex_;
  std::vector<int> codes_;
  std::condition_variable changed_;
  std::queue<ExecCall> waiting_;
  bool stop_ = false;
  std::thread thread_;
};

RunResult run_holding(const std::string& target, EchoHandler& handler, const std::vector<std::string>& arguments) {
  LaunchOptions options;
  options.env = {target_name(target)};
  options.hold_execs = true;
  return run_command(target_command(arguments), handler, options);
}

struct Way {
  const char* name;
  int times;
  bool there = false;  // the program has to be
};
std::ostream& operator<<(std::ostream& out, const Way& way) { return out << way.name; }
const Way kWays[] = {
    {"fork", 50},      {"vfork", 50},           {"spawn", 50},     {"clone3", 50},       {"execveat", 20, true},
    {"empty_path", 20, true}, {"last_byte", 20}, {"thread", 50},    {"threads", 50},      {"restarting_storm", 100},
    {"interrupting_storm", 100}, {"stops", 50},  {"few_files", 20}, {"many_files", 5},    {"no_file_left", 20},
    {"signals_blocked", 20}, {"shell", 20},      {"popen", 20},     {"system", 20},
};

class WayTest : public testing::TestWithParam<std::tuple<Mocking::On, Way>> {};
TEST_P(WayTest, RunsTheStub) {
  const auto& [on, way] = GetParam();
  const Folder folder;
  const std::string path = way.there ? folder.file("mocked", "#!/no/such/interpreter\n", 0755) : kMocked;
  Mocking handler(on);
  EXPECT_EQ(run_holding("executes", handler, {way.name, std::to_string(way.times), path}).exit.exit_code, 0);
  EXPECT_GE(handler.replaced(), way.times);
  EXPECT_THAT(handler.codes(), testing::Each(ESRCH)) << "only those whose thread another has ended";
  ASSERT_TRUE(handler.wait_until_gone());
  int told = 0;
  for (const ProcessEvent& event : handler.processes()) {
    if (event.what != ProcessEvent::What::exec || event.exe != path) continue;
    EXPECT_THAT(event.argv, ElementsAre(path, "one", "two words"));
    ++told;
  }
  EXPECT_GE(told, way.times);
}
INSTANTIATE_TEST_SUITE_P(, WayTest,
                         testing::Combine(testing::Values(Mocking::On::notification_thread, Mocking::On::own_thread),
                                          testing::ValuesIn(kWays)),
                         [](const auto& info) {
                           const bool at_once = std::get<0>(info.param) == Mocking::On::notification_thread;
                           return std::string(at_once ? "AtOnce_" : "Later_") + std::get<1>(info.param).name;
                         });

TEST(ExecsTest, StormOfThreads) {
  Mocking handler;
  EXPECT_EQ(run_holding("exec_storm", handler, {"8", "125", kMocked}).exit.exit_code, 0);
  EXPECT_EQ(handler.replaced(), 1000);
  EXPECT_THAT(handler.codes(), IsEmpty());
}

TEST(ExecsTest, TargetsKilledAtAnyMoment) {
  for (const Mocking::On on : {Mocking::On::notification_thread, Mocking::On::own_thread}) {
    Mocking handler(on);
    EXPECT_EQ(run_holding("killed_executors", handler, {kMocked}).exit.exit_code, 0);
    EXPECT_THAT(handler.codes(), testing::Each(ESRCH));
    EXPECT_TRUE(handler.wait_until_gone());
  }
}

TEST(ExecsTest, ProgramsThatAreThereAreReplacedToo) {
  Mocking handler;
  const Folder folder;
  const std::string path = folder.file("mocked-script", "#!/bin/sh\nexit 3\n", 0755);
  EXPECT_EQ(run_holding("executes", handler, {"vfork", "5", path}).exit.exit_code, 0);
}

TEST(ExecsTest, OfAnotherUser) {
  if (::geteuid() != 0) GTEST_SKIP() << "another user needs root";
  Mocking handler;
  EXPECT_EQ(run_holding("executes_as_nobody", handler, {kMocked}).exit.exit_code, 0);
  EXPECT_EQ(handler.replaced(), 20);
}

TEST(ExecsTest, TracedIsRefused) {
  Mocking handler;
  EXPECT_EQ(run_holding("executes_traced", handler, {kMocked}).exit.exit_code, EPERM);
  EXPECT_THAT(handler.codes(), ElementsAre(EPERM));
}

struct Installed {
  const char* name;
  const char* needs;
  std::vector<std::string> argv;
};
std::ostream& operator<<(std::ostream& out, const Installed& one) { return out << one.name; }
class LanguageTest : public testing::TestWithParam<Installed> {};
// Each ends with 0 when the mocked program wrote what it should and ended with 7.
TEST_P(LanguageTest, RunsTheStub) {
  ASSERT_EQ(std::system(("command -v " + std::string(GetParam().needs) + " > /dev/null").c_str()), 0)
      << "no " << GetParam().needs << ": scripts/install-packages clients";
  Mocking handler;
  LaunchOptions options;
  options.hold_execs = true;
  EXPECT_EQ(run_command(GetParam().argv, handler, options).exit.exit_code, 0);
  EXPECT_GE(handler.replaced(), 1);
  EXPECT_THAT(handler.codes(), IsEmpty());
}
const Installed kInstalled[] = {
    {"Shell", "sh", {"sh", "-c", "out=$(/no/such/mocked a); test $? = 7 && case $out in '/no/such/mocked a env='*) ;; *) exit 9;; esac"}},
    {"PythonSubprocess", "python3", {"python3", "-c", R"(
import subprocess, os
for extra in {}, {'close_fds': False}, {'start_new_session': True}, {'preexec_fn': os.getpid}:
    for i in range(20):
        done = subprocess.run(['/no/such/mocked', 'one', str(i)], stdout=subprocess.PIPE, env={'A': '1'}, **extra)
        assert (done.returncode, done.stdout) == (7, b'/no/such/mocked one %d env=1\n' % i), done
)"}},
    {"PythonAsyncio", "python3", {"python3", "-c", R"(
import asyncio
async def one(i):
    process = await asyncio.create_subprocess_exec('/no/such/mocked', str(i), stdout=asyncio.subprocess.PIPE, env={})
    out, _ = await process.communicate()
    assert (process.returncode, out) == (7, b'/no/such/mocked %d env=0\n' % i), (process.returncode, out)
async def all(): await asyncio.gather(*[one(i) for i in range(40)])
asyncio.run(all())
)"}},
    {"Node", "node", {"node", "-e", R"(
const { spawnSync, execFile } = require('child_process');
for (let i = 0; i < 20; i++) {
  const done = spawnSync('/no/such/mocked', [String(i)], { env: {} });
  if (done.status !== 7 || String(done.stdout) !== `/no/such/mocked ${i} env=0\n`) process.exit(9);
}
for (let i = 0; i < 20; i++)
  execFile('/no/such/mocked', ['x'], { env: {} }, (error, stdout) => {
    if (!error || error.code !== 7 || stdout !== '/no/such/mocked x env=0\n') process.exit(9);
  });
)"}},
    {"Ruby", "ruby", {"ruby", "-e", R"(
out = `/no/such/mocked a`
exit($?.exitstatus == 7 && out.start_with?('/no/such/mocked a env=') ? 0 : 9)
)"}},
    {"Php", "php", {"php", "-r", R"(
$p = proc_open(['/no/such/mocked', 'a'], [1 => ['pipe', 'w']], $pipes, null, []);
$out = stream_get_contents($pipes[1]);
exit(proc_close($p) === 7 && $out === "/no/such/mocked a env=0\n" ? 0 : 9);
)"}},
};
INSTANTIATE_TEST_SUITE_P(, LanguageTest, testing::ValuesIn(kInstalled),
                         [](const auto& info) { return std::string(info.param.name); });

TEST(ExecsTest, Go) {
  ASSERT_EQ(std::system("command -v go > /dev/null"), 0) << "no go: scripts/install-packages clients";
  const Folder folder;
  const std::string source = folder.file("run.go", R"(package main
import ("os"; "os/exec"; "sync")
func main() {
  var all sync.WaitGroup
  for i := 0; i < 8; i++ { all.Add(1); go func() {
    defer all.Done()
    for j := 0; j < 20; j++ {
      c := exec.Command("/no/such/mocked", "a b")
      c.Env = []string{"A=1"}
      out, err := c.Output()
      e, ok := err.(*exec.ExitError)
      if !ok || e.ExitCode() != 7 || string(out) != "/no/such/mocked a b env=1\n" { println(string(out), err); os.Exit(9) }
    }
  }() }
  all.Wait()
}
)", 0644);
  const std::string program = folder / "run";
  const std::string build = "HOME=" + (folder / "home") + " GO111MODULE=off go build -o " + program + " " + source;
  ASSERT_EQ(std::system(build.c_str()), 0);
  Mocking handler;
  LaunchOptions options;
  options.hold_execs = true;
  EXPECT_EQ(run_command({program}, handler, options).exit.exit_code, 0);
  EXPECT_EQ(handler.replaced(), 160);
}

TEST(ExecsTest, StaticMusl) {
  ASSERT_EQ(std::system("command -v musl-gcc > /dev/null"), 0) << "no musl-gcc: scripts/install-packages clients";
  const Folder folder;
  const std::string source = folder.file("run.c", R"(
    #include <spawn.h>
    #include <sys/wait.h>
    int main(void) {
      char* argv[] = {"mocked", "one", 0};
      char* env[] = {"A=1", 0};
      for (int i = 0; i < 20; i++) {
        pid_t child;
        int status = 0;
        if (posix_spawn(&child, "/no/such/mocked", 0, 0, argv, env) != 0) return 2;
        if (waitpid(child, &status, 0) != child || !WIFEXITED(status) || WEXITSTATUS(status) != 7) return 3;
      }
      return 0;
    })", 0644);
  const std::string program = folder / "run";
  ASSERT_EQ(std::system(("musl-gcc -static -o " + program + " " + source).c_str()), 0);
  Mocking handler;
  LaunchOptions options;
  options.hold_execs = true;
  EXPECT_EQ(run_command({"sh", "-c", program + " > /dev/null"}, handler, options).exit.exit_code, 0);
  EXPECT_EQ(handler.replaced(), 20);
}

struct Refusal {
  const char* way;
  int code;
};
TEST(ExecsTest, ErrorsAreTheHandlers) {
  for (const Refusal& refusal : {Refusal{"fork", ENOENT}, Refusal{"vfork", EACCES}, Refusal{"clone3", E2BIG}}) {
    EchoHandler handler;
    handler.exec = [&](ExecCall call) {
      if (call.path() == kMocked) return std::move(call).fail(Errno{refusal.code});
      std::move(call).let_through();
    };
    EXPECT_EQ(run_holding("fails_to_execute", handler, {refusal.way, kMocked}).exit.exit_code, refusal.code);
    for (const ProcessEvent& event : handler.processes()) EXPECT_NE(event.exe, kMocked);
  }
}

// What the handler is told agrees with what the kernel does then.
TEST(ExecsTest, WouldFailAsTheKernelDoes) {
  const Folder folder;
  folder.file("right", "#!/bin/true\n", 0755);
  folder.file("no-bits", "#!/bin/true\n", 0644);
  folder.file("owner", "#!/bin/true\n", 0700);
  fs::create_directory(folder / "folder");
  fs::create_symlink("right", folder / "link");
  fs::create_symlink("loop", folder / "loop");
  fs::create_symlink("gone", folder / "dangling");
  fs::create_directory(folder / "closed");
  std::ofstream(folder / "closed/right") << "#!/bin/true\n";
  ::chmod((folder / "closed/right").c_str(), 0755);
  ::chmod((folder / "closed").c_str(), 0700);
  const struct {
    const char* name;
    int root, nobody;
  } kCases[] = {{"right", 0, 0},       {"no-bits", EACCES, EACCES}, {"owner", 0, EACCES},      {"folder", EACCES, EACCES},
                {"link", 0, 0},        {"loop", ELOOP, ELOOP},      {"dangling", ENOENT, ENOENT}, {"gone", ENOENT, ENOENT},
                {"right/x", ENOTDIR, ENOTDIR}, {"closed/right", 0, EACCES}};
  for (const bool nobody : {false, true}) {
    if (nobody && ::geteuid() != 0) continue;
    for (const auto& c : kCases) {
      EchoHandler handler;
      std::optional<int> said;
      const std::string path = folder / c.name;
      handler.exec = [&](ExecCall call) {
        if (call.path() == path) said = call.would_fail();
      };
      const int seen =
          *run_holding(nobody ? "fails_as_nobody" : "fails_to_execute", handler, {"fork", path}).exit.exit_code;
      EXPECT_EQ(said, nobody ? c.nobody : c.root) << c.name;
      EXPECT_EQ(seen, *said) << c.name;
    }
  }
}

TEST(ExecsTest, TheHandlerSeesTheWholeCall) {
  const Folder folder;
  const std::string path = folder / "program";
  fs::copy_file("/bin/true", path);
  for (const char* way : {"fork", "execveat", "empty_path", "relative"}) {
    EchoHandler handler;
    int seen = 0;
    handler.exec = [&](ExecCall call) {
      if (!call.path().ends_with("/program")) return;
      ++seen;
      EXPECT_EQ(call.path(), path);
      EXPECT_THAT(call.argv(), ElementsAre(testing::_, "one", "two words"));
      EXPECT_THAT(call.environment(), ElementsAre("A=1", "B=2"));
      EXPECT_EQ(call.would_fail(), 0);
      EXPECT_FALSE(call.is_main());
      EXPECT_EQ(call.working_directory(), std::string(way) == "relative" ? fs::path(path).parent_path().string() : "/");
      ExecCall kept(std::move(call));
      ExecCall moved(std::move(kept));
      kept = std::move(moved);
    };
    EXPECT_EQ(run_holding("fails_to_execute", handler, {way, path}).exit.exit_code, 0) << way;
    EXPECT_EQ(seen, 1) << way;
  }
}

TEST(ExecsTest, MainIsTheRunsOwnCommand) {
  EchoHandler handler;
  std::vector<std::string> seen;
  handler.exec = [&](ExecCall call) { seen.push_back(call.path() + (call.is_main() ? " main" : "")); };
  LaunchOptions options;
  options.hold_execs = true;
  options.env = {{"PATH", "/no/such:/bin"}};
  EXPECT_EQ(run_command({"sh", "-c", "/bin/true; exec /bin/sh -c 'exit 3'"}, handler, options).exit.exit_code, 3);
  EXPECT_THAT(seen, ElementsAre("/no/such/sh main", "/bin/sh main", "/bin/true", "/bin/sh"));
}

TEST(ExecsTest, TheCommandItselfCanBeReplaced) {
  Mocking handler(Mocking::On::notification_thread);
  LaunchOptions options;
  options.hold_execs = true;
  const Folder folder;
  EXPECT_EQ(run_command({folder.file("mocked", "", 0755)}, handler, options).exit.exit_code, 7);
}

TEST(ExecsTest, ScriptsAndShellsAreLetThrough) {
  const Folder folder;
  const std::string script = folder.file("script", "#!/bin/sh\nexit 5\n", 0755);
  const std::string bare = folder.file("bare", "exit 6\n", 0755);
  EchoHandler handler;
  LaunchOptions options;
  options.hold_execs = true;
  const std::string both = script + "; test $? = 5 || exit 1; " + bare + "; test $? = 6 || exit 2; env true";
  EXPECT_EQ(run_command({"sh", "-c", both}, handler, options).exit.exit_code, 0);
}

TEST(ExecsTest, NothingIsHeldUnasked) {
  EchoHandler handler;
  handler.exec = [](ExecCall) { ADD_FAILURE(); };
  EXPECT_EQ(run_command({"sh", "-c", "/bin/true; exit 4"}, handler).exit.exit_code, 4);
}

TEST(ExecsTest, HeldCallsEndWithTheTree) {
  std::vector<ExecCall> held;
  std::mutex mutex;
  EchoHandler handler;
  handler.exec = [&](ExecCall call) {
    if (call.is_main()) return;
    const std::lock_guard lock(mutex);
    held.push_back(std::move(call));
  };
  LaunchOptions options;
  options.hold_execs = true;
  options.argv = {"sh", "-c", "/bin/true & /bin/true & wait"};
  auto supervisor = Supervisor::launch(options, handler);
  ASSERT_TRUE(supervisor);
  for (std::size_t count = 0; count < 2; ::usleep(1000)) {
    const std::lock_guard lock(mutex);
    count = held.size();
  }
  supervisor->reset();
  EXPECT_TRUE(handler.wait_until_gone());
  const UniqueFd stub(::open(TELLING_STUB, O_RDONLY | O_CLOEXEC));
  EXPECT_THAT(held[0].environment(), IsEmpty());
  EXPECT_EQ(std::move(held[0]).replace(stub.get(), stub.get()).error().code, ESRCH);
  held.clear();
}

struct Place {
  const char* name;
  bool docker, nobody;
};
class ExecPlaceTest : public testing::TestWithParam<Place> {};
TEST_P(ExecPlaceTest, Works) {
  if (::geteuid() != 0) GTEST_SKIP() << "another user needs root";
  EXPECT_EQ(in_child([&] {
              if (GetParam().nobody && !become_nobody()) return 90;
              if (GetParam().docker && !imitate_docker()) return 91;
              for (const char* way : {"fork", "vfork", "spawn", "thread", "restarting_storm"}) {
                Mocking handler;
                const RunResult result = run_holding("executes", handler, {way, "20", kMocked});
                if (result.exit.exit_code != 0) return 93;
                if (!handler.codes().empty()) return 94;
              }
              return 0;
            }),
            0);
}
INSTANTIATE_TEST_SUITE_P(, ExecPlaceTest,
                         testing::Values(Place{"Docker", true, false}, Place{"Nobody", false, true},
                                         Place{"DockerNobody", true, true}),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace bigfoot::test
