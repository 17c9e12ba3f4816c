// tests/bench/client.c - What the benchmark measures from the program's side.
//   client serve PORT          accepts and closes, for the native side
//   client connect HOST PORT N connects and closes N times; prints microseconds for each
//   client spawn N PROGRAM...  runs the program N times, one after the other; prints microseconds for each
//   client hold HOST PORT N    opens N connections with one request on each, prints "ready", ends at the end of stdin
//   client pump HOST PORT N    N requests on one connection, kPipelined at a time; prints "ready", ends at the end of stdin
//   client log N               writes N log lines to standard error; prints microseconds for each
//   client open PATH N         opens, reads and closes a file N times
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { kPipelined = 32 };
static const char kRequest[] = "GET / HTTP/1.1\r\nHost: mock.internal\r\n\r\n";

static void die(const char* what) {
  perror(what);
  exit(1);
}

static struct sockaddr_in address_of(const char* host, const char* port) {
  struct addrinfo hints = {.ai_family = AF_INET, .ai_socktype = SOCK_STREAM}, *found;
  if (getaddrinfo(host, port, &hints, &found)) die(host);
  struct sockaddr_in address = *(struct sockaddr_in*)found->ai_addr;
  freeaddrinfo(found);
  return address;
}

static int dial(const struct sockaddr_in* to) {
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) die("socket");
  if (connect(fd, (const struct sockaddr*)to, sizeof *to)) die("connect");
  return fd;
}

static double microseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1e6 + now.tv_nsec / 1e3;
}

static void serve(const char* port) {
  struct sockaddr_in here = {.sin_family = AF_INET, .sin_port = htons((unsigned short)atoi(port)), .sin_addr = {htonl(INADDR_LOOPBACK)}};
  int listener = socket(AF_INET, SOCK_STREAM, 0), on = 1;
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (bind(listener, (struct sockaddr*)&here, sizeof here) || listen(listener, 4096)) die("listen");
  for (;;) close(accept(listener, NULL, NULL));
}

static void connect_and_close(const struct sockaddr_in* to, int count) {
  double begun = microseconds();
  for (int each = 0; each < count; ++each) close(dial(to));
  printf("%.2f\n", (microseconds() - begun) / count);
}

static void read_replies(int fd, int count) {
  static char buffer[65536];
  static const char kStart[] = "HTTP/1.1 200";
  int matched = 0;
  while (count > 0) {
    ssize_t got = read(fd, buffer, sizeof buffer);
    if (got <= 0) die("read");
    for (ssize_t at = 0; at < got; ++at) {  // no character of kStart but the first begins it again
      matched = buffer[at] == kStart[matched] ? matched + 1 : buffer[at] == 'H';
      if (!kStart[matched]) {
        --count;
        matched = 0;
      }
    }
  }
}

static void wait_for_the_end(void) {
  char byte;
  puts("ready");
  fflush(stdout);
  while (read(0, &byte, 1) > 0) continue;
}

static void hold(const struct sockaddr_in* to, int count) {
  struct rlimit limit;
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  for (int each = 0; each < count; ++each) {
    int fd = dial(to);
    if (write(fd, kRequest, sizeof kRequest - 1) < 0) die("write");
    read_replies(fd, 1);
  }
  wait_for_the_end();
}

static void pump(const struct sockaddr_in* to, int count) {
  static char batch[kPipelined * sizeof kRequest];
  for (int each = 0; each < kPipelined; ++each) strcat(batch, kRequest);
  int fd = dial(to), on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  for (int done = 0; done < count; done += kPipelined) {
    if (write(fd, batch, strlen(batch)) < 0) die("write");
    read_replies(fd, kPipelined);
  }
  wait_for_the_end();
}

extern char** environ;

static void spawn(int count, char** command) {
  double begun = microseconds();
  for (int each = 0; each < count; ++each) {
    pid_t child;
    int status = 0;
    if (posix_spawnp(&child, command[0], NULL, NULL, command, environ)) die(command[0]);
    if (waitpid(child, &status, 0) < 0 || status != 0) die("waitpid");
  }
  printf("%.2f\n", (microseconds() - begun) / count);
}

static void log_lines(int count) {
  double begun = microseconds();
  for (int each = 0; each < count; ++each) {
    char line[100];
    int size = snprintf(line, sizeof line, "INFO shop.orders: order %d was paid\n", each);
    if (write(2, line, (size_t)size) != size) die("write");
  }
  printf("%.2f\n", (microseconds() - begun) / count);
}

static void open_and_read(const char* path, int count) {
  char buffer[64];
  for (int each = 0; each < count; ++each) {
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || read(fd, buffer, sizeof buffer) < 0) die(path);
    close(fd);
  }
}

int main(int count, char** arguments) {
  if (count == 3 && !strcmp(arguments[1], "serve")) serve(arguments[2]);
  if (count > 3 && !strcmp(arguments[1], "spawn")) {
    spawn(atoi(arguments[2]), arguments + 3);
    return 0;
  }
  if (count == 3 && !strcmp(arguments[1], "log")) {
    log_lines(atoi(arguments[2]));
    return 0;
  }
  if (count == 4 && !strcmp(arguments[1], "open")) return open_and_read(arguments[2], atoi(arguments[3])), 0;
  if (count != 5) return 2;
  struct sockaddr_in to = address_of(arguments[2], arguments[3]);
  int times = atoi(arguments[4]);
  if (!strcmp(arguments[1], "connect")) connect_and_close(&to, times);
  else if (!strcmp(arguments[1], "hold")) hold(&to, times);
  else if (!strcmp(arguments[1], "pump")) pump(&to, times);
  else return 2;
  return 0;
}
