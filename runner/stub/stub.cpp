// runner/stub/stub.cpp - bigfoot-stub: what runs in a mocked program's place, with its argv, environment and descriptors.
// It writes and ends as it is told, and passes stdin on (protocol.h). Small and static: it starts in other roots and
// containers too, and faster than most programs it stands for.
// Source: poll(2), pipe(7), pwritev2(2) (RWF_NOWAIT), unix(7).
//
// Nothing here blocks while another descriptor is ready, and no description is made O_NONBLOCK: they are shared with others.
// It makes no system call that bigfoot-run's filter traps, so it costs no round trip.
#include "runner/stub/protocol.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#ifndef RWF_NOWAIT
#define RWF_NOWAIT 0x00000008  // linux/fs.h of 4.14
#endif

namespace {

using bigfoot::stub::kLargestMessage;
using bigfoot::stub::Order;
using bigfoot::stub::Word;

constexpr size_t kSafeWrite = 4096;  // pipe(7): PIPE_BUF fits into a pipe that poll(2) calls writable

char order[kLargestMessage];  // the message at work; bytes still to be written from order_done on
size_t order_size = 0;        // 0: none
size_t order_done = 0;
char word[kLargestMessage];  // to be sent; no more of stdin is read before
size_t word_size = 0;
char failure[3];  // to be sent, and nothing more is done before
bool has_failed = false;
bool reading = false;
bool passed_on = false;  // a byte of stdin
bool at_end = false;     // of stdin
int status_at_end = -1;  // Order::exit_at_end; -1: none came

[[noreturn]] void give_up(const char* text) {
  (void)!write(STDERR_FILENO, text, strlen(text));
  _exit(bigfoot::stub::kSupervisorGone);
}

// One without NUL at its end is cut by the kernel, after 15 bytes.
void take_name(const char* argv0) {
  if (argv0 == nullptr) return;
  const char* slash = strrchr(argv0, '/');
  prctl(PR_SET_NAME, slash != nullptr ? slash + 1 : argv0);
}

bool is(int fd, mode_t kind) {
  struct stat info;
  return fstat(fd, &info) == 0 && (info.st_mode & S_IFMT) == kind;
}

bool must_poll(int code) { return code == EOPNOTSUPP || code == ENOSYS || code == EINVAL; }

// As write(2) and read(2), with EAGAIN where it would block. `ready`: poll(2) has said so.
ssize_t write_some(int fd, const char* from, size_t size, bool ready) {
  if (is(fd, S_IFSOCK)) return send(fd, from, size, MSG_DONTWAIT);
  if (is(fd, S_IFREG)) return write(fd, from, size);
  if (is(fd, S_IFIFO)) {
    iovec part{const_cast<char*>(from), size};
    const ssize_t done = syscall(SYS_pwritev2, fd, &part, 1, -1L, -1L, RWF_NOWAIT);
    if (done >= 0 || !must_poll(errno)) return done;
  }
  if (!ready) {
    errno = EAGAIN;
    return -1;
  }
  return write(fd, from, size < kSafeWrite ? size : kSafeWrite);
}

ssize_t read_some(int fd, char* to, size_t size) {
  if (is(fd, S_IFSOCK)) return recv(fd, to, size, MSG_DONTWAIT);
  if (is(fd, S_IFIFO)) {  // another reader may have been faster
    iovec part{to, size};
    const ssize_t done = syscall(SYS_preadv2, fd, &part, 1, -1L, -1L, RWF_NOWAIT);
    if (done >= 0 || !must_poll(errno)) return done;
  }
  return read(fd, to, size);
}

void say(Word kind) {
  word[0] = static_cast<char>(kind);
  word_size = 1;
}

[[noreturn]] void die(int signal_number) {
  // 1 stands for no core, also where core_pattern names a program: linux/fs/coredump.c.
  rlimit core{};
  getrlimit(RLIMIT_CORE, &core);
  core.rlim_cur = core.rlim_max > 0 ? 1 : 0;
  setrlimit(RLIMIT_CORE, &core);
  signal(signal_number, SIG_DFL);
  sigset_t only;
  sigemptyset(&only);
  sigaddset(&only, signal_number);
  sigprocmask(SIG_UNBLOCK, &only, nullptr);
  kill(getpid(), signal_number);
  _exit(128 + signal_number);  // one that does not kill
}

// Once.
void begin_reading() {
  static bool begun = false;
  if (begun) return;
  begun = true;
  struct stat info;
  reading = fstat(STDIN_FILENO, &info) == 0 && !isatty(STDIN_FILENO);
  at_end = !reading;
  if (at_end) say(Word::no_input);
}

void begin_order() {
  const unsigned char argument = order_size > 1 ? static_cast<unsigned char>(order[1]) : 0;
  switch (static_cast<Order>(order[0])) {
    case Order::out:
    case Order::err:
      order_done = 1;
      return;
    case Order::read:
      begin_reading();
      break;
    case Order::exit_at_end:
      status_at_end = argument;
      break;
    case Order::exit:
      _exit(argument);
    case Order::die:
      die(argument);
  }
  order_size = 0;
}

int output() { return static_cast<Order>(order[0]) == Order::out ? STDOUT_FILENO : STDERR_FILENO; }

void go_on_writing(bool ready) {
  while (order_size > 0) {
    const size_t left = order_size - order_done;
    const ssize_t done = left > 0 ? write_some(output(), order + order_done, left, ready) : 0;
    if (done < 0 && errno == EINTR) continue;
    if (done < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return;
    if (done < 0) {
      failure[0] = static_cast<char>(Word::failed);
      failure[1] = static_cast<char>(errno);
      failure[2] = static_cast<char>(output());
      has_failed = true;
      order_size = 0;
      return;
    }
    order_done += static_cast<size_t>(done);
    if (order_done >= order_size) order_size = 0;
    ready = false;
  }
}

// False: nothing there.
bool next_order(int channel) {
  const ssize_t size = recv(channel, order, sizeof order, MSG_DONTWAIT);
  // ECONNRESET comes once, when the other end was closed with words of ours unread: orders may still be there.
  if (size < 0 && (errno == EINTR || errno == ECONNRESET)) return true;
  if (size < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return false;
  if (size < 0) give_up("bigfoot-stub: no channel: only bigfoot-run starts this program\n");
  if (size == 0) give_up("bigfoot-run has gone: this mocked program cannot go on\n");
  order_size = static_cast<size_t>(size);
  begin_order();
  return true;
}

bool is_said(int channel, const char* from, size_t size) {
  if (send(channel, from, size, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0) return true;
  // EPIPE: what was ordered before is still done; next_order() finds the end.
  return errno == EPIPE || errno == ECONNRESET;
}

void say_what_is_left(int channel) {
  if (has_failed && is_said(channel, failure, sizeof failure)) has_failed = false;
  if (word_size > 0 && is_said(channel, word, word_size)) word_size = 0;
}

void read_input() {
  const ssize_t size = read_some(STDIN_FILENO, word + 1, sizeof word - 1);
  if (size < 0 && (errno == EINTR || errno == EAGAIN || errno == EWOULDBLOCK)) return;
  reading = size > 0;
  say(size > 0 ? Word::in : Word::end);
  if (size > 0) word_size += static_cast<size_t>(size);
  passed_on = passed_on || size > 0;
  at_end = size <= 0;
}

// Most commands get no stdin: nobody need be waited for.
void end_early() {
  const bool all_done = order_size == 0 && word_size == 0 && !has_failed;
  if (status_at_end >= 0 && at_end && !passed_on && all_done) _exit(status_at_end);
}

// What is not waited for is left out by a negative number, since poll(2) tells of a hang-up in any case: one of the channel
// while a write is blocked would have this loop run hot. The tree is killed then, this program with it.
void wait_for_something(int channel) {
  const bool writing = order_size > 0;
  const bool speaking = has_failed || word_size > 0;
  pollfd watched[] = {{writing && !speaking ? -1 : channel, static_cast<short>(speaking ? POLLOUT : POLLIN), 0},
                      {writing ? output() : -1, POLLOUT, 0},
                      {reading && word_size == 0 ? STDIN_FILENO : -1, POLLIN, 0}};
  if (!writing && !has_failed) watched[0].events |= POLLIN;
  if (poll(watched, 3, -1) < 0) return;
  if (watched[1].revents != 0) go_on_writing(true);
  if (watched[2].revents != 0) read_input();
}

}  // namespace

int main(int, char** argv) {
  take_name(argv[0]);
  rlimit files{};
  getrlimit(RLIMIT_NOFILE, &files);
  const int channel = bigfoot::stub_channel(files.rlim_cur);
  for (;;) {
    if (order_size > 0) go_on_writing(false);
    say_what_is_left(channel);
    while (order_size == 0 && !has_failed && next_order(channel)) {
      if (order_size > 0) go_on_writing(false);
    }
    say_what_is_left(channel);
    end_early();
    wait_for_something(channel);
  }
}
