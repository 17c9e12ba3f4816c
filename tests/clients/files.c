// tests/clients/files.c - Uses a watched folder by bare system calls: `files CONFIG NEW`. Built with musl, static.
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

int main(int argc, char **argv) {
  if (argc != 3) return 2;
  int fd = open(argv[1], O_RDONLY);
  struct stat info, by_name;
  if (fd < 0 || fstat(fd, &info) != 0 || stat(argv[1], &by_name) != 0) return perror(argv[1]), 1;
  char *text = mmap(NULL, (size_t)info.st_size, PROT_READ, MAP_SHARED, fd, 0);
  if (text == MAP_FAILED) return perror("mmap"), 1;
  printf("%d %.*s", info.st_ino == by_name.st_ino, (int)info.st_size, text);
  lseek(fd, 2, SEEK_SET);
  char two[3] = "";
  if (read(fd, two, 2) != 2) return 1;
  printf("%s\n", two);
  int out = open(argv[2], O_RDWR | O_CREAT | O_TRUNC, 0640);
  if (out < 0 || ftruncate(out, 4) != 0) return perror(argv[2]), 1;
  char *page = mmap(NULL, 4, PROT_READ | PROT_WRITE, MAP_SHARED, out, 0);
  close(out);
  memcpy(page, "abc\n", 4);
  munmap(page, 4);
  printf("%o\n", stat(argv[2], &info) == 0 ? info.st_mode : 0);
  return 0;
}
