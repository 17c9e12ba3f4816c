# tests/e2e/cases/verify.py - Every kind of violation with its whole report, who wins the exit status, and the guard.
# Source: outputs.md, "Violations" and "Exit status"; spec-format.md, sections 5, 9 and 10.
import re

from harness import ANY, NOBODY, Case
from local_server import Echo, Http

PYTHON = "/usr/bin/python3"
JSON = ["-H", "Content-Type: application/json"]
CHARGES = "http://api.stripe.com/v1/charges"
CHARGE = """version = 1

[[expect]]
id      = "charge"
http    = "POST http://api.stripe.com/v1/charges"
headers = { content-type = "application/json", "*" = "*" }
body    = { json = { amount = 5000 } }
reply   = { status = 200, json = { id = "ch_123" } }
"""


def post(body: str, url: str = CHARGES) -> list[str]:
    return ["curl", "-s", *JSON, "-d", body, url]


def quiet(line: str) -> list[str]:
    return ["sh", "-c", line]


A_THEN_B = """version = 1
[defaults.http]
headers = "*"
body    = ""

[[expect]]
http  = "GET http://api.example.com/a"
reply = { text = "A" }

[[expect]]
http  = "GET http://api.example.com/b"
reply = { text = "B" }
"""
ONLY_A = A_THEN_B[:A_THEN_B.rindex("[[expect]]")]
GET_A = "http://api.example.com/a"
GET_B = "http://api.example.com/b"

KINDS = [
    Case("green says nothing", post('{"amount":5000}'), CHARGE, stdout='{"id":"ch_123"}', counts={"asserted": 1}),
    Case("mismatch", post('{"amount":5001,"currency":"usd"}'), CHARGE, exit=3, stdout='{"id":"ch_123"}',
         has=("1 problem", "0 of 1 expectations met", "MISMATCH", f"POST {CHARGES}", "spec.toml:3 `charge`", "body.amount", "5000", "5001",
              "body.currency", "(no key)", "accept it:", "body = { json = { amount = 5001, currency = \"usd\" } }"),
         calls=[f"http mismatch POST {CHARGES}"], counts={"mismatch": 1, "unused": 0}),
    Case("unexpected", ["curl", "-s", "http://api.stripe.com/v1/balance"], "version = 1\n", exit=3, stdout=ANY,
         has=("1 problem", "UNEXPECTED", "GET http://api.stripe.com/v1/balance", "answered 501", "add:", "[[expect]]",
              '"GET http://api.stripe.com/v1/balance"'),
         calls=["http unexpected GET http://api.stripe.com/v1/balance"]),
    Case("unexpected, with a near entry", ["curl", "-s", "-X", "POST", "http://api.stripe.com/v1/charge"], CHARGE, exit=3, stdout=ANY,
         has=("2 problems", "nearest: spec.toml:3", "path differs at", "UNUSED"), counts={"unexpected": 1, "unused": 1}),
    Case("unexpected is answered with the reason", ["curl", "-s", "-i", "http://api.stripe.com/v1/balance"], CHARGE, exit=3,
         stdout=re.compile(r"(?is)HTTP/1\.1 501 .*x-bigfoot: unexpected.*POST http://api\.stripe\.com/v1/charges.*"), has=("UNEXPECTED",)),
    Case("unexpected stays one although the program forgives it", quiet("curl -sf http://api.stripe.com/v1/balance || true"), "version = 1\n",
         exit=3, has=("UNEXPECTED",), counts={"unexpected": 1}),
    Case("unasserted", post('{"amount":5000}'), CHARGE.replace("headers = ", "# "), exit=3, stdout='{"id":"ch_123"}',
         has=("UNASSERTED", "headers", "content-type"), counts={"unasserted": 1, "mismatch": 0, "unused": 0}),
    Case("unused", ["true"], CHARGE, exit=3, has=("UNUSED", "spec.toml:3", "never happened"), counts={"unused": 1}, calls=[]),
    Case("unused reply", ["curl", "-s", GET_A], "version = 1\n[[expect]]\nhttp = 'GET http://api.example.com/a'\nheaders = '*'\n"
         "replies = [{ text = 'A' }, { text = 'B' }]\n", exit=3, stdout="A", has=("UNUSED",), counts={"unused": 1}),
    Case("unused, though not required", ["true"], CHARGE.replace("id  ", "required = false\nid  "), counts={"unused": 0}),
    Case("out of order", ["curl", "-s", GET_B, GET_A], A_THEN_B, exit=3, stdout="BA",
         has=("OUT-OF-ORDER", GET_B, "any_order"), counts={"out_of_order": 1, "unused": 0}),
    Case("any_order", ["curl", "-s", GET_B, GET_A], A_THEN_B.replace("reply", 'any_order = "ab"\nreply'), stdout="BA", counts={"asserted": 2}),
    Case("order any", ["curl", "-s", GET_B, GET_A], A_THEN_B.replace("[defaults", '[settings]\norder = "any"\n[defaults'), stdout="BA"),
    Case("after", ["curl", "-s", GET_B, GET_A], A_THEN_B.replace("/a\"\n", '/a"\nid = "a"\n').replace("/b\"\n", '/b"\nafter = ["a"]\n'),
         exit=3, stdout="BA", has=("OUT-OF-ORDER",)),
    Case("same URL, two bodies, any order", quiet(f"curl -s -d one {CHARGES}; curl -s -d two {CHARGES}"),
         "version = 1\n[settings]\norder = 'any'\n[defaults.http]\nheaders = '*'\n" + "".join(
             f"[[expect]]\nhttp = 'POST {CHARGES}'\nbody = '{body}'\nreply = {{ text = '{body.upper()}' }}\n" for body in ("two", "one")),
         stdout="ONETWO"),
    Case("a spent entry is named", ["curl", "-s", GET_A, GET_A], ONLY_A,
         exit=3, stdout=ANY, has=("UNEXPECTED", "1 earlier entry for this call was used at #")),
    Case("times", ["curl", "-s", GET_A, GET_A, GET_A], ONLY_A + "times = 3\n",
         stdout="AAA", counts={"asserted": 3}),
    Case("too few times", ["curl", "-s", GET_A], ONLY_A + 'times = "2..5"\n',
         exit=3, stdout="A", has=("UNUSED",), counts={"unused": 1}),
    Case("mismatch refused", post('{"amount":5001}'), CHARGE.replace("id  ", 'on_mismatch = "refuse"\nid  '), exit=3,
         stdout=re.compile(r"(?s).*5001.*"), has=("MISMATCH", "answered 501")),
    Case("denied by a rule", quiet("curl -s http://api.prod.internal/x; echo $?"), 'version = 1\n[guard]\ndeny = ["http://*.prod.internal"]\n',
         exit=3, stdout="7\n", has=("GUARDED", "tcp://api.prod.internal:80", 'deny "http://*.prod.internal"', "spec.toml:3"),
         counts={"guarded": 1, "unexpected": 0}),
    Case("leaked", quiet("(sleep 0.3; curl -s http://api.example.com/late > /dev/null 2>&1) & true"), "version = 1\n", exit=3,
         has=("LEAKED", "http://api.example.com/late"), counts={"leaked": 1, "asserted": 0}),
    Case("undecoded", [PYTHON, "-c", "import socket; s = socket.create_connection(('api.example.com', 80)); "
         "s.sendall(b'GET / HTTP/1.1\\r\\nHost: a\\r\\nContent-Length: x\\r\\n\\r\\n'); s.recv(999)"], A_THEN_B, exit=3,
         has=("UNDECODED", "UNUSED"), counts={"undecoded": 1, "unused": 2}),
    Case("the same call a thousand times is one block", quiet(f"curl -s '{GET_A}#[1-50]' > /dev/null"), "version = 1\n", exit=3,
         has=("50 problems", "UNEXPECTED", "50 times"), counts={"unexpected": 50}),
]

EXITS = [
    Case("the child's own status", quiet("exit 7"), "version = 1\n", exit=7, report=ANY),
    Case("the child's own status wins", quiet(f"curl -s {GET_A} > /dev/null; exit 7"), "version = 1\n", exit=7, has=("UNEXPECTED", "consequence")),
    Case("--exit-code verify", quiet(f"curl -s {GET_A} > /dev/null; exit 7"), "version = 1\n", args=("--exit-code", "verify"), exit=3,
         has=("UNEXPECTED",), timeline=False),
    Case("--exit-code=verify, all well but the child", quiet("exit 7"), "version = 1\n", args=("--exit-code=verify",), exit=7, report=ANY),
    Case("a child ended by a signal", quiet("kill -TERM $$"), "version = 1\n", exit=143, report=ANY),
    Case("a child ended by SEGV", quiet("kill -SEGV $$"), "version = 1\n", exit=139, report=ANY),
    Case("not found", ["/no/such/program"], "version = 1\n", exit=127, has=("/no/such/program",), timeline=False),
    Case("not found on PATH", ["no-such-program-anywhere"], "version = 1\n", exit=127, has=("no-such-program-anywhere",), timeline=False),
    Case("cannot be executed", ["@dir@"], "version = 1\n", exit=126, has=("@dir@",), timeline=False),
    Case("a script without a first line is run by sh", ["./text"], "version = 1\n", stdout="hi\n", files={"text": "echo hi\n"}),
    Case("nested", ["env", "-u", "X", "@dir@/../bigfoot-run", "--", "true"], "version = 1\n", exit=125, has=("bigfoot-run", "inside")),
    Case("a spec with errors", ["touch", "started"], "version = 1\n[[expect]]\nhtp = 'GET http://a/'\n", exit=2,
         has=("spec.toml:3:1: error: no headline in [[expect]]", "^~~", "did you mean 'http'?")),
    Case("all errors at once", ["true"], "version = 1\nversoin = 2\n[[expect]]\nhttp = 'GET nowhere'\n[[expect]]\nbody = 1\n", exit=2,
         has=("spec.toml:2:1: error", "spec.toml:4:13: error", "spec.toml:5:1: error")),
    Case("a protocol that is not built", ["true"], "version = 1\n[[expect]]\nsqlite = 'users.db'\nsteps = [ { close = true } ]\n", exit=2,
         has=("spec.toml:3:10: ", "sqlite", "cannot answer them yet")),
    Case("an entry that asserts nothing", ["true"], "version = 1\n[[expect]]\nhttp = '*'\nheaders = '*'\nbody = '*'\n", exit=2, has=("spec.toml:",)),
    Case("an unknown option", ["true"], "version = 1\n", args=("--timelin", "x"), exit=2, has=("--timelin",), timeline=False),
    Case("an option that is not built", ["true"], "version = 1\n", args=("--record", "x.toml"), exit=2, has=("--record", "not built"), timeline=False),
    Case("no such spec", ["true"], args=("--spec", "missing.toml"), exit=2, has=("missing.toml",), timeline=False),
    Case("--timeout", ["sleep", "60"], "version = 1\n", args=("--timeout", "500ms"), exit=124, has=("TIMEOUT", "the run was ended after N ms"), timeout=20),
    Case("--timeout, with children that ignore TERM", quiet("trap '' TERM; (trap '' TERM; sleep 60) & sleep 60"), "version = 1\n",
         args=("--timeout", "300ms"), exit=124, report=ANY, timeout=20),
    Case("--require-interactions", ["true"], "version = 1\n", args=("--require-interactions",), exit=3, has=("made no call", "--require-interactions")),
    Case("--require-interactions, with one", ["curl", "-s", GET_A], ONLY_A,
         args=("--require-interactions",), stdout="A"),
]

REAL_ENTRY = 'version = 1\n[[expect]]\nhttp = "GET http://127.0.0.1:@port@/x"\nheaders = "*"\npass_through = true\n'

GUARD = [
    Case("--guard off", post("{}", "http://127.0.0.1:@port@/x"), "version = 1\n", args=("--guard", "off"), server=Http,
         stdout='{"id":"ch_real"}', report=ANY, counts={"unexpected": 0}),
    Case("--guard warn", post("{}", "http://127.0.0.1:@port@/x"), "version = 1\n", args=("--guard", "warn"), server=Http,
         stdout='{"id":"ch_real"}', has=("warning: ", ":@port@ was let through"), counts={"unexpected": 0}),
    Case("allow an address", ["curl", "-s", "http://127.0.0.1:@port@/x"], 'version = 1\n[guard]\nallow = ["http://127.0.0.1:*"]\n', server=Http,
         stdout='{"id":"ch_real"}', calls=["socket allowed tcp://127.0.0.1:@port@"]),
    Case("allow by name", ["curl", "-s", "http://localhost:@port@/x"], 'version = 1\n[guard]\nallow = ["http://localhost:*"]\n', server=Http,
         stdout='{"id":"ch_real"}', counts={"allowed": 1}),
    Case("allow beside entries", ["curl", "-s", GET_A, "http://127.0.0.1:@port@/x"],
         ONLY_A + '[guard]\nallow = ["http://127.0.0.1:*"]\n', server=Http,
         stdout='A{"id":"ch_real"}', counts={"asserted": 1, "allowed": 1}),
    Case("an entry that passes through", ["curl", "-s", "http://127.0.0.1:@port@/x"], REAL_ENTRY + 'response = { status = 200, headers = "*", body = { json = { id = "ch_real" } } }\n',
         server=Http, stdout='{"id":"ch_real"}', counts={"asserted": 1}),
    Case("an entry that passes through, by name", ["curl", "-s", "http://localhost:@port@/x"], REAL_ENTRY.replace("127.0.0.1", "localhost"), server=Http,
         stdout='{"id":"ch_real"}', counts={"asserted": 1}),
    Case("a real answer that is not as the entry says", ["curl", "-s", "http://127.0.0.1:@port@/x"], REAL_ENTRY + 'response = { status = 201, body = { json = { id = "ch_1" } } }\n',
         server=Http, exit=3, stdout='{"id":"ch_real"}', has=("MISMATCH  #1  GET http://127.0.0.1:", "the real service answered something else", "response.status    expected 201", 'response.body.id   expected "ch_1"    got "ch_real"')),
    Case("a real service that is not there", ["curl", "-s", "http://127.0.0.1:1/x"], REAL_ENTRY.replace("@port@", "1"), exit=3, stdout=ANY,
         has=("the real service did not answer: connect: Connection refused",)),
    Case("an entry that passes through and is not asked for", ["true"], REAL_ENTRY.replace("@port@", "1")),
    Case("a scripted answer, then the real one", ["curl", "-s", "http://127.0.0.1:@port@/x", "http://127.0.0.1:@port@/x"],
         REAL_ENTRY.replace("pass_through = true", 'reply = { text = "first " }') + REAL_ENTRY.replace("version = 1\n", ""), server=Http, stdout='first {"id":"ch_real"}', counts={"asserted": 2}),
    Case("deny beats allow", quiet("curl -s http://127.0.0.1:@port@/x; echo $?"),
         'version = 1\n[guard]\nallow = ["http://127.0.0.1:*"]\ndeny = ["http://127.0.0.1:@port@"]\n', server=Http, exit=3, stdout="7\n", has=("GUARDED",)),
    Case("an entry beats deny", ["curl", "-s", GET_A],
         ONLY_A + '[guard]\ndeny = ["http://api.example.com"]\n', stdout="A"),
    Case("allow a raw socket", [PYTHON, "@clients@/talk.py", "tcp", "127.0.0.1:@port@", "> ping", "< 9", "name"],
         'version = 1\n[guard]\nallow = ["tcp://127.0.0.1:*"]\n', server=Echo, stdout="'ping'\nTrue\n", counts={"allowed": 1}),
    Case("allow udp", [PYTHON, "@clients@/talk.py", "udp", "127.0.0.1:@port@", "> ping", "< 9"],
         'version = 1\n[guard]\nallow = ["udp://127.0.0.1:*"]\n', server=Echo, stdout="'ping'\n", counts={"unexpected": 0}),
    Case("allow, as nobody in a default container", ["curl", "-s", "http://127.0.0.1:@port@/x"],
         'version = 1\n[guard]\nallow = ["http://127.0.0.1:*"]\n', server=Http, stdout='{"id":"ch_real"}',
         wrap=("@built@/docker_like", *NOBODY), root=True, counts={"allowed": 1}),
    Case("a pattern that matches nothing", ["true"], 'version = 1\n[guard]\nallow = ["http:*.example.com"]\n', exit=2, has=("spec.toml:3",)),
    Case("the rest is real: files, pipes, processes", quiet("echo hi > f; cat f | tr a-z A-Z; uname > /dev/null; ls / > /dev/null"), "version = 1\n",
         stdout="HI\n", counts={"interactions": 0}),
]

NO_SPEC = [
    Case("without any spec", quiet(f"curl -s {GET_A} > /dev/null; curl -s -d x=1 {GET_B} > /dev/null"), exit=3,
         has=(GET_A, GET_B, "[[expect]]", '"GET http://api.example.com/a"', '"POST http://api.example.com/b"'), counts={"unexpected": 2}),
    Case("without any spec and any call", ["true"], counts={"interactions": 0}),
    Case("bigfoot.toml is found upwards", ["sh", "-c", f"curl -s {GET_A}"], None, wrap=("sh", "-c", 'mkdir -p deep/er; cd deep/er; "$@"; s=$?; '
         'mv t.json ../..; exit $s', "sh"), files={"bigfoot.toml": ONLY_A}, stdout="A",
         counts={"asserted": 1}),
    Case("a spec in JSON", ["curl", "-s", GET_A], None, args=("--spec", "s.json"), stdout="A", counts={"asserted": 1}, files={"s.json":
         '{"version": 1, "expect": [{"http": "GET http://api.example.com/a", "headers": "*", "body": "", "reply": {"text": "A"}}]}'}),
    Case("two specs in order", ["curl", "-s", GET_A, GET_B], ONLY_A.replace("com/a", "com/b").replace('"A"', '"B"'), args=("--spec", "first.toml"), stdout="AB",
         files={"first.toml": ONLY_A}),
    Case("--env", quiet("echo $STRIPE_KEY"), "version = 1\n", args=("--env", "STRIPE_KEY=sk_test"), stdout="sk_test\n"),
    Case("secrets stay out of the report", ["curl", "-s", "-H", "Authorization: Bearer sk_live_abcdefghijklmnop", GET_A], "version = 1\n", exit=3,
         stdout=ANY, env={"STRIPE_KEY": "sk_live_abcdefghijklmnop"}, has=("UNEXPECTED",), lacks=("sk_live_abcdefghijklmnop",),
         check=lambda document: _without(document, "sk_live_abcdefghijklmnop")),
    Case("env in a header", ["curl", "-s", "-H", "Authorization: Bearer t0ken", GET_A], "version = 1\n[[expect]]\nhttp = 'GET http://api.example.com/a'\n"
         "headers = { authorization = 'Bearer {{env.STRIPE_KEY}}' }\nreply = { text = 'A' }\n", env={"STRIPE_KEY": "t0ken"}, stdout="A"),
]


def _without(document: dict, secret: str) -> None:
    assert secret not in str(document), "the timeline holds the secret"


CASES = KINDS + EXITS + GUARD + NO_SPEC
