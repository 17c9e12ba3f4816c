# tests/e2e/cases/clients.py - Real clients in every language get a mocked http://api.stripe.com/v1/charges with no network: as root, as
# nobody, in what a default container imposes, on a machine with nothing but lo, and with a proxy variable set.
from harness import NO_PTRACE, NOBODY, Case, variants

URL = "http://api.stripe.com/v1/charges"
CHARGE = '{"amount":5000,"currency":"usd"}'
SPEC = """version = 1

[[expect]]
id      = "charge"
http    = "POST http://api.stripe.com/v1/charges"
headers = { content-type = "application/json", "*" = "*" }
body    = { json = { amount = 5000, currency = "usd" } }
reply   = { status = 200, json = { id = "ch_123" } }
"""
HEADER = "Content-Type: application/json"

# name, command, honours http_proxy
CLIENTS = [
    ("curl", ["curl", "-sS", "-w", "\n", "-H", HEADER, "-d", CHARGE, URL], True),
    ("wget", ["wget", "-qO-", f"--header={HEADER}", f"--post-data={CHARGE}", URL], True),
    ("python urllib", ["/usr/bin/python3", "@clients@/charge.py", "urllib", URL], True),
    ("python http.client", ["/usr/bin/python3", "@clients@/charge.py", "http.client", URL], False),
    ("python requests", ["/usr/bin/python3", "@clients@/charge.py", "requests", URL], True),
    ("python httpx", ["/usr/bin/python3", "@clients@/charge.py", "httpx", URL], True),
    ("python aiohttp", ["/usr/bin/python3", "@clients@/charge.py", "aiohttp", URL], True),
    ("node http", ["node", "@clients@/charge.mjs", "http", URL], False),
    ("node fetch", ["node", "@clients@/charge.mjs", "fetch", URL], False),
    ("static go net/http", ["@built@/charge_go", URL], True),
    ("java HttpURLConnection", ["java", "-XX:TieredStopAtLevel=1", "-cp", "@built@", "Charge", "url", URL], False),
    ("java HttpClient", ["java", "-XX:TieredStopAtLevel=1", "-cp", "@built@", "Charge", "client", URL], False),
    ("php streams", ["php", "@clients@/charge.php", "streams", URL], False),
    ("php curl", ["php", "@clients@/charge.php", "curl", URL], True),
    ("ruby net/http", ["ruby", "@clients@/charge.rb", URL], True),
    ("perl LWP", ["perl", "@clients@/charge.pl", URL], False),
    ("static musl C", ["@built@/charge_musl", "api.stripe.com", "80", "/v1/charges"], False),
    ("C under LeakSanitizer", ["@built@/charge_lsan", "api.stripe.com", "80", "/v1/charges"], False),
]


def row(name: str, command: list[str]) -> Case:
    bare = name in ("curl", "wget")  # these print the body alone
    body = '{"id":"ch_123"}'
    text = body + ("" if name == "wget" else "\n") if bare else f"200 {body}\n"
    return Case(name, command, SPEC, stdout=text, calls=[f"http asserted POST {URL}"], counts={"asserted": 1})


PLAIN = [row(name, command) for name, command, _ in CLIENTS]
PROXIED = [row(name, command) for name, command, by_proxy in CLIENTS if by_proxy]
CONTAINER = "@built@/docker_like"

CASES = [
    *PLAIN,
    *(variants(case, "as nobody", wrap=tuple(NOBODY), root=True) for case in PLAIN),
    *(variants(case, "in a default container", wrap=(CONTAINER,), root=True) for case in PLAIN),
    *(variants(case, "in a default container as nobody", wrap=(CONTAINER, *NOBODY), root=True) for case in PLAIN),
    *(variants(case, "in a default container of Podman as nobody", wrap=(CONTAINER, "--podman", *NOBODY), root=True, env=NO_PTRACE)
      for case in PLAIN if "LeakSanitizer" not in case.name),  # it needs ptrace(2), with bigfoot-run and without
    *(variants(case, "with nothing but lo", wrap=("unshare", "-n", "sh", "-c", 'ip link set lo up; exec "$@"', "sh"), root=True)
      for case in PLAIN),
    *(variants(case, "through http_proxy", env={"http_proxy": "http://proxy.corp:3128"}) for case in PROXIED),
]
CASES += [
    Case("a leak is still found", [*CLIENTS[-1][1], "leak"], SPEC, exit=23, stdout='200 {"id":"ch_123"}\n',
         has=("detected memory leaks", "SUMMARY: LeakSanitizer: 99 byte(s) leaked"), calls=[f"http asserted POST {URL}"]),
]

FAN_OUT = """version = 1

[[expect]]
http  = "GET http://api.example.com/item/{{int}}"
times = %d
reply = { json = { ok = true } }
[defaults.http]
headers = "*"
body    = ""
"""
CASES += [
    Case(f"fan-out by {way}", ["/usr/bin/python3", "@clients@/fan_out.py", way, str(count), "http://api.example.com/item"],
         FAN_OUT % count, stdout=f"{count}\n", counts={"asserted": count, "unexpected": 0})
    for way, count in (("threads", 64), ("fork", 16), ("pool", 32), ("asyncio", 100), ("processes", 12))
]
CASES += [variants(case, "in a default container as nobody", wrap=(CONTAINER, *NOBODY), root=True) for case in CASES[-5:]]
