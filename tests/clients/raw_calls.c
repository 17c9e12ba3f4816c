// tests/clients/raw_calls.c - What only a C program does to sockets: raw_calls WHAT HOST PORT. Each prints one line of what it saw.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

static const char kHello[] = "hello\n";

static struct sockaddr_in address_of(const char* host, const char* port) {
  struct addrinfo hints = {.ai_family = AF_INET, .ai_socktype = SOCK_STREAM}, *found;
  if (getaddrinfo(host, port, &hints, &found)) {
    puts("no such host");
    exit(1);
  }
  struct sockaddr_in address = *(struct sockaddr_in*)found->ai_addr;
  freeaddrinfo(found);
  return address;
}

static void print_answer(int fd) {
  char answer[256] = "";
  ssize_t got = read(fd, answer, sizeof answer - 1);
  if (got < 0) printf("error %s\n", strerrorname_np(errno));
  else printf("%.*s\n", (int)got, answer);
}

/// The epoll registration is older than the connect: it must go on working.
static void epoll_first(const struct sockaddr_in* to) {
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), poller = epoll_create1(0);
  struct epoll_event event = {.events = EPOLLOUT | EPOLLIN | EPOLLET};
  epoll_ctl(poller, EPOLL_CTL_ADD, fd, &event);
  int started = connect(fd, (const struct sockaddr*)to, sizeof *to);
  int seen = started < 0 ? errno : 0;
  int error = 1;
  for (int turn = 0; turn < 50; ++turn) {
    epoll_wait(poller, &event, 1, 100);
    struct sockaddr_in peer;
    socklen_t size = sizeof error, peer_size = sizeof peer;
    getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size);
    if (!error && getpeername(fd, (struct sockaddr*)&peer, &peer_size) == 0) break;
  }
  printf("%s, ", seen == 0 || seen == EINPROGRESS ? "begun" : strerrorname_np(seen));
  if (write(fd, kHello, 6) != 6) puts("no write");
  while (epoll_wait(poller, &event, 1, 5000) > 0 && !(event.events & EPOLLIN)) continue;
  print_answer(fd);
}

/// Numbers change by dup2 and fork between socket(2) and connect(2).
static void moved(const struct sockaddr_in* to) {
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  dup2(fd, 100);
  close(fd);
  if (fork() == 0) {
    if (connect(100, (const struct sockaddr*)to, sizeof *to)) perror("connect");
    _exit(0);
  }
  wait(NULL);
  if (write(100, kHello, 6) != 6) puts("no write");
  print_answer(100);
}

static void gathered(const struct sockaddr_in* to) {
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  if (connect(fd, (const struct sockaddr*)to, sizeof *to)) perror("connect");
  struct iovec parts[3] = {{"he", 2}, {"ll", 2}, {"o\n", 2}};
  struct msghdr message = {.msg_iov = parts, .msg_iovlen = 3};
  if (sendmsg(fd, &message, MSG_NOSIGNAL) != 6) puts("no sendmsg");
  print_answer(fd);
}

static void fast_open(const struct sockaddr_in* to) {
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  ssize_t sent = sendto(fd, kHello, 6, MSG_FASTOPEN, (const struct sockaddr*)to, sizeof *to);
  if (sent < 0 && (errno == EOPNOTSUPP || errno == EINPROGRESS)) {  // as curl and the kernel's own callers fall back
    if (connect(fd, (const struct sockaddr*)to, sizeof *to) && errno != EISCONN) perror("connect");
    sent = write(fd, kHello, 6);
  }
  if (sent != 6) printf("sent %zd, ", sent);
  print_answer(fd);
}

static void mapped(const struct sockaddr_in* to) {
  struct sockaddr_in6 wide = {.sin6_family = AF_INET6, .sin6_port = to->sin_port}, peer;
  wide.sin6_addr.s6_addr[10] = wide.sin6_addr.s6_addr[11] = 0xff;
  memcpy(wide.sin6_addr.s6_addr + 12, &to->sin_addr, 4);
  int fd = socket(AF_INET6, SOCK_STREAM, 0);
  socklen_t size = sizeof peer;
  if (connect(fd, (struct sockaddr*)&wide, sizeof wide)) perror("connect");
  getpeername(fd, (struct sockaddr*)&peer, &size);
  printf("%s, ", memcmp(&peer.sin6_addr, &wide.sin6_addr, 16) == 0 && peer.sin6_port == wide.sin6_port ? "same peer" : "other peer");
  if (write(fd, kHello, 6) != 6) puts("no write");
  print_answer(fd);
}

/// A process that hides its memory still gets its answer.
static void not_dumpable(const struct sockaddr_in* to) {
  prctl(PR_SET_DUMPABLE, 0);
  gathered(to);
}

static void io_uring_is_absent(const struct sockaddr_in* to) {
  char parameters[120] = {0};
  long ring = syscall(SYS_io_uring_setup, 4, parameters);
  printf("%s, ", ring >= 0 ? "a ring" : errno == ENOSYS || errno == EPERM ? "no ring" : strerrorname_np(errno));
  gathered(to);
}

static void multipath(const struct sockaddr_in* to) {
  int fd = socket(AF_INET, SOCK_STREAM, 262 /* IPPROTO_MPTCP */);
  printf("%s, ", fd >= 0 ? "a socket" : strerrorname_np(errno));
  gathered(to);
}

int main(int count, char** arguments) {
  static const struct { const char* name; void (*act)(const struct sockaddr_in*); } kActs[] = {
      {"epoll-first", epoll_first}, {"moved", moved},   {"gathered", gathered},          {"fast-open", fast_open},
      {"mapped", mapped},           {"multipath", multipath}, {"not-dumpable", not_dumpable}, {"io-uring", io_uring_is_absent}};
  if (count < 4) return 2;
  struct sockaddr_in to = address_of(arguments[2], arguments[3]);
  for (size_t each = 0; each < sizeof kActs / sizeof kActs[0]; ++each)
    if (!strcmp(arguments[1], kActs[each].name)) {
      kActs[each].act(&to);
      return 0;
    }
  return 2;
}
