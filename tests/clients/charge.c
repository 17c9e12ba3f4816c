// tests/clients/charge.c - One POST of a charge by getaddrinfo and a plain socket: charge_musl HOST PORT PATH prints "STATUS BODY".
// Built twice: statically with musl, and with LeakSanitizer, which needs ptrace inside the tree when the program ends.
#define _GNU_SOURCE
#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static const char kCharge[] = "{\"amount\":5000,\"currency\":\"usd\"}";

static int connect_to(const char* host, const char* port) {
  struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *found, *each;
  int failed = getaddrinfo(host, port, &hints, &found);
  if (failed) {
    fprintf(stderr, "%s: %s\n", host, gai_strerror(failed));
    exit(1);
  }
  int fd = -1;
  for (each = found; each; each = each->ai_next) {
    fd = socket(each->ai_family, each->ai_socktype, each->ai_protocol);
    if (fd >= 0 && connect(fd, each->ai_addr, each->ai_addrlen) == 0) break;
    if (fd >= 0) close(fd);
    fd = -1;
  }
  freeaddrinfo(found);
  return fd;
}

int main(int count, char** arguments) {
  if (count < 4) return 2;
  int fd = connect_to(arguments[1], arguments[2]);
  if (fd < 0) {
    fprintf(stderr, "connect: %s\n", strerror(errno));
    return 1;
  }
  char* request;
  int size = asprintf(&request, "POST %s HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n"
                      "Connection: close\r\n\r\n%s", arguments[3], arguments[1], strlen(kCharge), kCharge);
  if (size < 0 || write(fd, request, (size_t)size) != size) return 1;
  free(request);
  char* reply = calloc(1, 65536);
  size_t have = 0;
  for (ssize_t got; (got = read(fd, reply + have, 65535 - have)) > 0;) have += (size_t)got;
  close(fd);
  const char* body = strstr(reply, "\r\n\r\n");
  printf("%.3s %s\n", strlen(reply) > 12 ? reply + 9 : "???", body ? body + 4 : "");
  free(reply);
  fflush(stdout);  // LeakSanitizer ends the program before stdio would
  if (count > 4) {  // a leak for LeakSanitizer to find
    char* volatile lost = malloc(99);
    lost = NULL;
    (void)lost;
  }
  return 0;
}
