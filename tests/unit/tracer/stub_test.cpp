// tests/unit/tracer/stub_test.cpp - bigfoot-stub on its own: what it does with its orders, and how it ends.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <chrono>
#include <functional>
#include <thread>

#include "runner/stub/protocol.h"
#include "tracer/os.h"

namespace bigfoot::test {
namespace {

using stub::kLargestMessage;
using testing::IsEmpty;
using testing::StartsWith;

enum class Pipe { pipe, socket };

struct Ends {
  UniqueFd ours, theirs;
};
Ends connect(Pipe kind, bool we_write) {
  int ends[2];
  if (kind == Pipe::socket) {
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
  } else {
    EXPECT_EQ(::pipe2(ends, O_CLOEXEC), 0);
    if (we_write) std::swap(ends[0], ends[1]);
  }
  return {UniqueFd(ends[0]), UniqueFd(ends[1])};
}

// A stub with pipes or sockets around it.
class Stub {
 public:
  explicit Stub(Pipe kind = Pipe::pipe, const std::function<void()>& prepare = [] {}) {
    Ends input = connect(kind, true), output = connect(kind, false), errors = connect(kind, false);
    int ends[2];
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), 0);
    channel = UniqueFd(ends[0]);
    const UniqueFd theirs(ends[1]);
    pid_ = ::fork();
    if (pid_ == 0) {
      ::dup2(input.theirs.get(), STDIN_FILENO);
      ::dup2(output.theirs.get(), STDOUT_FILENO);
      ::dup2(errors.theirs.get(), STDERR_FILENO);
      rlimit files{};
      ::getrlimit(RLIMIT_NOFILE, &files);
      ::dup2(theirs.get(), stub_channel(files.rlim_cur));
      prepare();
      ::execl(BIGFOOT_STUB, "mocked", nullptr);
      ::_exit(100);
    }
    in = std::move(input.ours);
    out = std::move(output.ours);
    err = std::move(errors.ours);
  }
  ~Stub() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  void order(stub::Order kind, const std::string& rest = "") const {
    const std::string message = static_cast<char>(kind) + rest;
    EXPECT_EQ(::send(channel.get(), message.data(), message.size(), MSG_NOSIGNAL), static_cast<ssize_t>(message.size()));
  }
  void exit(int status) const { order(stub::Order::exit, std::string(1, static_cast<char>(status))); }
  std::string word() const {
    std::string message(kLargestMessage + 1, '\0');
    const ssize_t size = ::recv(channel.get(), message.data(), message.size(), 0);
    message.resize(static_cast<std::size_t>(std::max<ssize_t>(size, 0)));
    return message;
  }
  /// "exit 7", "signal 15"
  std::string end() {
    int status = 0;
    EXPECT_EQ(::waitpid(pid_, &status, 0), pid_);
    pid_ = 0;
    if (WIFEXITED(status)) return "exit " + std::to_string(WEXITSTATUS(status));
    return "signal " + std::to_string(WTERMSIG(status)) + (WCOREDUMP(status) ? " core" : "");
  }
  pid_t pid() const { return pid_; }
  UniqueFd channel, in, out, err;

 private:
  pid_t pid_ = 0;
};

std::string read_all(int fd) {
  std::string out, part(65536, '\0');
  for (ssize_t size = 0; (size = ::read(fd, part.data(), part.size())) > 0;) out.append(part, 0, static_cast<std::size_t>(size));
  return out;
}

std::string read_exactly(int fd, std::size_t wanted) {
  std::string out(wanted, '\0');
  std::size_t have = 0;
  for (ssize_t size = 0; have < wanted && (size = ::read(fd, out.data() + have, wanted - have)) > 0;)
    have += static_cast<std::size_t>(size);
  out.resize(have);
  return out;
}

std::string pattern(std::size_t size) {
  std::string out(size, '\0');
  for (std::size_t i = 0; i < size; ++i) out[i] = static_cast<char>(i * 31 + i / 251);
  return out;
}

bool is_readable(int fd, int milliseconds) {
  pollfd watched{fd, POLLIN, 0};
  return ::poll(&watched, 1, milliseconds) == 1;
}

class StubTest : public testing::TestWithParam<Pipe> {};
INSTANTIATE_TEST_SUITE_P(, StubTest, testing::Values(Pipe::pipe, Pipe::socket),
                         [](const auto& info) { return info.param == Pipe::pipe ? "Pipes" : "Sockets"; });

TEST_P(StubTest, WritesAndExits) {
  Stub stub(GetParam());
  stub.order(stub::Order::out, "to stdout\n");
  stub.order(stub::Order::err, "to stderr\n");
  stub.order(stub::Order::out);
  stub.order(stub::Order::out, std::string("\0more", 5));
  stub.exit(200);
  EXPECT_EQ(stub.end(), "exit 200");
  EXPECT_EQ(read_all(stub.out.get()), std::string("to stdout\n\0more", 15));
  EXPECT_EQ(read_all(stub.err.get()), "to stderr\n");
}

TEST_P(StubTest, PassesStdinOnWhenTold) {
  Stub stub(GetParam());
  ASSERT_EQ(::write(stub.in.get(), "hello", 5), 5);
  EXPECT_FALSE(is_readable(stub.channel.get(), 50)) << "not told yet";
  stub.order(stub::Order::read);
  EXPECT_EQ(stub.word(), "ihello");
  ASSERT_EQ(::write(stub.in.get(), "again", 5), 5);
  EXPECT_EQ(stub.word(), "iagain");
  stub.order(stub::Order::read);
  stub.in.reset();
  EXPECT_EQ(stub.word(), "e");
  EXPECT_FALSE(is_readable(stub.channel.get(), 50)) << "once";
  stub.exit(0);
  EXPECT_EQ(stub.end(), "exit 0");
}

// Each of the four streams waits for another: nobody reads stdout before all of stdin is written.
TEST_P(StubTest, MegabytesBothWays) {
  const std::string bytes = pattern(8 * 1024 * 1024);
  Stub stub(GetParam());
  stub.order(stub::Order::read);
  std::string echoed;
  std::thread server([&] {
    for (;;) {
      const std::string word = stub.word();
      if (word.empty() || word.front() != 'i') break;
      echoed += word.substr(1);
      const std::size_t half = word.size() / 2;
      stub.order(stub::Order::out, word.substr(1, half));
      stub.order(stub::Order::err, word.substr(1 + half));
    }
    stub.exit(3);
  });
  std::string out, err;
  std::thread reads_out([&] { out = read_all(stub.out.get()); });
  std::thread reads_err([&] { err = read_all(stub.err.get()); });
  for (std::size_t done = 0; done < bytes.size();) {
    const ssize_t size = ::write(stub.in.get(), bytes.data() + done, bytes.size() - done);
    ASSERT_GT(size, 0);
    done += static_cast<std::size_t>(size);
  }
  stub.in.reset();
  for (std::thread* one : {&server, &reads_out, &reads_err}) one->join();
  EXPECT_EQ(stub.end(), "exit 3");
  EXPECT_TRUE(echoed == bytes);
  EXPECT_EQ(out.size() + err.size(), bytes.size());
}

TEST_P(StubTest, BlockedStdoutHoldsNothingElseUp) {
  const std::string bytes = pattern(2 * 1024 * 1024);
  Stub stub(GetParam());
  stub.order(stub::Order::read);
  std::thread orders([&] {
    for (std::size_t at = 0; at < bytes.size(); at += kLargestMessage - 1)
      stub.order(stub::Order::out, bytes.substr(at, kLargestMessage - 1));
    stub.exit(4);
  });
  // Nobody reads stdout, and its buffer is full: stdin goes on.
  std::string seen;
  for (int i = 0; i < 40; ++i) {
    const std::string part(32 * 1024, static_cast<char>('a' + i % 26));
    ASSERT_EQ(::write(stub.in.get(), part.data(), part.size()), static_cast<ssize_t>(part.size()));
    for (std::size_t got = 0; got < part.size();) {
      const std::string word = stub.word();
      ASSERT_THAT(word, StartsWith("i"));
      got += word.size() - 1;
    }
  }
  EXPECT_TRUE(read_all(stub.out.get()) == bytes);
  orders.join();
  EXPECT_EQ(stub.end(), "exit 4");
}

TEST_P(StubTest, SlowReaderGetsEverything) {
  const std::string bytes = pattern(300 * 1024);
  Stub stub(GetParam());
  std::thread orders([&] {
    for (std::size_t at = 0; at < bytes.size(); at += 10'000) stub.order(stub::Order::out, bytes.substr(at, 10'000));
    stub.exit(0);
  });
  std::string seen;
  while (seen.size() < bytes.size()) {
    seen += read_exactly(stub.out.get(), std::min<std::size_t>(7001, bytes.size() - seen.size()));
    if (seen.size() % 5 == 0) ::usleep(500);
  }
  orders.join();
  EXPECT_TRUE(seen == bytes);
}

TEST_P(StubTest, DiesOfSigpipeAsAProgramDoes) {
  Stub stub(GetParam());
  stub.out.reset();
  stub.order(stub::Order::out, "nobody reads this");
  EXPECT_EQ(stub.end(), "signal " + std::to_string(SIGPIPE));
}

TEST_P(StubTest, SaysWhatItCouldNotWriteWhereSigpipeIsIgnored) {
  Stub stub(GetParam(), [] { ::signal(SIGPIPE, SIG_IGN); });
  stub.out.reset();
  stub.order(stub::Order::out, "nobody reads this");
  stub.order(stub::Order::err, "but this");
  EXPECT_EQ(stub.word(), std::string("p") + static_cast<char>(EPIPE) + '\1');
  stub.exit(1);
  EXPECT_EQ(stub.end(), "exit 1");
  EXPECT_EQ(read_all(stub.err.get()), "but this");
}

TEST_P(StubTest, TheOrdersBeforeTheEndAreDone) {
  Stub stub(GetParam());
  stub.order(stub::Order::read);
  ASSERT_EQ(::write(stub.in.get(), "unread", 6), 6);
  stub.order(stub::Order::out, "last words");
  stub.exit(9);
  stub.channel.reset();
  EXPECT_EQ(stub.end(), "exit 9");
  EXPECT_EQ(read_all(stub.out.get()), "last words");
}

TEST_P(StubTest, SaysThatTheSupervisorHasGone) {
  for (const bool reading : {false, true}) {
    Stub stub(GetParam());
    if (reading) {
      stub.order(stub::Order::read);
      ASSERT_EQ(::write(stub.in.get(), "x", 1), 1);
      ASSERT_TRUE(is_readable(stub.channel.get(), 5000));
    }
    stub.channel.reset();
    EXPECT_EQ(stub.end(), "exit 127");
    EXPECT_EQ(read_all(stub.err.get()), "bigfoot-run has gone: this mocked program cannot go on\n");
  }
}

TEST(StubEndTest, DiesOfSignals) {
  for (const int number : {SIGKILL, SIGTERM, SIGINT, SIGHUP, SIGSEGV, SIGABRT, SIGUSR1, SIGPIPE, SIGRTMIN + 3}) {
    Stub stub(Pipe::pipe, [] {
      for (int ignored = 1; ignored < 32; ++ignored) ::signal(ignored, SIG_IGN);
      sigset_t all;
      ::sigfillset(&all);
      ::sigprocmask(SIG_SETMASK, &all, nullptr);
      const rlimit core{RLIM_INFINITY, RLIM_INFINITY};
      ::setrlimit(RLIMIT_CORE, &core);
    });
    stub.order(stub::Order::out, "before");
    stub.order(stub::Order::die, std::string(1, static_cast<char>(number)));
    EXPECT_EQ(stub.end(), "signal " + std::to_string(number));
    EXPECT_EQ(read_all(stub.out.get()), "before");
  }
}

TEST(StubEndTest, ASignalThatDoesNotKill) {
  Stub stub;
  stub.order(stub::Order::die, std::string(1, static_cast<char>(SIGCHLD)));
  EXPECT_EQ(stub.end(), "exit " + std::to_string(128 + SIGCHLD));
}

TEST(StubEndTest, SignalsFromOutsideKillIt) {
  Stub stub;
  stub.order(stub::Order::out, "x");
  ASSERT_EQ(read_exactly(stub.out.get(), 1), "x");
  ::kill(stub.pid(), SIGTERM);
  EXPECT_EQ(stub.end(), "signal " + std::to_string(SIGTERM));
}

TEST(StubEndTest, ClosedDescriptors) {
  Stub stub(Pipe::pipe, [] {
    ::close(STDIN_FILENO);
    ::close(STDOUT_FILENO);
  });
  stub.order(stub::Order::read);
  EXPECT_EQ(stub.word(), "n");
  stub.order(stub::Order::out, "nowhere");
  EXPECT_EQ(stub.word(), std::string("p") + static_cast<char>(EBADF) + '\1');
  stub.exit(0);
  EXPECT_EQ(stub.end(), "exit 0");
}

TEST(StubEndTest, ATerminalIsNotRead) {
  const UniqueFd terminal(::open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC));
  int unlock = 0;
  if (!terminal || ::ioctl(terminal.get(), TIOCSPTLCK, &unlock) != 0) GTEST_SKIP() << "no pseudo terminals";
  Stub stub(Pipe::pipe, [&] {
    const int side = ::ioctl(terminal.get(), TIOCGPTPEER, O_RDWR | O_NOCTTY);
    ::dup2(side, STDIN_FILENO);
    ::dup2(side, STDOUT_FILENO);
  });
  stub.order(stub::Order::read);
  EXPECT_EQ(stub.word(), "n");
  stub.order(stub::Order::out, "seen");
  EXPECT_EQ(read_exactly(terminal.get(), 4), "seen");
}

TEST(StubEndTest, Files) {
  const UniqueFd input(::open("/tmp", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
  const UniqueFd output(::open("/tmp", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
  const std::string bytes = pattern(1'000'000);
  ASSERT_EQ(::pwrite(input.get(), bytes.data(), bytes.size(), 0), static_cast<ssize_t>(bytes.size()));
  Stub stub(Pipe::pipe, [&] {
    ::dup2(input.get(), STDIN_FILENO);
    ::dup2(output.get(), STDOUT_FILENO);
  });
  stub.order(stub::Order::read);
  std::string seen;
  for (std::string word = stub.word(); word.starts_with('i'); word = stub.word()) {
    seen += word.substr(1);
    stub.order(stub::Order::out, word.substr(1));
  }
  stub.exit(0);
  EXPECT_EQ(stub.end(), "exit 0");
  EXPECT_TRUE(seen == bytes);
  ::lseek(output.get(), 0, SEEK_SET);
  EXPECT_TRUE(read_all(output.get()) == bytes);
}

TEST(StubEndTest, FlagsOfSharedDescriptionsStay) {
  for (const int flags : {0, O_NONBLOCK}) {
    int ends[2];
    ASSERT_EQ(::pipe2(ends, O_CLOEXEC | flags), 0);
    const UniqueFd reader(ends[0]), writer(ends[1]);
    Stub stub(Pipe::pipe, [&] {
      ::dup2(reader.get(), STDIN_FILENO);
      ::dup2(writer.get(), STDERR_FILENO);
    });
    stub.order(stub::Order::read);
    stub.order(stub::Order::err, "x");
    EXPECT_EQ(stub.word(), "ix");
    EXPECT_EQ(::fcntl(reader.get(), F_GETFL) & O_NONBLOCK, flags);
    EXPECT_EQ(::fcntl(writer.get(), F_GETFL) & O_NONBLOCK, flags);
  }
}

TEST(StubEndTest, WithoutAChannel) {
  int status = 0;
  const pid_t pid = ::fork();
  if (pid == 0) {
    ::close(STDERR_FILENO);
    ::execl(BIGFOOT_STUB, "bigfoot-stub", nullptr);
    ::_exit(100);
  }
  ASSERT_EQ(::waitpid(pid, &status, 0), pid);
  EXPECT_EQ(WEXITSTATUS(status), 127);
}

}  // namespace
}  // namespace bigfoot::test
