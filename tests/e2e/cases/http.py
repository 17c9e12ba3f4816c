# tests/e2e/cases/http.py - HTTP/1.1 as clients really meet it: framing, replies, faults, retries.
import re

from harness import ANY, Case

PYTHON = "/usr/bin/python3"
HOST = "api.example.com"
DEFAULTS = 'version = 1\n[defaults.http]\nheaders = "*"\nbody = ""\n'
CURL = ["curl", "-sS"]


def entry(headline: str, reply: str = "", more: str = "") -> str:
    return f'[[expect]]\nhttp = "{headline}"\n{more}\n' + (f"reply = {reply}\n" if reply else "")


def get(path: str, reply: str, more: str = "") -> str:
    return DEFAULTS + entry(f"GET http://{HOST}{path}", reply, more)


def raw(what: str) -> list[str]:
    return [PYTHON, "@clients@/raw_http.py", what, HOST]


ABC = DEFAULTS + "".join(entry(f"GET http://{HOST}/{name}", f'{{ text = "{name.upper()}" }}') for name in "abc")
UPLOAD = 'version = 1\n[[expect]]\nhttp = "POST http://api.example.com/upload"\nheaders = "*"\n'

PIECES = """
import socket, sys, time
call = f"GET /poll HTTP/1.1\\r\\nHost: {sys.argv[1]}\\r\\n\\r\\n".encode()
with socket.create_connection((sys.argv[1], 80)) as end:
    end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    for piece in (call * 3, call[:40], call[40:] + call[:9], call[9:20], call[20:], call):
        end.sendall(piece)
        time.sleep(0.1)
    got = b""
    while got.count(b"HTTP/1.1 200 OK") < 6 or not got.endswith(b"A"):
        got += end.recv(65536) or sys.exit(f"ended after {got!r}")
print(got.count(b"HTTP/1.1 200 OK"))
"""

FRAMING = [
    Case("keep-alive", raw("keep-alive"), ABC, stdout="A\nB\nC\n", counts={"asserted": 3}),
    Case("a method of somebody's own", [*CURL, "-X", "BREW", f"http://{HOST}/pot"],
         DEFAULTS + entry(f"BREW http://{HOST}/pot", '{ status = 418, text = "teapot" }'), stdout="teapot"),
    Case("the same request in pieces, pipelined", [PYTHON, "-c", PIECES, HOST], get("/poll", '{ text = "A" }', "times = 6"),
         stdout="6\n", counts={"asserted": 6}),
    Case("a truncated reply keeps its head", [*CURL, f"http://{HOST}/cut"], get("/cut", '{ text = "ok", fault = "truncate" }'),
         exit=18, stdout="o",
         report=re.compile(r"curl: \(18\)[^\n]*\n")),
    Case("the same request over and over", [*CURL, *[f"http://{HOST}/poll"] * 6],
         get("/poll", '{ text = "A" }', "times = 4") + entry(f"GET http://{HOST}/poll", '{ text = "B" }', "times = 2"),
         stdout="AAAABB", counts={"asserted": 6}),
    Case("the same request once too often", [*CURL, *[f"http://{HOST}/poll"] * 5], get("/poll", '{ text = "A" }', "times = 4"),
         exit=3, stdout=re.compile(r"AAAAunexpected: GET http://api.example.com/poll\n[\s\S]*"), has=("UNEXPECTED  #6",),
         counts={"asserted": 4, "unexpected": 1}),
    Case("pipelining", raw("pipeline"), ABC, stdout="200 A\n200 B\n200 C\n", counts={"asserted": 3}),
    Case("a byte at a time", raw("drip"), UPLOAD + 'body = "drop by drop"\nreply = { text = "ok" }\n', stdout="200 ok\n"),
    Case("chunked upload", raw("chunked"), UPLOAD + 'body = "hello world"\nreply = { text = "ok" }\n', stdout="200 ok\n"),
    Case("100-continue", raw("continue"), UPLOAD + 'body = "late"\nreply = { text = "ok" }\n',
         stdout="HTTP/1.1 100 Continue\n200 ok\n"),
    Case("half-closed client", raw("half-close"), get("/a", '{ text = "A" }'), stdout="200 A\n"),
    Case("gzip body", raw("gzip"), UPLOAD + 'body = { json = { rows = [1, 2, 3] } }\nreply = { text = "ok" }\n', stdout="200 ok\n"),
    Case("deflate body", raw("deflate"), UPLOAD + 'body = { json = { rows = [1, 2, 3] } }\nreply = { text = "ok" }\n',
         stdout="200 ok\n"),
    Case("curl chunked upload from a pipe", ["sh", "-c", f"printf piped | curl -sS -T - http://{HOST}/upload"],
         UPLOAD.replace("POST", "PUT") + 'body = "piped"\nreply = { text = "ok" }\n', stdout="ok"),
    Case("curl -H Expect", [*CURL, "-H", "Expect: 100-continue", "-d", "x=1", f"http://{HOST}/upload"],
         UPLOAD + 'body = { form = { x = "1" } }\nreply = { text = "ok" }\n', stdout="ok"),
    Case("Connection: close", [*CURL, "-H", "Connection: close", f"http://{HOST}/a"], get("/a", '{ text = "A" }'), stdout="A"),
    Case("HTTP/1.0", [*CURL, "-0", f"http://{HOST}/a"], get("/a", '{ text = "A" }'), stdout="A"),
    Case("a port of its own", [*CURL, f"http://{HOST}:8080/a"],
         DEFAULTS + entry(f"GET http://{HOST}:8080/a", '{ text = "A" }'), stdout="A", calls=[f"http asserted GET http://{HOST}:8080/a"]),
    Case("an IPv4 address", [*CURL, "http://192.0.2.7/a"], DEFAULTS + entry("GET http://192.0.2.7/a", '{ text = "A" }'), stdout="A"),
    Case("an IPv6 address", [*CURL, "http://[2001:db8::7]/a"], DEFAULTS + entry("GET http://[2001:db8::7]/a", '{ text = "A" }'),
         stdout="A"),
    Case("localhost where nobody listens", [*CURL, "http://localhost:7/a"],
         DEFAULTS + entry("GET http://localhost:7/a", '{ text = "A" }'), stdout="A"),
    Case("CONNECT through a proxy", [*CURL, "-p", "-x", "http://proxy.corp:3128", f"http://{HOST}/a"], get("/a", '{ text = "A" }'),
         stdout="A", calls=[f"http asserted GET http://{HOST}/a"]),
    Case("HEAD", [*CURL, "-I", f"http://{HOST}/a"], DEFAULTS + entry(f"HEAD http://{HOST}/a", '{ text = "ABC" }'),
         stdout=re.compile(r"HTTP/1\.1 200 OK\r\n(.*\r\n)*content-length: 3\r\n(.*\r\n)*", re.I)),
    Case("20 MB up", raw("upload"), 'version = 1\n[[expect]]\nhttp = "PUT http://api.example.com/blob"\nheaders = "*"\n'
         'body = { regex = "^x+$" }\nreply = { status = 201 }\n', stdout="201\n"),
    Case("20 MB down", ["sh", "-c", f"curl -sS http://{HOST}/blob | sha256sum | cut -c1-16"],
         get("/blob", '{ file = "blob" }'), stdout="a40abd3ffd6ab015\n", files={"blob": "0123456789abcdef" * (20 << 16)}),
    Case("query as a table", [*CURL, f"http://{HOST}/q?b=2&a=1"], DEFAULTS + entry(f"GET http://{HOST}/q", '{ text = "ok" }',
         'query = { a = "1", b = "{{int}}" }'), stdout="ok"),
    Case("query in the URL", [*CURL, f"http://{HOST}/q?a=1&b=%41"], DEFAULTS + entry(f"GET http://{HOST}/q?a=1&b=A", '{ text = "ok" }'),
         stdout="ok"),
    Case("captured path and form", [*CURL, "-d", "name=Ada&times=2", f"http://{HOST}/orders/17"],
         'version = 1\n[[expect]]\nhttp = "POST http://api.example.com/orders/{{order:int}}"\nheaders = "*"\n'
         'body = { form = { name = "Ada", times = "2" } }\nreply = { json = { id = "{{order}}", who = "{{req.form.name}}" } }\n',
         stdout='{"id":17,"who":"Ada"}'),
    Case("a request that is not HTTP", raw("broken"), DEFAULTS, exit=3, stdout="HTTP/1.1 400 Bad Request\n", has=("UNDECODED",)),
]

REPLIES = [
    Case("204", [*CURL, "-w", "%{http_code}", f"http://{HOST}/a"], get("/a", "{ status = 204 }"), stdout="204"),
    Case("304", [*CURL, "-w", "%{http_code}", f"http://{HOST}/a"], get("/a", "{ status = 304 }"), stdout="304"),
    Case("404 with text", [*CURL, "-w", " %{http_code}", f"http://{HOST}/a"], get("/a", '{ status = 404, text = "gone" }'),
         stdout="gone 404"),
    Case("redirect followed", [*CURL, "-L", f"http://{HOST}/old"],
         DEFAULTS + entry(f"GET http://{HOST}/old", '{ status = 302, headers = { location = "/new" } }')
         + entry(f"GET http://{HOST}/new", '{ text = "here" }'), stdout="here", counts={"asserted": 2}),
    Case("redirect to another host", [PYTHON, "-c", f"import requests; print(requests.get('http://{HOST}/old').text)"],
         DEFAULTS + entry(f"GET http://{HOST}/old", '{ status = 301, headers = { location = "http://other.example.net/new" } }')
         + entry("GET http://other.example.net/new", '{ text = "there" }'), stdout="there\n", counts={"asserted": 2}),
    Case("repeated header", [*CURL, "-D", "-", "-o", "/dev/null", f"http://{HOST}/a"],
         get("/a", '{ headers = { set-cookie = ["a=1", "b=2"] } }'), stdout=re.compile(r"[\s\S]*a=1\r\n[\s\S]*b=2\r\n[\s\S]*")),
    Case("chunked reply", [*CURL, "-D", "-", f"http://{HOST}/a"], get("/a", '{ chunks = ["one ", "two ", "three"] }'),
         stdout=re.compile(r"(?i)[\s\S]*transfer-encoding: chunked\r\n[\s\S]*\r\none two three")),
    Case("server-sent events", [*CURL, "-N", f"http://{HOST}/events"],
         get("/events", '{ sse = [{ event = "tick", data = "1" }, { data = "2" }] }'), stdout="event: tick\ndata: 1\n\ndata: 2\n\n"),
    Case("gzip reply", [*CURL, "--compressed", f"http://{HOST}/a"],
         get("/a", '{ headers = { content-encoding = "gzip" }, text = "unpacked" }'), stdout="unpacked"),
    Case("hex reply", ["sh", "-c", f"curl -sS http://{HOST}/a | od -An -tx1"], get("/a", '{ hex = "00 ff 10" }'), stdout=" 00 ff 10\n"),
    Case("delay", raw("slow"), get("/slow", '{ text = "late", delay = "300ms" }'), stdout="200 True\n"),
    Case("a delay holds nobody else up", ["sh", "-c", f"curl -sS http://{HOST}/slow & sleep 0.3; curl -sS http://{HOST}/quick; wait"],
         DEFAULTS + entry(f"GET http://{HOST}/slow", '{ text = "slow", delay = "6s" }', 'any_order = "both"')
         + entry(f"GET http://{HOST}/quick", '{ text = "quick " }', 'any_order = "both"'), stdout="quick slow"),
    Case("503, 503, 200 with a client that retries", [*CURL, "--retry", "3", "--retry-delay", "1", f"http://{HOST}/a"],
         get("/a", "", "replies = [{ status = 503 }, { status = 503 }, { status = 200, text = 'at last' }]"), stdout="at last",
         counts={"asserted": 3}),
    Case("503, reset, 200 with urllib3's Retry",
         [PYTHON, "-c", "import requests; from requests.adapters import HTTPAdapter; from urllib3.util import Retry\n"
          "s = requests.Session(); s.mount('http://', HTTPAdapter(max_retries=Retry(5, status_forcelist=[503])))\n"
          f"print(s.get('http://{HOST}/a').text)"],
         get("/a", "", "replies = [{ status = 503, headers = { retry-after = '0' } }, { fault = 'reset' }, { text = 'at last' }]"),
         stdout="at last\n", counts={"asserted": 3}),
]

# What curl's own exit status says: 1 not HTTP, 7 no connection, 18 too short, 28 time is up, 52 nothing came, 56 reset.
FAULTS = [
    Case(f"fault {name}", [*CURL, *more, f"http://{HOST}/a"], get("/a", reply), exit=status, stdout=ANY, has=("curl: (",),
         calls=[f"http asserted GET http://{HOST}/a"])
    for name, reply, status, more in (
        ("reset", '{ fault = "reset" }', 56, []),
        ("close", '{ fault = "close" }', 52, []),
        ("timeout", '{ fault = "timeout" }', 28, ["--max-time", "1"]),
        ("garbage", '{ fault = "garbage" }', 1, []),
        ("truncate", '{ fault = "truncate", text = "only half of this arrives" }', 18, []),
    )
] + [
    Case(f"errno {name}", [*CURL, f"http://{HOST}/a"], DEFAULTS + entry(f"GET http://{HOST}/a", f'{{ errno = "{name}" }}'),
         exit=status, has=("curl: (",), counts={"asserted": 1, "unexpected": 0, "unused": 0})
    for name, status in (("ECONNREFUSED", 7), ("ETIMEDOUT", 28), ("EHOSTUNREACH", 7), ("ENETUNREACH", 7))
] + [
    Case("errno, then an answer", ["sh", "-c", f"curl -s http://{HOST}/a || curl -sS http://{HOST}/a"],
         DEFAULTS + entry(f"GET http://{HOST}/a", '{ errno = "ECONNREFUSED" }') + entry(f"GET http://{HOST}/a", '{ text = "A" }'),
         stdout="A", counts={"asserted": 2}),
    Case("node sees ECONNREFUSED", ["node", "-e", f"fetch('http://{HOST}/a').catch(e => console.log(e.cause.code))"],
         DEFAULTS + entry(f"GET http://{HOST}/a", '{ errno = "ECONNREFUSED" }'), stdout="ECONNREFUSED\n"),
]

CASES = FRAMING + REPLIES + FAULTS
