# tests/clients/cache.rb - A cache as programs use Redis, by redis-rb: cache.rb URL
require "json"
require "redis"

cache = Redis.new(url: ARGV[0])
puts cache.set("session:abc123", "new_value", ex: 60)
puts cache.get("session:abc123")
puts cache.get("missing") || "nil"
puts JSON.generate(cache.hgetall("user:1").sort.to_h)
puts JSON.generate(cache.lrange("jobs", 0, -1))
puts cache.multi { |all| all.set("a", "1"); all.expire("a", 60) }.size
puts cache.pipelined { |all| all.llen("jobs"); all.sadd("tags", ["x"]) }.map { |value| value == true ? 1 : value }.join(" ")
begin
  cache.lpush("jobs", "x")
rescue Redis::CommandError => error
  puts error.message
end
cache.close
