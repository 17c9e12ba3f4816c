# tests/e2e/cases/sockets.py - Raw sockets as spec-format.md 4.5 writes them: tcp, udp (connected and not), unix streams and datagrams.
from harness import ANY, NOBODY, Case, variants

PYTHON = "/usr/bin/python3"
REQUEST = r"GET / HTTP/1.1\r\nHost: api.example.com\r\n\r\n"
CONTAINER = ("@built@/docker_like", *NOBODY)


def talk(scheme: str, address: str, *steps: str) -> list[str]:
    return [PYTHON, "@clients@/talk.py", scheme, address, *steps]


def socket_entry(address: str, *steps: str, more: str = "") -> str:
    return f'[[expect]]\nsocket = "{address}"\nsteps = [\n' + "".join(f"  {step},\n" for step in steps) + f"]\n{more}"


def spec(*entries: str) -> str:
    return "version = 1\n" + "".join(entries)


HELLO = '{ send = "hello\\n" }'
WORLD = '{ recv = "world\\n" }'
TCP = spec(socket_entry("tcp://db.internal:7000", HELLO, WORLD))
API = spec(socket_entry("tcp://api.example.com:80", f'{{ send = "{REQUEST}" }}', r'{ recv = "HTTP/1.1 200 OK\r\n\r\n" }', "{ close = true }"))

STREAMS = [
    Case("the example of 4.5", talk("tcp", "api.example.com:80", f"> {REQUEST}", "< 100", "close"), API,
         stdout="'HTTP/1.1 200 OK\\r\\n\\r\\n'\n"),
    Case("write sizes do not matter", talk("tcp", "api.example.com:80", "> GET / HT", "wait 20", r"> TP/1.1\r\nHost: api.", "wait 20",
         r"> example.com\r\n\r\n", "< 100", "close"), API, stdout="'HTTP/1.1 200 OK\\r\\n\\r\\n'\n"),
    Case("getpeername answers the asked address", talk("tcp", "db.internal:7000", "name", r"> hello\n", "< 100"), TCP,
         stdout="True\n'world\\n'\n"),
    Case("nc", ["sh", "-c", "echo hello | nc -q 1 db.internal 7000"], TCP, stdout="world\n"),
    Case("socat", ["sh", "-c", "echo hello | socat -t 2 - TCP:db.internal:7000"], TCP, stdout="world\n"),
    Case("bash's /dev/tcp", ["bash", "-c", "exec 3<>/dev/tcp/db.internal/7000; echo hello >&3; head -n1 <&3"], TCP, stdout="world\n"),
    Case("Node net", ["node", "@clients@/talk.mjs", "db.internal", "7000", "hello\n"], spec(socket_entry("tcp://db.internal:7000", HELLO, WORLD,
         '{ fault = "close" }')), stdout='"world\\n"\nclosed\n'),
    Case("Go net", ["@built@/dial_go", "tcp", "db.internal:7000", "hello\n"], TCP, stdout="1 x tcp world\n\n"),
    Case("200 dials at once", ["@built@/dial_go", "tcp", "db.internal:7000", "hello\n", "200"],
         spec(socket_entry("tcp://db.internal:7000", HELLO, WORLD, more="times = 200\n")), stdout="200 x tcp world\n\n"),
    Case("the server speaks first", talk("tcp", "mail.internal:2525", "< 100", r"> QUIT\r\n", "< 100"),
         spec(socket_entry("tcp://mail.internal:2525", r'{ recv = "220 hi\r\n" }', r'{ send = "QUIT\r\n" }', r'{ recv = "221 bye\r\n" }')),
         stdout="'220 hi\\r\\n'\n'221 bye\\r\\n'\n"),
    Case("ECONNREFUSED", talk("tcp", "db-replica.internal:5432"),
         spec('[[expect]]\nsocket = "tcp://db-replica.internal:5432"\nreply = { errno = "ECONNREFUSED" }\n'), stdout="ECONNREFUSED\n",
         counts={"asserted": 1}),
    Case("reset after a step", talk("tcp", "db.internal:7000", r"> hello\n", "< 100"),
         spec(socket_entry("tcp://db.internal:7000", HELLO, '{ fault = "reset" }')), stdout="ECONNRESET\n"),
    Case("hex out, hex in", talk("tcp", "db.internal:7000", "hex> 00 00 00 05 ff", "< 100"),
         spec(socket_entry("tcp://db.internal:7000", '{ send = { hex = "00 00 00 05 ff" } }', '{ recv = { hex = "fe 00" } }')),
         stdout="'þ\\x00'\n"),
    Case("a delayed answer", talk("tcp", "db.internal:7000", r"> hello\n", "< 100"),
         spec(socket_entry("tcp://db.internal:7000", HELLO, '{ recv = "world\\n", delay = "200ms" }')), stdout="'world\\n'\n"),
    Case("IPv6", talk("tcp6", "::1:9", r"> hello\n", "< 100", "name"),
         spec(socket_entry("tcp://[::1]:9", HELLO, WORLD)), stdout="'world\\n'\nTrue\n"),
    Case("two conversations with one address", talk("tcp", "db.internal:7000", r"> one\n", "< 9"),
         spec(socket_entry("tcp://db.internal:7000", '{ send = "one\\n" }', '{ recv = "1" }'),
              socket_entry("tcp://db.internal:7000", '{ send = "two\\n" }', '{ recv = "2" }', more="required = false\n")), stdout="'1'\n"),
]
KERNEL = [
    Case(f"C: {what}", ["@built@/raw_calls", what, "db.internal", "7000"], TCP, stdout=said)
    for what, said in (
        ("epoll-first", "begun, world\n\n"), ("moved", "world\n\n"), ("gathered", "world\n\n"), ("fast-open", "world\n\n"),
        ("mapped", "same peer, world\n\n"), ("multipath", "EPROTONOSUPPORT, world\n\n"), ("not-dumpable", "world\n\n"),
        ("io-uring", "no ring, world\n\n"),
    )
]

STATSD = spec(socket_entry("udp://127.0.0.1:8125", '{ send = "checkout.latency:{{int}}|ms" }'))
DATAGRAMS = [
    Case("udp of 4.5, connected", talk("udp", "127.0.0.1:8125", "> checkout.latency:17|ms"), STATSD, counts={"asserted": 1}),
    Case("udp of 4.5, unconnected", talk("udp-to", "127.0.0.1:8125", "> checkout.latency:17|ms"), STATSD, counts={"asserted": 1}),
    Case("udp with an answer", talk("udp", "time.internal:123", "> what", "< 100", "name"),
         spec(socket_entry("udp://time.internal:123", '{ send = "what" }', '{ recv = "noon" }')), stdout="'noon'\nTrue\n"),
    Case("udp with an answer, unconnected", talk("udp-to", "time.internal:123", "> what", "< 100"),
         spec(socket_entry("udp://time.internal:123", '{ send = "what" }', '{ recv = "noon" }')), stdout="'noon'\n"),
    Case("two datagrams are two steps", talk("udp", "127.0.0.1:8125", "> a:1|c", "> b:2|c"),
         spec(socket_entry("udp://127.0.0.1:8125", '{ send = "a:1|c" }', '{ send = "b:2|c" }'))),
    Case("udp by bash", ["bash", "-c", "printf 'checkout.latency:3|ms' > /dev/udp/127.0.0.1/8125"], STATSD),
    Case("udp by socat", ["sh", "-c", "printf 'checkout.latency:3|ms' | socat - UDP:127.0.0.1:8125"], STATSD),
    Case("udp by Go", ["@built@/dial_go", "udp", "time.internal:123", "what"],
         spec(socket_entry("udp://time.internal:123", '{ send = "what" }', '{ recv = "noon" }')), stdout="1 x udp noon\n"),
]

AGENT = spec(socket_entry("unix:///run/agent.sock", '{ send = { hex = "00 00 00 05" } }', '{ send = { text = "hello" } }',
                          '{ recv = { file = "agent-reply.bin" } }', '{ fault = "reset" }'))
UNIX = [
    Case("unix of 4.5", talk("unix", "/run/agent.sock", "hex> 00 00 00 05", "> hello", "< 100", "< 1"), AGENT,
         files={"agent-reply.bin": "signed"}, stdout="'signed'\n''\n"),
    Case("unix, abstract", talk("unix", "@bus", r"> hello\n", "< 100"), spec(socket_entry("unix://@bus", HELLO, WORLD)), stdout="'world\\n'\n"),
    Case("unix by nc", ["sh", "-c", "echo hello | nc -q 1 -U /run/made-up.sock"], spec(socket_entry("unix:///run/made-up.sock", HELLO, WORLD)),
         stdout="world\n"),
    Case("unix by curl", ["curl", "-sS", "--unix-socket", "/run/made-up.sock", "http://localhost/info"],
         spec(socket_entry("unix:///run/made-up.sock", r'{ send = "GET /info HTTP/1.1\r\n{{any}}\r\n\r\n" }',
                           r'{ recv = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok" }')), stdout="ok"),
    Case("unix by Node", ["node", "@clients@/talk.mjs", "/run/made-up.sock", "hello\n"],
         spec(socket_entry("unix:///run/made-up.sock", HELLO, WORLD, '{ fault = "close" }')), stdout='"world\\n"\nclosed\n'),
    Case("unix datagram", talk("unix-dgram", "/run/log.sock", "> <13>hello"), spec(socket_entry("unix:///run/log.sock", '{ send = "<13>hello" }'))),
    Case("unix, refused", talk("unix", "/run/agent.sock"), spec('[[expect]]\nsocket = "unix:///run/agent.sock"\nreply = { errno = "EACCES" }\n'),
         stdout="EACCES\n"),
    Case("a unix path that is not there and that nobody expects", talk("unix", "/run/nothing-here.sock"), "version = 1\n", stdout="ENOENT\n",
         counts={"interactions": 0}),
]

WRONG = [
    Case("text that differs", talk("tcp", "db.internal:7000", r"> help\n", "< 100"), TCP, exit=3, stdout="ECONNRESET\n",
         has=("MISMATCH", "tcp://db.internal:7000", "byte 3")),
    Case("bytes that differ are shown in hex", talk("tcp", "db.internal:7000", "hex> 00 00 00 06", "< 100"),
         spec(socket_entry("tcp://db.internal:7000", '{ send = { hex = "00 00 00 05" } }')), exit=3, stdout="ECONNRESET\n",
         has=("MISMATCH", "00 00 00 05", "00 00 00 06")),
    Case("a session that ends early", talk("tcp", "db.internal:7000"), TCP, exit=3, has=("UNUSED", "never happened")),
    Case("more than the steps say", talk("tcp", "db.internal:7000", r"> hello\n", "< 100", r"> again\n", "< 100"), TCP, exit=3,
         stdout=ANY, has=("again",)),
    Case("an address that nobody expects", talk("tcp", "cache.internal:6380", r"> \x00\x01\x02\x03", "< 9"), TCP, exit=3, stdout="ECONNRESET\n",
         has=("UNEXPECTED", "tcp://cache.internal:6380", "00 01 02 03", "UNUSED")),
    Case("silence to an address that nobody expects", talk("tcp", "cache.internal:6380", "< 9"), "version = 1\n", exit=3,
         stdout="ECONNRESET\n", has=("UNEXPECTED", "tcp://cache.internal:6380")),
    Case("a datagram that nobody expects", talk("udp", "10.9.8.7:514", "> <13>oops"), "version = 1\n", exit=3, stdout=ANY,
         has=("UNEXPECTED", "udp://10.9.8.7:514", "oops")),
]

RIGHT = STREAMS + KERNEL + DATAGRAMS + UNIX
CASES = RIGHT + WRONG
CASES += [variants(case, "in a default container as nobody", wrap=CONTAINER, root=True) for case in (*STREAMS[:3], *KERNEL, *DATAGRAMS, *UNIX)]
