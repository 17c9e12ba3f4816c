// tests/clients/resolve.c - Looks names up with getaddrinfo, with and without AI_ADDRCONFIG: resolve_musl NAME... prints
// "NAME ADDRESS..." in sorted order. Built with glibc and statically with musl.
#include <arpa/inet.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int by_text(const void* left, const void* right) { return strcmp(left, right); }

int main(int count, char** names) {
  int flags = getenv("ADDRCONFIG") ? AI_ADDRCONFIG : 0;
  for (int each = 1; each < count; ++each) {
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = flags}, *found;
    int failed = getaddrinfo(names[each], NULL, &hints, &found);
    if (failed) {
      printf("%s failed\n", names[each]);
      continue;
    }
    char texts[16][INET6_ADDRSTRLEN];
    int texts_used = 0;
    for (struct addrinfo* one = found; one && texts_used < 16; one = one->ai_next) {
      const void* address = one->ai_family == AF_INET ? (const void*)&((struct sockaddr_in*)one->ai_addr)->sin_addr
                                                      : (const void*)&((struct sockaddr_in6*)one->ai_addr)->sin6_addr;
      inet_ntop(one->ai_family, address, texts[texts_used++], INET6_ADDRSTRLEN);
    }
    freeaddrinfo(found);
    qsort(texts, (size_t)texts_used, sizeof texts[0], by_text);
    printf("%s", names[each]);
    for (int text = 0; text < texts_used; ++text) printf(" %s", texts[text]);
    printf("\n");
  }
  return 0;
}
