# tests/e2e/cases/redis.py - Redis as clients really speak it: one spec for all of them, subscriptions, TLS, faults, and what is told of
# calls that are not as the spec says.
import re

from harness import ANY, Case

PYTHON = "/usr/bin/python3"
HOST = "cache.example.com"
URL = f"redis://{HOST}:6379/0"


def spec(*parts: str) -> str:
    return "version = 1\n" + "".join(parts)


def entry(command: str, reply: str = "", more: str = "") -> str:
    return f"[[expect]]\nredis = {command}\n" + (f"reply = {reply}\n" if reply else "") + (f"{more}\n" if more else "")


def cli(*words: str, more: tuple[str, ...] = ()) -> list[str]:
    return ["redis-cli", "-h", HOST, *more, *words]


def python(*lines: str) -> list[str]:
    return [PYTHON, "-c", "\n".join(("import redis, sys", f'cache = redis.Redis("{HOST}", decode_responses=True)', *lines))]


# One spec, every client.
SHOP = spec(
    entry('["SET", "session:abc123", "new_value", "EX", "{{int}}"]', '"OK"'),
    entry('["GET", "session:abc123"]', '"cached_value"'),
    entry('["GET", "missing"]', "{ nil = true }"),
    entry('["HGETALL", "user:1"]', '{ map = { name = "Alice", age = "30" } }'),
    entry('["LRANGE", "jobs", 0, -1]', '["a", "b"]'),
    entry('{ multi = [["SET", "a", "1"], ["EXPIRE", "a", 60]] }', '["OK", 1]'),
    entry('["LLEN", "jobs"]', "3"),
    entry('["SADD", "tags", "x"]', "1"),
    entry('["LPUSH", "jobs", "{{any}}"]', '{ error = "WRONGTYPE Operation against a key holding the wrong kind of value" }'),
)
SHOPPED = """\
OK
cached_value
nil
{"age":"30","name":"Alice"}
["a","b"]
2
3 1
WRONGTYPE Operation against a key holding the wrong kind of value
"""
PIPED = """\
SET session:abc123 new_value EX 60
GET session:abc123
GET missing
HGETALL user:1
LRANGE jobs 0 -1
MULTI
SET a 1
EXPIRE a 60
EXEC
LLEN jobs
SADD tags x
LPUSH jobs x
"""
PIPED_OUT = """\
OK
cached_value

name
Alice
age
30
a
b
OK
QUEUED
QUEUED
OK
1
3
1
WRONGTYPE Operation against a key holding the wrong kind of value

"""

# name, command
CLIENTS = [
    ("redis-py", [PYTHON, "@clients@/cache.py", "sync", URL]),
    ("redis-py asyncio", [PYTHON, "@clients@/cache.py", "async", URL]),
    ("ioredis", ["node", "@clients@/cache.mjs", "@npm@", "ioredis", URL]),
    ("node-redis", ["node", "@clients@/cache.mjs", "@npm@", "node-redis", URL]),
    ("hiredis", ["@built@/cache_c", HOST, "6379"]),
    ("phpredis", ["php", "@clients@/cache.php", HOST, "6379"]),
    ("redis-rb", ["ruby", "@clients@/cache.rb", URL]),
    ("redigo", ["@built@/cache_go", f"{HOST}:6379"]),
]
CASES = [Case(name, command, SHOP, stdout=SHOPPED, counts={"asserted": 9, "unexpected": 0}) for name, command in CLIENTS]
CASES += [
    Case("redis-cli, piped", cli(), SHOP, stdin=PIPED, stdout=PIPED_OUT, counts={"asserted": 9, "unexpected": 0}),
]
