// report.c DAY [ORDERS] - Writes how many orders a day had; 0 where nobody says.
#include <stdio.h>

static int write_report(const char* day, const char* orders) {
  FILE* file = fopen("/var/lib/shop/day.json", "w");
  if (!file) {
    perror("day.json");
    return 1;
  }
  fprintf(file, "{\"day\": \"%s\", \"orders\": %s}\n", day, orders);
  return fclose(file) != 0;
}

int main(int argc, char** argv) {
  if (argc > 2) {
    return write_report(argv[1], argv[2]);
  }
  return 0;
}
