// tests/unit/tracer/output_targets.cpp - Each says on its standard error what a test is to see there, so it
// tells of what went wrong by its exit status alone.
#include "output_targets.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/wait.h>

#include <cerrno>
#include <functional>
#include <thread>

#include "tracer/os.h"

namespace bigfoot::test {
namespace {

using Arguments = std::vector<std::string>;

// The line of the check that failed is the exit status.
#define MUST(condition) \
  if (!(condition)) ::_exit(__LINE__ % 200 + 10)

bool put(int fd, const std::string& text) {
  return ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size());
}

int wait_for(pid_t child) {
  int status = 0;
  ::waitpid(child, &status, 0);
  return status;
}

pid_t in_fork(const std::function<void()>& body) {
  const pid_t child = ::fork();
  if (child != 0) return child;
  body();
  ::_exit(0);
}

int mixes(const Arguments&) {
  for (int i = 0; i < 200; ++i) {
    MUST(put(1, fmt::format("out {}\n", i)));
    MUST(put(2, fmt::format("err {}\n", i)));
    std::string head = "head ", tail = fmt::format("tail {}\n", i);
    const iovec parts[] = {{head.data(), head.size()}, {nullptr, 0}, {tail.data(), tail.size()}};
    MUST(::writev(2, parts, 3) == static_cast<ssize_t>(head.size() + tail.size()));
  }
  return 0;
}

int odd_writes(const Arguments&) {
  MUST(::write(2, "", 0) == 0);
  MUST(::syscall(SYS_write, 2, 8, 5) == -1 && errno == EFAULT);
  MUST(::syscall(SYS_writev, 2, 8, 1) == -1 && errno == EFAULT);
  MUST(::writev(2, nullptr, 0) == 0);
  MUST(::syscall(SYS_writev, 2, 8, -1) == -1 && errno == EINVAL);
  const iovec endless[] = {{const_cast<char*>("x"), ~0UL}};
  MUST(::writev(2, endless, 1) == -1 && errno == EINVAL);
  // Text that ends with the last page that is there: the kernel writes that much.
  constexpr std::size_t kPage = 4096;
  auto* two = static_cast<char*>(
      ::mmap(nullptr, 2 * kPage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
  MUST(two != MAP_FAILED && ::munmap(two + kPage, kPage) == 0);
  two[kPage - 2] = 'a';
  two[kPage - 1] = '\n';
  MUST(::write(2, two + kPage - 2, 2) == 2);
  ::close(2);
  MUST(::write(2, "x", 1) == -1 && errno == EBADF);
  return 0;
}

int duplicates(const Arguments&) {
  const UniqueFd out(::dup(1));
  MUST(put(2, "by its number\n"));
  MUST(::dup2(2, 1) == 1);
  MUST(put(1, "by the number of another\n"));
  MUST(::dup2(out.get(), 1) == 1);
  MUST(put(1, "to the other again\n"));
  MUST(::dup2(out.get(), 2) == 2);
  MUST(put(2, "redirected to the other\n"));
  return 0;
}

// FILE: children whose standard error is something else.
int redirected_children(const Arguments& arguments) {
  MUST(put(2, "before\n"));
  for (const std::string& path : {std::string("/dev/null"), arguments.at(0)}) {
    MUST(wait_for(in_fork([&] {
           const UniqueFd file(::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600));
           MUST(::dup2(file.get(), 2) == 2 && put(2, "elsewhere\n"));
         })) == 0);
  }
  int pipe[2];
  MUST(::pipe2(pipe, O_CLOEXEC) == 0);
  MUST(wait_for(in_fork([&] { MUST(::dup2(pipe[1], 2) == 2 && put(2, "to its parent\n")); })) == 0);
  MUST(wait_for(in_fork([] { MUST(put(2, "inherited\n")); })) == 0);
  MUST(put(2, "after\n"));
  return 0;
}

int eight_threads(const Arguments&) {
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 8; ++thread) {
    threads.emplace_back([thread] {
      for (int i = 0; i < 400; ++i)
        MUST(put(i % 2 == 0 ? 2 : 1, fmt::format("thread {} line {}\n", thread, i)));
    });
  }
  for (std::thread& thread : threads) thread.join();
  return 0;
}

// SIZE: numbered lines, as many bytes as that.
std::string many_lines(const Arguments& arguments) {
  std::string text;
  for (int i = 0; text.size() < std::stoul(arguments.at(0)); ++i) text += fmt::format("line {} of many\n", i);
  return text;
}

int never_waits(const Arguments& arguments) {
  MUST(::fcntl(2, F_SETFL, ::fcntl(2, F_GETFL) | O_NONBLOCK) == 0);
  const std::string text = many_lines(arguments);
  int full = 0;
  for (std::size_t at = 0; at < text.size();) {
    const ssize_t done = ::write(2, text.data() + at, std::min<std::size_t>(text.size() - at, 100'000));
    if (done > 0) at += static_cast<std::size_t>(done);
    if (done > 0) continue;
    MUST(done == -1 && errno == EAGAIN);
    ++full;
    pollfd room{2, POLLOUT, 0};
    MUST(::poll(&room, 1, 10'000) == 1);
  }
  MUST(full > 0);
  return 0;
}

// Signals come in while it waits for room, with and without SA_RESTART.
int is_interrupted(const Arguments& arguments) {
  const std::string text = many_lines(arguments);
  struct sigaction action {};
  action.sa_handler = [](int) {};
  action.sa_flags = arguments.at(1) == "restarts" ? SA_RESTART : 0;
  MUST(::sigaction(SIGALRM, &action, nullptr) == 0);
  const itimerval often{{0, 500}, {0, 500}};
  MUST(::setitimer(ITIMER_REAL, &often, nullptr) == 0);
  for (std::size_t at = 0; at < text.size();) {
    const ssize_t done = ::write(2, text.data() + at, std::min<std::size_t>(text.size() - at, 30'000));
    if (done > 0)
      at += static_cast<std::size_t>(done);
    else
      MUST(errno == EINTR && arguments.at(1) != "restarts");
  }
  return 0;
}

// Nobody reads any more.
int breaks(const Arguments& arguments) {
  if (arguments.at(0) == "non-blocking") MUST(::fcntl(2, F_SETFL, O_NONBLOCK) == 0);
  MUST(WTERMSIG(wait_for(in_fork([] { put(2, "x\n"); }))) == SIGPIPE);
  ::signal(SIGPIPE, SIG_IGN);
  MUST(::write(2, "y\n", 2) == -1 && errno == EPIPE);
  return 0;
}

}  // namespace

const std::map<std::string, int (*)(const Arguments&)>& output_targets() {
  static const std::map<std::string, int (*)(const Arguments&)> targets{
      {"mixes", mixes},
      {"odd_writes", odd_writes},
      {"duplicates", duplicates},
      {"redirected_children", redirected_children},
      {"eight_threads", eight_threads},
      {"never_waits", never_waits},
      {"is_interrupted", is_interrupted},
      {"breaks", breaks},
  };
  return targets;
}

}  // namespace bigfoot::test
