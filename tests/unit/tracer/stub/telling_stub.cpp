// tests/unit/tracer/stub/telling_stub.cpp - Runs in a program's place and writes what it was started with to stdout:
// "argv0 argv1 env=2\n". Exits with 7; with 8 where the channel is not where it should be.
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tracer/stub_channel.h"

namespace {

char line[8192];
size_t length = 0;

void add(const char* text) {
  const size_t size = strnlen(text, sizeof line - 100 - length);
  memcpy(line + length, text, size);
  length += size;
}

}  // namespace

int main(int, char** argv, char** env) {
  for (char** argument = argv; *argument != nullptr; ++argument) {
    add(*argument);
    add(" ");
  }
  int count = 0;
  while (env[count] != nullptr) ++count;
  char digits[12];
  char* digit = digits + sizeof digits - 1;
  *digit = '\0';
  do {
    *--digit = static_cast<char>('0' + count % 10);
    count /= 10;
  } while (count > 0);
  add("env=");
  add(digit);
  add("\n");
  (void)!write(STDOUT_FILENO, line, length);
  rlimit files{};
  getrlimit(RLIMIT_NOFILE, &files);
  int type = 0;
  socklen_t size = sizeof type;
  const int channel = bigfoot::stub_channel(files.rlim_cur);
  const bool there = getsockopt(channel, SOL_SOCKET, SO_TYPE, &type, &size) == 0 && type == SOCK_SEQPACKET;
  return there ? 7 : 8;
}
