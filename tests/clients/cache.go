// tests/clients/cache.go - A cache as programs use Redis, by redigo: cache HOST:PORT
package main

import (
	"encoding/json"
	"fmt"
	"os"

	"github.com/gomodule/redigo/redis"
)

func must[T any](value T, err error) T {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	return value
}

func text(value any) string { return string(must(json.Marshal(value))) }

func main() {
	cache := must(redis.Dial("tcp", os.Args[1]))
	defer cache.Close()
	fmt.Println(must(redis.String(cache.Do("SET", "session:abc123", "new_value", "EX", 60))))
	fmt.Println(must(redis.String(cache.Do("GET", "session:abc123"))))
	if _, err := redis.String(cache.Do("GET", "missing")); err == redis.ErrNil {
		fmt.Println("nil")
	}
	fmt.Println(text(must(redis.StringMap(cache.Do("HGETALL", "user:1")))))
	fmt.Println(text(must(redis.Strings(cache.Do("LRANGE", "jobs", 0, -1)))))
	cache.Send("MULTI")
	cache.Send("SET", "a", "1")
	cache.Send("EXPIRE", "a", 60)
	fmt.Println(len(must(redis.Values(cache.Do("EXEC")))))
	cache.Send("LLEN", "jobs")
	cache.Send("SADD", "tags", "x")
	cache.Flush()
	length := must(redis.Int(cache.Receive()))
	fmt.Println(length, must(redis.Int(cache.Receive())))
	if _, err := cache.Do("LPUSH", "jobs", "x"); err != nil {
		fmt.Println(err)
	}
}
