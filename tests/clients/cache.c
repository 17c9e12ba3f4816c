// tests/clients/cache.c - A cache as programs use Redis, by hiredis: cache HOST PORT
#include <hiredis/hiredis.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static redisReply* ask(redisContext* cache, const char* format, ...) {
  va_list words;
  va_start(words, format);
  redisReply* reply = redisvCommand(cache, format, words);
  va_end(words);
  if (reply == NULL) {
    fprintf(stderr, "%s: %s\n", format, cache->errstr);
    exit(1);
  }
  return reply;
}

static redisReply* next(redisContext* cache) {
  void* reply = NULL;
  if (redisGetReply(cache, &reply) != REDIS_OK) {
    fprintf(stderr, "%s\n", cache->errstr);
    exit(1);
  }
  return reply;
}

int main(int argc, char** argv) {
  redisContext* cache = redisConnect(argc > 1 ? argv[1] : "localhost", argc > 2 ? atoi(argv[2]) : 6379);
  if (cache == NULL || cache->err != 0) {
    fprintf(stderr, "connect: %s\n", cache != NULL ? cache->errstr : "no memory");
    return 1;
  }
  printf("%s\n", ask(cache, "SET %s %s EX %d", "session:abc123", "new_value", 60)->str);
  printf("%s\n", ask(cache, "GET %s", "session:abc123")->str);
  printf("%s\n", ask(cache, "GET missing")->type == REDIS_REPLY_NIL ? "nil" : "something");
  redisReply* user = ask(cache, "HGETALL user:1");
  printf("{\"%s\":\"%s\",\"%s\":\"%s\"}\n", user->element[2]->str, user->element[3]->str, user->element[0]->str, user->element[1]->str);
  redisReply* jobs = ask(cache, "LRANGE jobs 0 -1");
  printf("[\"%s\",\"%s\"]\n", jobs->element[0]->str, jobs->element[1]->str);
  ask(cache, "MULTI");
  ask(cache, "SET a 1");
  ask(cache, "EXPIRE a 60");
  printf("%zu\n", ask(cache, "EXEC")->elements);
  redisAppendCommand(cache, "LLEN jobs");
  redisAppendCommand(cache, "SADD tags x");
  const long long length = next(cache)->integer;
  printf("%lld %lld\n", length, next(cache)->integer);
  printf("%s\n", ask(cache, "LPUSH jobs x")->str);
  redisFree(cache);
  return 0;
}
