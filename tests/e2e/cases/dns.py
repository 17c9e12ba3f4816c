# tests/e2e/cases/dns.py - Names: every host of a spec resolves by itself ("auto"), lookups as expectations ("strict"), and the resolvers of
# glibc, musl, Go, Node (getaddrinfo and c-ares), dnspython, dig and host.
import re

from harness import ANY, NOBODY, Case, variants

PYTHON = "/usr/bin/python3"
STRICT = 'version = 1\n[settings]\ndns = "strict"\n'


def strict(*entries: tuple[str, str]) -> str:
    return STRICT + "".join(f'[[expect]]\ndns = "{name}"\nreply = {reply}\n' for name, reply in entries)


BOTH = strict(("api.example.com", '["93.184.216.34", "2606:2800:220:1::1"]'))
BOTH_TEXT = "api.example.com 2606:2800:220:1::1 93.184.216.34\n"
V4 = strict(("api.example.com", '["93.184.216.34"]'))
RECORDS = {
    "MX": ("example.com", '["10 mail.example.com", "20 backup.example.com"]'),
    "TXT": ("example.com", '["v=spf1 -all"]'),
    "SRV": ("_imap._tcp.example.com", '["5 10 143 mail.example.com"]'),
    "CNAME": ("www.example.com", '["web.example.net"]'),
    "PTR": ("192.0.2.9", '["nine.example.com"]'),
}


def record(kind: str) -> str:
    name, reply = RECORDS[kind]
    return strict((f"{kind} {name}", reply))


def one_interaction(document: dict) -> None:
    lookups = [call for call in document["interactions"] if call["protocol"] == "dns"]
    assert len(lookups) == 1, f"{len(lookups)} lookups"


ADDRESSES = [
    Case("A and AAAA of glibc's getaddrinfo are one", ["@built@/resolve_glibc", "api.example.com"], BOTH, stdout=BOTH_TEXT,
         check=one_interaction),
    Case("A and AAAA of musl", ["@built@/resolve_musl", "api.example.com"], BOTH, stdout=BOTH_TEXT, check=one_interaction),
    Case("A and AAAA of Go's resolver", ["@built@/resolve_go", "HOST", "api.example.com"], BOTH,
         stdout="2606:2800:220:1::1 93.184.216.34\n", check=one_interaction),
    Case("A and AAAA of Node's lookup", ["node", "@clients@/resolve.mjs", "lookup", "api.example.com"], BOTH,
         stdout='["2606:2800:220:1::1","93.184.216.34"]\n', check=one_interaction),
    Case("A and AAAA of Python", [PYTHON, "@clients@/resolve.py", "getaddrinfo", "api.example.com"], BOTH, stdout=BOTH_TEXT,
         check=one_interaction),
    Case("gethostbyname", [PYTHON, "@clients@/resolve.py", "gethostbyname", "api.example.com"], V4,
         stdout="api.example.com 93.184.216.34\n", check=one_interaction),
    Case("AI_ADDRCONFIG of glibc", ["@built@/resolve_glibc", "api.example.com"], V4, env={"ADDRCONFIG": "1"},
         stdout="api.example.com 93.184.216.34\n"),
    Case("A by c-ares", ["node", "@clients@/resolve.mjs", "A", "api.example.com"], V4, stdout='["93.184.216.34"]\n'),
    Case("AAAA by c-ares", ["node", "@clients@/resolve.mjs", "AAAA", "api.example.com"], BOTH, stdout='["2606:2800:220:1::1"]\n'),
    Case("AAAA that is not there is no NXDOMAIN", ["dig", "+noall", "+comments", "AAAA", "api.example.com"], V4,
         stdout=re.compile(r"(?s).*status: NOERROR.*ANSWER: 0.*")),
    Case("dig +short", ["dig", "+short", "api.example.com"], V4, stdout="93.184.216.34\n"),
    Case("dig over TCP", ["dig", "+short", "+tcp", "api.example.com"], V4, stdout="93.184.216.34\n"),
    Case("host", ["host", "-t", "A", "api.example.com"], V4, stdout="api.example.com has address 93.184.216.34\n"),
    Case("the case of a name does not matter", ["dig", "+short", "API.example.COM"], V4, stdout="93.184.216.34\n"),
    Case("musl in a lo-only network", ["@built@/resolve_musl", "api.example.com"], BOTH, stdout=BOTH_TEXT, root=True,
         wrap=("unshare", "-n", "sh", "-c", 'ip link set lo up; exec "$@"', "sh")),
    Case("AI_ADDRCONFIG in a lo-only network", ["@built@/resolve_glibc", "api.example.com"], V4, env={"ADDRCONFIG": "1"}, root=True,
         stdout="api.example.com 93.184.216.34\n", wrap=("unshare", "-n", "sh", "-c", 'ip link set lo up; exec "$@"', "sh")),
]
ADDRESSES += [variants(case, "as nobody", wrap=tuple(NOBODY), root=True) for case in ADDRESSES[:6]]

# What each resolver prints for each type.
PRINTED = {
    "dig": {"MX": "10 mail.example.com.\n20 backup.example.com.\n", "TXT": '"v=spf1 -all"\n', "SRV": "5 10 143 mail.example.com.\n",
            "CNAME": "web.example.net.\n"},
    "go": {"MX": "10 mail.example.com. 20 backup.example.com.\n", "TXT": "v=spf1 -all\n", "SRV": "5 10 143 mail.example.com.\n",
           "PTR": "nine.example.com.\n"},
    "node": {"MX": '[{"exchange":"mail.example.com","priority":10},{"exchange":"backup.example.com","priority":20}]\n',
             "TXT": '[["v=spf1 -all"]]\n', "SRV": '[{"name":"mail.example.com","port":143,"priority":5,"weight":10}]\n',
             "CNAME": '["web.example.net"]\n', "PTR": '["nine.example.com"]\n'},
    "dnspython": {"MX": "MX:example.com 10 mail.example.com. 20 backup.example.com.\n", "TXT": 'TXT:example.com "v=spf1 -all"\n',
                  "SRV": "SRV:_imap._tcp.example.com 5 10 143 mail.example.com.\n", "CNAME": "CNAME:www.example.com web.example.net.\n"},
}


def lookup(tool: str, kind: str) -> list[str]:
    name = RECORDS[kind][0]
    return {"dig": ["dig", "+short", kind, name], "go": ["@built@/resolve_go", kind, name],
            "node": ["node", "@clients@/resolve.mjs", kind, name],
            "dnspython": [PYTHON, "@clients@/resolve.py", "dnspython", f"{kind}:{name}"]}[tool]




OTHERS = [Case(f"{kind} by {tool}", lookup(tool, kind), record(kind), stdout=printed, check=one_interaction)
          for tool, by_kind in PRINTED.items() for kind, printed in by_kind.items()]
OTHERS += [
    Case("PTR by dig -x", ["dig", "+short", "-x", "192.0.2.9"], record("PTR"), stdout="nine.example.com.\n"),
    Case("PTR by getnameinfo", [PYTHON, "-c", "import socket; print(socket.gethostbyaddr('192.0.2.9')[0])"], record("PTR"),
         stdout="nine.example.com\n"),
]

NXDOMAIN = strict(("retired.example.com", '{ error = "NXDOMAIN" }'))
ERRORS = [
    Case("NXDOMAIN by glibc", [PYTHON, "@clients@/resolve.py", "getaddrinfo", "retired.example.com"], NXDOMAIN,
         stdout="retired.example.com EAI NONAME\n"),
    Case("NXDOMAIN by musl", ["@built@/resolve_musl", "retired.example.com"], NXDOMAIN, stdout="retired.example.com failed\n"),
    Case("NXDOMAIN by Go", ["@built@/resolve_go", "HOST", "retired.example.com"], NXDOMAIN,
         stdout="retired.example.com failed, not found: true\n"),
    Case("NXDOMAIN by c-ares", ["node", "@clients@/resolve.mjs", "A", "retired.example.com"], NXDOMAIN, stdout="ENOTFOUND\n"),
    Case("NXDOMAIN by dnspython", [PYTHON, "@clients@/resolve.py", "dnspython", "retired.example.com"], NXDOMAIN,
         stdout="retired.example.com NXDOMAIN\n"),
    Case("SERVFAIL by dig", ["dig", "+noall", "+comments", "+tries=1", "broken.example.com"],
         strict(("broken.example.com", '{ error = "SERVFAIL" }')), stdout=re.compile(r"(?s).*status: SERVFAIL.*")),
    Case("SERVFAIL by glibc", [PYTHON, "@clients@/resolve.py", "getaddrinfo", "broken.example.com"],
         STRICT + '[[expect]]\ndns = "broken.example.com"\nreply = { error = "SERVFAIL" }\ntimes = "1.."\n',
         stdout="broken.example.com EAI AGAIN\n"),
    Case("timeout, then an address", ["dig", "+short", "+timeout=1", "+tries=2", "flaky.example.com"],
         STRICT + '[[expect]]\ndns = "flaky.example.com"\nreplies = [{ error = "timeout" }, { address = ["10.0.0.7"] }]\n',
         stdout=re.compile(r"(;; .*timed out\n)?10\.0\.0\.7\n"), counts={"asserted": 2}),
    Case("a name nobody expects", ["dig", "+noall", "+comments", "unknown.example.com"], STRICT, exit=3,
         stdout=re.compile(r"(?s).*status: NXDOMAIN.*"), has=("UNEXPECTED", "unknown.example.com"), calls=["dns unexpected A/AAAA unknown.example.com"]),
    Case("a lookup that never comes", ["true"], V4, exit=3, has=("UNUSED", "api.example.com", "never happened")),
]

AUTO = 'version = 1\n[defaults.http]\nheaders = "*"\nbody = ""\n[[expect]]\nhttp = "GET http://api.example.com/a"\nreply = { text = "A" }\n'
AUTOMATIC = [
    Case("a host of the spec resolves by itself", ["curl", "-sS", "http://api.example.com/a"], AUTO, stdout="A",
         calls=["http asserted GET http://api.example.com/a"]),
    Case("lookups alone are ambient", [PYTHON, "-c", "import socket; print(len(socket.getaddrinfo('anything.example.org', 80)) > 0)"],
         "version = 1\n", stdout="True\n", calls=[]),
    Case("the same name gives the same address", [PYTHON, "-c", "import socket; g = socket.gethostbyname; "
         "print(g('a.example.org') == g('a.example.org'), g('a.example.org') != g('b.example.org'))"], "version = 1\n", stdout="True True\n"),
    Case("localhost stays local", [PYTHON, "-c", "import socket; print(socket.gethostbyname('localhost'))"], "version = 1\n",
         stdout="127.0.0.1\n"),
    Case("a lookup named in auto is asserted", ["dig", "+short", "MX", "example.com"],
         'version = 1\n[[expect]]\ndns = "MX example.com"\nreply = ["10 mail.example.com"]\n', stdout="10 mail.example.com.\n",
         counts={"asserted": 1}),
    Case("the call is reported by the name", ["curl", "-s", "http://who.example.org/x"], "version = 1\n", exit=3, stdout=ANY,
         has=("UNEXPECTED", "GET http://who.example.org/x")),
]

CASES = ADDRESSES + OTHERS + ERRORS + AUTOMATIC
