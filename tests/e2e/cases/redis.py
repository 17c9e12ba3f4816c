# tests/e2e/cases/redis.py - Redis as clients really speak it: one spec for all of them, subscriptions, TLS, faults, and what is told of
# calls that are not as the spec says.
import re
from dataclasses import replace

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

# redis-cli at a terminal asks for COMMAND DOCS before it shows its prompt.
TERMINAL = f"""
import os, pty, termios
pid, end = pty.fork()
if pid == 0:
    termios.tcsetwinsize(0, (24, 80))
    os.execvp("redis-cli", ["redis-cli", "-h", "{HOST}"])
shown = b""
def until(text):
    global shown
    while text not in shown: shown += os.read(end, 4096)
    shown = shown.split(text, 1)[1]
until(b"> ")
os.write(end, b"GET k\\r")
until(b'"v"')
until(b"> ")  # before it, what is typed is thrown away: tcsetattr(3), TCSAFLUSH
os.write(end, b"exit\\r")
os.waitpid(pid, 0)
print("answered")
"""

# One command, one entry.
CASES += [
    Case("redis-cli, one shot", cli("GET", "session:abc123"), spec(entry('["GET", "session:abc123"]', '"cached_value"')), stdout="cached_value\n",
         calls=["redis asserted GET session:abc123"]),
    Case("redis-cli, RESP3", cli("HGETALL", "user:1", more=("-3",)), spec(entry('["HGETALL", "user:1"]', '{ map = { name = "Alice" } }')), stdout="name Alice\n"),
    Case("redis-cli, interactive", [PYTHON, "-c", TERMINAL], spec(entry('["GET", "k"]', '"v"')), stdout="answered\n", counts={"asserted": 1, "unexpected": 0}),
    Case("a client without a port of its own", cli("GET", "k", more=("-p", "7001")), spec(entry('["GET", "k"]', '"v"')), stdout="v\n", counts={"asserted": 1}),
    Case("a server by name and port", ["sh", "-c", f"redis-cli -h {HOST} -p 7001 GET k; redis-cli -h other.example.com GET k"],
         spec(entry('["GET", "k"]', '"one"', f'server = "{HOST}:7001"'), entry('["GET", "k"]', '"two"', 'server = "other.example.com"')), stdout="one\ntwo\n",
         counts={"asserted": 2}),
    Case("any server beside a named one", ["sh", "-c", f"redis-cli -h {HOST} GET k; redis-cli -h other.example.com GET k"],
         spec(entry('["GET", "k"]', '"two"', 'server = "other.example.com"\nany_order = "both"'), entry('["GET", "k"]', '"any"', 'any_order = "both"')),
         stdout="any\ntwo\n", counts={"asserted": 2}),
    Case("a unix socket", [PYTHON, "-c", 'import redis\nprint(redis.Redis(unix_socket_path="/run/redis/cache.sock", decode_responses=True).get("k"))'],
         spec(entry('["GET", "k"]', '"near"', 'server = "unix:///run/redis/cache.sock"')), stdout="near\n", counts={"asserted": 1}),
    Case("every type of RESP3", ["sh", "-c", "; ".join(f"redis-cli -h {HOST} -3 --json {command}" for command in
                                                       ("GET t", "GET i", "GET d", "GET n", "GET b", "SMEMBERS s", "HGETALL m", "LRANGE l 0 -1", "GET v", "GET j"))],
         spec(entry('["GET", "t"]', '"text"'), entry('["GET", "i"]', "7"), entry('["GET", "d"]', "{ double = 1.5 }"), entry('["GET", "n"]', "{ nil = true }"),
              entry('["GET", "b"]', "true"), entry('["SMEMBERS", "s"]', '{ set = ["x"] }'), entry('["HGETALL", "m"]', "{ map = { a = 1 } }"),
              entry('["LRANGE", "l", 0, -1]', '["a", { nil = true }, [1]]'), entry('["GET", "v"]', '{ verbatim = "txt" }'), entry('["GET", "j"]', "{ json = { a = [1] } }")),
         stdout='"text"\n7\n1.5\nnull\ntrue\n["x"]\n{"a":1}\n["a",null,[1]]\n"txt"\n"{\\"a\\":[1]}"\n', counts={"asserted": 10}),
    Case("a value of the command in the reply", python('print(cache.getset("k", "new"))', 'print(cache.get("k"))'),
         spec(entry('["GETSET", "k", "{{value:any}}"]', '"was not {{req.args[2]}}"'), entry('["GET", "k"]', '"{{value}}"')), stdout="was not new\nnew\n"),
    Case("one reply after the other", python('print(cache.incr("n"), cache.incr("n"), cache.incr("n"))'),
         spec(entry('["INCRBY", "n", 1]', "{ sequence = [1, 2, 3] }")), stdout="1 2 3\n", counts={"asserted": 3}),
    Case("bytes that are no text", [PYTHON, "-c", f'import redis\ncache = redis.Redis("{HOST}")\ncache.set(b"k\\xff", b"\\x00\\xfe")\nprint(cache.get("b"))'],
         spec(entry('["SET", { hex = "6b ff" }, { hex = "00 fe" }]', '"OK"'), entry('["GET", "b"]', '{ hex = "ff 00" }')), stdout="b'\\xff\\x00'\n"),
    Case("many times the same", python("print(sum(len(cache.get('k')) for _ in range(500)))"), spec(entry('["GET", "k"]', '"v"', "times = 500")), stdout="500\n",
         counts={"asserted": 500, "unexpected": 0}),
    Case("a pipeline of the same, once too often", python("pipe = cache.pipeline(transaction=False)", "for _ in range(40): pipe.get('k')",
                                                           "print([str(value).split()[0] for value in pipe.execute(raise_on_error=False)].count('v'))"),
         spec(entry('["GET", "k"]', '"v"', "times = 39")), exit=3, stdout="39\n", has=('UNEXPECTED', 'redis ["GET", "k"]', "1 earlier entry for this call was used at #2, #3, #4, #5, #6 (spec.toml:2)"),
         counts={"asserted": 39, "unexpected": 1}),
]

# What the connection itself says is ambient, unless an entry names it.
CASES += [
    Case("AUTH and SELECT need no entry", [PYTHON, "-c", f'import redis\nprint(redis.from_url("redis://:secret@{HOST}/3", decode_responses=True).get("k"))'],
         spec(entry('["GET", "k"]', '"v"')), stdout="v\n", calls=["redis asserted GET k"]),
    Case("AUTH by name", [PYTHON, "-c", f'import redis\nprint(redis.from_url("redis://:secret@{HOST}/3", decode_responses=True).get("k"))'],
         spec(entry('["AUTH", "secret"]', '"OK"'), entry('["GET", "k"]', '"v"')), stdout="v\n", calls=["redis asserted AUTH secret", "redis asserted GET k"]),
    Case("AUTH that is refused", [PYTHON, "-c", f'import redis\ntry: redis.from_url("redis://:wrong@{HOST}").get("k")\nexcept redis.RedisError as e: print(e)'],
         spec(entry('["AUTH", "{{any}}"]', '{ error = "WRONGPASS invalid username-password pair or user is disabled." }')),
         stdout=re.compile(r".*invalid username-password pair.*\n"), counts={"asserted": 1}),
    Case("cluster and sentinel probes", ["sh", "-c", f"redis-cli -h {HOST} CLUSTER INFO; redis-cli -h {HOST} SENTINEL masters; redis-cli -h {HOST} PING"], spec(),
         stdout="ERR This instance has cluster support disabled\nERR unknown command 'SENTINEL'\n\nPONG\n", counts={"asserted": 0, "unexpected": 0}),
    Case("WATCH is ambient, a transaction that nobody finished is none", python('with cache.pipeline() as p:', '  p.watch("k")', '  p.multi()', '  p.set("k", 1)', '  p.reset()', 'print("reset")'),
         spec(), stdout="reset\n", counts={"asserted": 0, "unexpected": 0}),
    Case("a transaction without EXEC is judged", cli(), spec(), stdin="MULTI\nSET k v\n", exit=3, stdout="OK\nQUEUED\n", has=("UNEXPECTED", 'redis MULTI [["SET", "k", "v"]]'),
         counts={"asserted": 0, "unexpected": 1}),
    Case("a watched key has changed", python('p = cache.pipeline()', 'p.watch("k")', 'p.multi()', 'p.set("k", 1)', 'try: p.execute()', 'except redis.WatchError: print("changed")'),
         spec(entry('{ multi = [["SET", "k", 1]] }', "{ nil = true }")), stdout="changed\n", counts={"asserted": 1}),
]

# Subscriptions and waiting.
NEWS = spec(
    entry('["SUBSCRIBE", "news", "sport"]', '{ messages = ["first", { channel = "sport", message = "second", delay = "20ms" }] }'),
    entry('["PSUBSCRIBE", "w*"]', '{ messages = [{ channel = "weather", message = "rain", delay = "30ms" }, { channel = "wind", message = 9 }] }'),
)
HEARD = "message nil news first\nmessage nil sport second\npmessage w* weather rain\npmessage w* wind 9\n"
CASES += [
    Case("redis-py subscribes", [PYTHON, "@clients@/cache.py", "subscribe", URL], NEWS, stdout=HEARD, counts={"asserted": 2, "unexpected": 0}),
    Case("ioredis subscribes", ["node", "@clients@/cache.mjs", "@npm@", "subscribe", URL], NEWS, stdout=HEARD, counts={"asserted": 2, "unexpected": 0}),
    Case("a blocking command holds up no other connection", [PYTHON, "@clients@/cache.py", "block", URL],
         spec(entry('["BLPOP", "jobs", "5"]', '{ value = ["jobs", "job 1"], delay = "500ms" }', 'any_order = "both"'), entry('["GET", "quick"]', '"at once"', 'any_order = "both"')),
         stdout='at once\n["jobs","job 1"]\nin order\n', counts={"asserted": 2}),
]

# TLS.
CASES += [
    Case("redis-py over TLS", [PYTHON, "-c", f'import redis\nprint(redis.from_url("rediss://{HOST}:6380", decode_responses=True).get("k"))'],
         spec(entry('["GET", "k"]', '"in TLS"', f'server = "{HOST}:6380"')), stdout="in TLS\n", counts={"asserted": 1}),
    Case("redis-cli over TLS", cli("GET", "k", more=("--tls",)), spec(entry('["GET", "k"]', '"in TLS"')), stdout="in TLS\n", counts={"asserted": 1}),
    Case("ioredis over TLS", ["node", "-e", f'const R = require("@npm@/ioredis"); const r = new R("rediss://{HOST}:6379"); r.get("k").then((v) => {{ console.log(v); r.disconnect(); }})'],
         spec(entry('["GET", "k"]', '"in TLS"')), stdout="in TLS\n", counts={"asserted": 1}),
]

# Faults: what breaks instead of an answer.
ONCE = f'import redis\ncache = redis.Redis("{HOST}", decode_responses=True, socket_timeout=0.3)\ntry: print(cache.get("k"))\nexcept redis.RedisError as e: print(type(e).__name__, e)'
CASES += [
    Case("the connection is reset", [PYTHON, "-c", ONCE], spec(entry('["GET", "k"]', '{ fault = "reset" }')),
         stdout=re.compile(r"ConnectionError .*\n"), counts={"asserted": 1}),
    Case("the connection is closed", [PYTHON, "-c", ONCE], spec(entry('["GET", "k"]', '{ fault = "close" }')), stdout=re.compile(r"ConnectionError .*\n"), counts={"asserted": 1}),
    Case("no answer comes", [PYTHON, "-c", ONCE], spec(entry('["GET", "k"]', '{ fault = "timeout" }')), stdout="TimeoutError Timeout reading from socket\n", counts={"asserted": 1}),
    Case("the connect fails", [PYTHON, "-c", ONCE], spec(entry('["GET", "k"]', '{ errno = "ECONNREFUSED" }')),
         stdout=f"ConnectionError Error 111 connecting to {HOST}:6379. Connection refused.\n"),
]

# What is told of calls that are not as the spec says.
REPORTS = {
    "another key": """\
bigfoot-run: 2 problems · 0 of 1 expectations met · 2 interactions (1 ambient)

UNEXPECTED  #2  redis ["GET", "user:2"]    redis-cli -h cache.example.com GET … pid 1 · t+N ms · answered -BIGFOOT
   nearest: spec.toml:2 redis ["GET", "user:1"]   key differs at "1"
   add:
     [[expect]]
     redis = ["GET", "user:2"]
     reply = ""

UNUSED  spec.toml:2 redis ["GET", "user:1"] never happened
""",
    "another word": """\
bigfoot-run: 1 problem · 0 of 1 expectations met · 2 interactions (1 ambient)

MISMATCH  #2  redis ["SET", "k", "v", "EX", "90"]    redis-cli -h cache.example.com SET k v … pid 1 · t+N ms
   spec.toml:2
     args[4]   expected "60"    got "90"
     4 fields equal
   accept it:  redis = ["SET", "k", "v", "EX", "90"]
""",
    "a transaction that differs": """\
bigfoot-run: 1 problem · 0 of 1 expectations met · 6 interactions (5 ambient)

MISMATCH  #6  redis MULTI [["INCR", "hits"], ["EXPIRE", "hits", "90"]]    redis-cli -h cache.example.com pid 1 · t+N ms
   spec.toml:2
     args[1][2]   expected "60"    got "90"
     4 fields equal
   accept it:  redis = { multi = [["INCR", "hits"], ["EXPIRE", "hits", "90"]] }
""",
    "nothing in the spec": """\
bigfoot-run: 1 problem · 2 interactions (1 ambient)

UNEXPECTED  #2  redis ["HGETALL", "user:1"]    redis-cli -h cache.example.com HGETALL … pid 1 · t+N ms · answered -BIGFOOT
   add:
     [[expect]]
     redis = ["HGETALL", "user:1"]
     reply = { map = { } }
""",
    "never sent": """\
bigfoot-run: 1 problem · 0 of 1 expectations met · 0 interactions

UNUSED  spec.toml:2 redis ["GET", "k"] never happened
""",
    "in another order": """\
bigfoot-run: 1 problem · 1 of 2 expectations met · 4 interactions (2 ambient)

OUT-OF-ORDER  #2  redis ["GET", "b"] came before spec.toml:2 redis ["GET", "a"]    redis-cli -h cache.example.com GET b pid 2 · t+N ms
   spec.toml:5
   still to come: spec.toml:2 redis ["GET", "a"]
   if any order is right, add to each:
     any_order = "together"    # spec.toml:2 redis ["GET", "a"]
     any_order = "together"    # spec.toml:5 redis ["GET", "b"]
""",
    "no RESP": """\
bigfoot-run: 1 problem · 1 of 1 expectations met · 2 interactions (1 ambient)

UNDECODED  #2  tcp://cache.example.com:6379: not redis: expected '$' before word 1 of a command (byte 4)    python3 -c … pid 1 · t+N ms · answered -BIGFOOT
""",
    "refused on mismatch": """\
bigfoot-run: 1 problem · 0 of 1 expectations met · 2 interactions (1 ambient)

MISMATCH  #2  redis ["SET", "k", "w"]    redis-cli -h cache.example.com SET k w pid 1 · t+N ms · answered -BIGFOOT
   spec.toml:2
     args[2]   expected "v"    got "w"
     2 fields equal
   accept it:  redis = ["SET", "k", "w"]
""",
}
WRONG = [
    Case("another key", cli("GET", "user:2"), spec(entry('["GET", "user:1"]', '"v"')), exit=3, stdout=ANY),
    Case("another word", cli("SET", "k", "v", "EX", "90"), spec(entry('["SET", "k", "v", "EX", 60]', '"OK"')), exit=3, stdout="OK\n"),
    Case("a transaction that differs", cli(), spec(entry('{ multi = [["INCR", "hits"], ["EXPIRE", "hits", 60]] }', "[1, true]")), stdin="MULTI\nINCR hits\nEXPIRE hits 90\nEXEC\n",
         exit=3, stdout=ANY),
    Case("nothing in the spec", cli("HGETALL", "user:1"), spec(), exit=3, stdout=ANY),
    Case("never sent", ["true"], spec(entry('["GET", "k"]', '"v"')), exit=3),
    Case("in another order", ["sh", "-c", f"redis-cli -h {HOST} GET b; redis-cli -h {HOST} GET a"], spec(entry('["GET", "a"]', '"1"'), entry('["GET", "b"]', '"2"')), exit=3, stdout="2\n1\n"),
    Case("no RESP", [PYTHON, "-c", f'import socket\ns = socket.create_connection(("{HOST}", 6379))\ns.sendall(b"*1\\r\\n!3\\r\\n")\nprint(s.recv(100).decode(), end="")'],
         spec(entry('["GET", "k"]', '"v"', "required = false")), exit=3, stdout=ANY),
    Case("refused on mismatch", cli("SET", "k", "w"), spec(entry('["SET", "k", "v"]', '"OK"', 'on_mismatch = "refuse"')), exit=3, stdout=ANY),
]
CASES += [replace(case, report=REPORTS[case.name]) for case in WRONG]
