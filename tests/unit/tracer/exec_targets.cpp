// tests/unit/tracer/exec_targets.cpp - See exec_targets.h. What runs in the place of the program is telling_stub.
#include "exec_targets.h"

#include <fcntl.h>
#include <grp.h>
#include <linux/sched.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>

#include <atomic>
#include <functional>
#include <memory>
#include <thread>

#include "check.h"
#include "tracer/os.h"

namespace bigfoot::test {
namespace {

using Arguments = std::vector<std::string>;

// What is run: PATH one "two words", with two variables.
struct Program {
  explicit Program(std::string where) : path(std::move(where)) {}
  std::string path;
  const char* argv[4] = {path.c_str(), "one", "two words", nullptr};
  const char* env[3] = {"A=1", "B=2", nullptr};
  char* const* arguments() const { return const_cast<char* const*>(argv); }
  char* const* environment() const { return const_cast<char* const*>(env); }
  std::string expected() const { return path + " one two words env=2\n"; }
};

struct Outcome {
  int status = 0;
  std::string output;
};

class Output {
 public:
  Output() {
    int ends[2];
    check(::pipe2(ends, O_CLOEXEC) == 0, "pipe2");
    reader_ = UniqueFd(ends[0]);
    writer_ = UniqueFd(ends[1]);
  }
  int writer() const { return writer_.get(); }
  Outcome of(pid_t child) {
    writer_.reset();
    Outcome out;
    char part[4096];
    ssize_t size = 0;
    while ((size = ::read(reader_.get(), part, sizeof part)) != 0) {
      if (size > 0) out.output.append(part, static_cast<std::size_t>(size));
      check(size > 0 || errno == EINTR, "read");
    }
    while (::waitpid(child, &out.status, 0) < 0) check(errno == EINTR, "waitpid");
    return out;
  }

 private:
  UniqueFd reader_, writer_;
};

// In the child: execs, or ends with the errno.
[[noreturn]] void execute(const Program& program) {
  ::execve(program.path.c_str(), program.arguments(), program.environment());
  ::_exit(errno);
}

Outcome in_fork(const std::function<void()>& body) {
  Output output;
  const pid_t child = ::fork();
  check(child >= 0, "fork");
  if (child == 0) {
    ::dup2(output.writer(), STDOUT_FILENO);
    body();
    ::_exit(99);
  }
  return output.of(child);
}

Outcome by_fork(const Program& program) {
  return in_fork([&] { execute(program); });
}

Outcome by_vfork(const Program& program) {
  Output output;
  volatile int code = 0;
  const pid_t child = ::vfork();
  if (child == 0) {
    ::dup2(output.writer(), STDOUT_FILENO);
    ::execve(program.path.c_str(), program.arguments(), program.environment());
    code = errno;
    ::_exit(code);
  }
  check(child > 0, "vfork");
  return output.of(child);
}

Outcome by_spawn(const Program& program) {
  Output output;
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, output.writer(), STDOUT_FILENO);
  pid_t child = 0;
  const int code =
      ::posix_spawn(&child, program.path.c_str(), &actions, nullptr, program.arguments(), program.environment());
  ::posix_spawn_file_actions_destroy(&actions);
  if (code != 0) return {code << 8, ""};
  return output.of(child);
}

Outcome by_clone3(const Program& program) {
  Output output;
  clone_args how{};
  how.exit_signal = SIGCHLD;
  const auto child = static_cast<pid_t>(::syscall(SYS_clone3, &how, sizeof how));
  check(child >= 0, "clone3");
  if (child == 0) {
    ::dup2(output.writer(), STDOUT_FILENO);
    execute(program);
  }
  return output.of(child);
}

Outcome by_execveat(const Program& program) {
  return in_fork([&] {
    const std::size_t slash = program.path.rfind('/');
    const int folder = ::open(program.path.substr(0, slash).c_str(), O_PATH | O_CLOEXEC);
    check(folder >= 0, "the folder");
    ::syscall(SYS_execveat, folder, program.path.substr(slash + 1).c_str(), program.arguments(), program.environment(),
              0);
    ::_exit(errno);
  });
}

// The path names a file that is there.
Outcome by_empty_path(const Program& program) {
  return in_fork([&] {
    const int file = ::open(program.path.c_str(), O_PATH | O_CLOEXEC);
    check(file >= 0, "the file");
    ::fexecve(file, program.arguments(), program.environment());
    ::_exit(errno);
  });
}

// The path ends where its page does, and nothing can be read after it.
Outcome by_last_byte(const Program& program) {
  return in_fork([&] {
    constexpr std::size_t kPage = 4096;
    auto* pages = static_cast<char*>(
        ::mmap(nullptr, 2 * kPage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    check(::munmap(pages + kPage, kPage) == 0, "munmap");
    char* path = pages + kPage - program.path.size() - 1;
    ::memcpy(path, program.path.c_str(), program.path.size() + 1);
    ::execve(path, program.arguments(), program.environment());
    ::_exit(errno);
  });
}

Outcome by_thread(const Program& program) {
  return in_fork([&] {
    std::thread([&] { execute(program); }).detach();
    for (;;) ::pause();
  });
}

// All threads try; one wins.
Outcome by_threads(const Program& program) {
  return in_fork([&] {
    std::atomic<int> ready = 0;
    for (int i = 0; i < 4; ++i) {
      std::thread([&] {
        for (++ready; ready < 4;) ::sched_yield();
        execute(program);
      }).detach();
    }
    for (;;) ::pause();
  });
}

volatile sig_atomic_t handled = 0;

void handle(int number, int flags) {
  struct sigaction action {};
  action.sa_handler = [](int) { handled = handled + 1; };
  action.sa_flags = flags;
  check(::sigaction(number, &action, nullptr) == 0, "sigaction");
}

// Signals with a handler come all the time, from another thread; some are pending at every step of the call.
Outcome in_storm(const Program& program, int flags) {
  return in_fork([&] {
    handle(SIGUSR1, flags);
    const pid_t process = ::getpid();
    const pid_t thread = ::gettid();
    std::atomic<bool> begun = false;
    std::thread([&] {
      for (begun = true;;) ::syscall(SYS_tgkill, process, thread, SIGUSR1);
    }).detach();
    while (!begun) ::sched_yield();
    // EINTR: the kernel lets signals interrupt a call that is trapped, until the supervisor has received it.
    do {
      ::execve(program.path.c_str(), program.arguments(), program.environment());
    } while (errno == EINTR);
    ::_exit(errno);
  });
}
Outcome in_restarting_storm(const Program& program) { return in_storm(program, SA_RESTART); }
Outcome in_interrupting_storm(const Program& program) { return in_storm(program, 0); }

// Stopped and continued all the time.
Outcome in_stops(const Program& program) {
  Output output;
  const pid_t child = ::fork();
  check(child >= 0, "fork");
  if (child == 0) {
    ::dup2(output.writer(), STDOUT_FILENO);
    execute(program);
  }
  const pid_t stopper = ::fork();
  check(stopper >= 0, "fork");
  if (stopper == 0) {
    ::close(output.writer());
    for (;;) {
      ::kill(child, SIGSTOP);
      ::usleep(50);
      ::kill(child, SIGCONT);
      ::usleep(300);
    }
  }
  Outcome out = output.of(child);
  ::kill(stopper, SIGKILL);
  ::waitpid(stopper, nullptr, 0);
  return out;
}

Outcome with_few_files(const Program& program) {
  return in_fork([&] {
    const rlimit few{20, 20};
    check(::setrlimit(RLIMIT_NOFILE, &few) == 0, "setrlimit");
    execute(program);
  });
}

Outcome with_many_files(const Program& program) {
  return in_fork([&] {
    rlimit many{};
    ::getrlimit(RLIMIT_NOFILE, &many);
    many.rlim_cur = many.rlim_max;
    check(::setrlimit(RLIMIT_NOFILE, &many) == 0, "setrlimit");
    execute(program);
  });
}

Outcome with_no_file_left(const Program& program) {
  return in_fork([&] {
    const rlimit few{64, 64};
    check(::setrlimit(RLIMIT_NOFILE, &few) == 0, "setrlimit");
    while (::open("/dev/null", O_RDONLY | O_CLOEXEC) >= 0) {
    }
    check(errno == EMFILE, "the table is full");
    execute(program);
  });
}

Outcome with_signals_blocked(const Program& program) {
  return in_fork([&] {
    handle(SIGUSR1, 0);
    sigset_t all;
    ::sigfillset(&all);
    ::sigprocmask(SIG_SETMASK, &all, nullptr);
    ::raise(SIGUSR1);
    execute(program);
  });
}

Outcome by_shell(const Program& program) {
  return in_fork([&] {
    const std::string script = "exec env -i A=1 B=2 " + program.path + " one 'two words'";
    ::execl("/bin/sh", "sh", "-c", script.c_str(), nullptr);
  });
}

// By its last component, in its folder.
Outcome by_relative(const Program& program) {
  return in_fork([&] {
    const std::size_t slash = program.path.rfind('/');
    check(::chdir(program.path.substr(0, slash).c_str()) == 0, "chdir");
    ::execve(("./" + program.path.substr(slash + 1)).c_str(), program.arguments(), program.environment());
    ::_exit(errno);
  });
}

Outcome of_stream(std::FILE* stream) {
  Outcome out;
  char part[4096];
  while (std::fgets(part, sizeof part, stream) != nullptr) out.output += part;
  out.status = ::pclose(stream);
  return out;
}

std::string command_of(const Program& program) {
  return "env -i A=1 B=2 " + program.path + " one 'two words'";
}
Outcome by_popen(const Program& program) { return of_stream(::popen(command_of(program).c_str(), "r")); }
Outcome by_system(const Program& program) {
  return in_fork([&] {
    const int status = std::system(command_of(program).c_str());
    ::_exit(WIFEXITED(status) ? WEXITSTATUS(status) : 98);
  });
}

const std::map<std::string, Outcome (*)(const Program&)> kWays{
    {"fork", by_fork},
    {"vfork", by_vfork},
    {"spawn", by_spawn},
    {"clone3", by_clone3},
    {"execveat", by_execveat},
    {"empty_path", by_empty_path},
    {"last_byte", by_last_byte},
    {"thread", by_thread},
    {"threads", by_threads},
    {"restarting_storm", in_restarting_storm},
    {"interrupting_storm", in_interrupting_storm},
    {"stops", in_stops},
    {"few_files", with_few_files},
    {"many_files", with_many_files},
    {"no_file_left", with_no_file_left},
    {"signals_blocked", with_signals_blocked},
    {"relative", by_relative},
    {"shell", by_shell},
    {"popen", by_popen},
    {"system", by_system},
};

void check_mocked(const Outcome& outcome, const Program& program, const std::string& what) {
  check(outcome.output == program.expected(), what + " wrote " + outcome.output);
  check(WIFEXITED(outcome.status) && WEXITSTATUS(outcome.status) == 7, fmt::format("{}: {:#x}", what, outcome.status));
}

// WAY TIMES PATH
int executes(const Arguments& arguments) {
  const Program program(arguments.at(2));
  const auto way = kWays.at(arguments.at(0));
  for (int i = 0; i < std::stoi(arguments.at(1)); ++i) {
    const Outcome outcome = way(program);
    // The signal that comes when the handlers have gone: not before the stub, and as often without a supervisor.
    if (arguments.at(0).ends_with("storm") && WIFSIGNALED(outcome.status) && WTERMSIG(outcome.status) == SIGUSR1) continue;
    check_mocked(outcome, program, arguments.at(0));
  }
  return 0;
}

// WAY PATH: the errno that the program saw, where the child ended with it.
int fails_to_execute(const Arguments& arguments) {
  check(::chdir("/") == 0, "chdir");
  const Outcome outcome = kWays.at(arguments.at(0))(Program(arguments.at(1)));
  check(outcome.output.empty() && WIFEXITED(outcome.status), "no program");
  return WEXITSTATUS(outcome.status);
}

// THREADS EACH PATH
int exec_storm(const Arguments& arguments) {
  const int each = std::stoi(arguments.at(1));
  const Program program(arguments.at(2));
  std::vector<std::thread> all;
  for (int i = 0; i < std::stoi(arguments.at(0)); ++i) {
    all.emplace_back([&, i] {
      for (int j = 0; j < each; ++j) check_mocked(i % 2 == 0 ? by_spawn(program) : by_fork(program), program, "storm");
    });
  }
  for (std::thread& one : all) one.join();
  return 0;
}

// PATH: children that run it, killed at any moment.
int killed_executors(const Arguments& arguments) {
  const Program program(arguments.at(0));
  for (int i = 0; i < 200; ++i) {
    const pid_t child = ::fork();
    check(child >= 0, "fork");
    if (child == 0) {
      ::close(STDOUT_FILENO);
      execute(program);
    }
    ::usleep(static_cast<unsigned>(i) * 7);
    ::kill(child, SIGKILL);
    check(::waitpid(child, nullptr, 0) == child, "wait");
  }
  return 0;
}

void become_nobody_for_good() {
  constexpr int kNobody = 65534;
  check(::setgroups(0, nullptr) == 0 && ::setresgid(kNobody, kNobody, kNobody) == 0, "setresgid");
  check(::setresuid(kNobody, kNobody, kNobody) == 0, "setresuid");
}

// PATH: as nobody, whose programs a supervisor that is root replaces too.
int executes_as_nobody(const Arguments& arguments) {
  become_nobody_for_good();
  return executes({"vfork", "20", arguments.at(0)});
}

// WAY PATH
int fails_as_nobody(const Arguments& arguments) {
  become_nobody_for_good();
  return fails_to_execute(arguments);
}

// PATH: a child under a debugger. Gives the errno of its execve.
int executes_traced(const Arguments& arguments) {
  const Program program(arguments.at(0));
  const pid_t child = ::fork();
  check(child >= 0, "fork");
  if (child == 0) {
    check(::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) == 0, "PTRACE_TRACEME");
    execute(program);
  }
  int status = 0;
  check(::waitpid(child, &status, 0) == child && WIFEXITED(status), "the child's own end");
  return WEXITSTATUS(status);
}

}  // namespace

const std::map<std::string, int (*)(const Arguments&)>& exec_targets() {
  static const std::map<std::string, int (*)(const Arguments&)> kTargets{
      {"executes", executes},
      {"fails_to_execute", fails_to_execute},
      {"exec_storm", exec_storm},
      {"killed_executors", killed_executors},
      {"executes_as_nobody", executes_as_nobody},
      {"fails_as_nobody", fails_as_nobody},
      {"executes_traced", executes_traced},
  };
  return kTargets;
}

}  // namespace bigfoot::test
