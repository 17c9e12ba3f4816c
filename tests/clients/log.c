/* tests/clients/log.c - Logs as C programs do: `log_c syslog`, `log_c stderr`. */
#include <stdio.h>
#include <string.h>
#include <syslog.h>

int main(int argc, char** argv) {
  if (argc > 1 && strcmp(argv[1], "syslog") == 0) {
    openlog("myapp", LOG_PID, LOG_USER);
    syslog(LOG_INFO, "User %s logged in", "alice");
    syslog(LOG_WARNING, "Rate limit approaching");
    closelog();
  } else {
    fprintf(stderr, "INFO myapp: User %s", "alice"); /* a write each: stderr has no buffer */
    fprintf(stderr, " logged in\n");
    fputs("WARNING myapp: Rate limit approaching\n", stderr);
  }
  return 0;
}
