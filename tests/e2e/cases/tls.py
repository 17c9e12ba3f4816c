# tests/e2e/cases/tls.py - Real https clients trust the run with nothing configured for it: in an empty environment, in a typical one, with
# certificate stores of their own; and those that cannot trust it say so in the report. kernel-notes.md, "openat and trust".
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cases.clients import CHARGE, CLIENTS, CONTAINER, FAN_OUT, HEADER, SPEC
from harness import ANY, NOBODY, SOURCES, Case, variants
from local_server import Https

PYTHON = "/usr/bin/python3"
HOST = "api.stripe.com"
URL = f"https://{HOST}/v1/charges"
CHARGES = SPEC.replace("http://", "https://")
CALLED = [f"http asserted POST {URL}"]
BUNDLE = "/etc/ssl/certs/ca-certificates.crt"
HASHED = "/etc/ssl/certs"
CORPORATE = "@clients@/stores/corporate"  # a CA that the user trusts and that signs nothing here
DENO = ["env", "DENO_NO_UPDATE_CHECK=1", "@npm@/@deno/linux-x64-glibc/deno", "run"]
BUN = ["@npm@/@oven/bun-linux-x64/bin/bun"]
CHARGE_MJS = "@clients@/charge.mjs"
JAVA = ["java", "-XX:TieredStopAtLevel=1", "-cp", "@built@"]
CURL = ["curl", "-sS", "-w", "\n", "-H", HEADER, "-d", CHARGE]
WGET = ["wget", "-qO-", f"--header={HEADER}", f"--post-data={CHARGE}"]
BODY, ANSWER = '{"id":"ch_123"}', '200 {"id":"ch_123"}\n'


def handshakes(document: dict) -> list[dict]:
    return [call for call in document["interactions"] if call["protocol"] == "tls"]


def shook(sni: str = HOST, count: int = 1, **wanted: Any) -> Callable[[dict], None]:
    """The timeline has so many handshakes, all of them ambient, with these values in their responses."""
    def check(document: dict) -> None:
        found = handshakes(document)
        assert len(found) == count, f"{len(found)} handshakes, wanted {count}"
        for call in found:
            request, response = call["request"], call["response"]
            assert (call["op"], call["state"], request["sni"]) == ("handshake", "ambient", sni), call
            assert response["version"] in ("TLSv1.3", "TLSv1.2") and response["alpn"] in ("http/1.1", ""), response
            assert isinstance(request["alpn"], list) and isinstance(response["resumed"], bool), call
            for name, value in wanted.items():
                assert response[name] == value, f"{name} is {response[name]}, wanted {value}"
    return check


def charges(name: str, command: list[str], stdout: str = ANSWER, **more: Any) -> Case:
    return Case(f"https: {name}", command, CHARGES, stdout=stdout, calls=CALLED, counts={"asserted": 1}, check=shook(), **more)


# As in clients.py, where they charge by http.
OVER_HTTP = [(name, [part.replace("http://", "https://") for part in command]) for name, command, _ in CLIENTS if "@clients@" in " ".join(command)
             or "Charge" in command or name in ("curl", "wget", "static go net/http")]
PLAIN = [charges(name, command, {"curl": BODY + "\n", "wget": BODY}.get(name, ANSWER)) for name, command in OVER_HTTP] + [
    charges("pip's requests", [PYTHON, "@clients@/charge.py", "pip", URL]),
    charges("deno fetch", [*DENO, "--allow-net", CHARGE_MJS, "fetch", URL]),
    # Not --allow-net alone: with NODE_EXTRA_CA_CERTS in the environment its node:https asks for "sys access to ca".
    charges("deno https", [*DENO, "--allow-net", "--allow-sys", "--allow-env", CHARGE_MJS, "http", URL]),
    charges("bun fetch", [*BUN, CHARGE_MJS, "fetch", URL]),
    charges("bun https", [*BUN, CHARGE_MJS, "http", URL]),
    charges("C on GnuTLS", ["@built@/charge_gnutls", HOST]),
    charges("C on mbedTLS", ["@built@/charge_mbedtls", HOST]),
]
NAMED = {case.name.removeprefix("https: "): case for case in PLAIN}
# One for each way to find certificates; none that nobody may not read.
TELLING = [NAMED[name] for name in ("curl", "wget", "python urllib", "python requests", "static go net/http", "java HttpURLConnection",
                                    "node fetch", "php streams", "perl LWP", "C on mbedTLS")]
EMPTY = ("sh", "-c", 'exec env -i PATH="$PATH" BIGFOOT_E2E="$BIGFOOT_E2E" "$@"', "sh")
FILES = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "AWS_CA_BUNDLE", "GIT_SSL_CAINFO", "CARGO_HTTP_CAINFO", "PIP_CERT",
         "NODE_EXTRA_CA_CERTS", "DENO_CERT")
TYPICAL = {"LANG": "C.UTF-8", "SSL_CERT_DIR": HASHED, "USER": "ada", "TERM": "xterm", **{name: BUNDLE for name in FILES}}
OF_THEIR_OWN = {name: f"{CORPORATE}.pem" for name in FILES}

MOCKED = [
    *(variants(case, "in an empty environment", wrap=EMPTY) for case in PLAIN),
    *(variants(case, "in a typical environment", env=TYPICAL) for case in PLAIN),
    *(variants(case, "with a bundle of its own in the environment", env=OF_THEIR_OWN) for case in PLAIN if case.command[0] != "java"),
    *(variants(case, "as nobody", wrap=tuple(NOBODY), root=True) for case in TELLING),
    *(variants(case, "in a default container as nobody", wrap=(CONTAINER, *NOBODY), root=True) for case in TELLING),
    *(variants(NAMED[name], "through https_proxy", env={"https_proxy": "http://proxy.corp:3128"})
      for name in ("curl", "python urllib", "python requests", "static go net/http")),
]

# Stores that the command line or a variable of one client names, folders of hashes, and roots that are compiled in.
STORES = [charges(f"trusts {name}", command, stdout, env=env) for name, command, stdout, env in (
    ("curl --cacert", [*CURL, "--cacert", f"{CORPORATE}.pem", URL], BODY + "\n", {}),
    ("curl --capath", [*CURL, "--cacert", f"{CORPORATE}.pem", "--capath", HASHED, URL], BODY + "\n", {}),
    ("curl, SSL_CERT_DIR alone", [*CURL, URL], BODY + "\n", {"SSL_CERT_FILE": "@dir@/none", "SSL_CERT_DIR": HASHED}),
    ("wget --ca-certificate", [*WGET, f"--ca-certificate={CORPORATE}.pem", URL], BODY, {}),
    ("wget --ca-directory", [*WGET, f"--ca-directory={HASHED}", URL], BODY, {}),
    ("php -d openssl.cafile", ["php", "-d", f"openssl.cafile={CORPORATE}.pem", "@clients@/charge.php", "streams", URL], ANSWER, {}),
    ("php -d curl.cainfo", ["php", "-d", f"curl.cainfo={CORPORATE}.pem", "@clients@/charge.php", "curl", URL], ANSWER, {}),
    ("java's own JKS", [*JAVA, f"-Djavax.net.ssl.trustStore={CORPORATE}.jks", "-Djavax.net.ssl.trustStorePassword=corporate",
                        "Charge", "url", URL], ANSWER, {}),
    ("java's own PKCS12", [*JAVA, f"-Djavax.net.ssl.trustStore={CORPORATE}.p12", "-Djavax.net.ssl.trustStorePassword=corporate",
                           "Charge", "client", URL], ANSWER, {}),
    ("node --use-openssl-ca", ["node", "--use-openssl-ca", CHARGE_MJS, "fetch", URL], ANSWER, {}),
    ("node --use-openssl-ca, SSL_CERT_FILE", ["node", "--use-openssl-ca", CHARGE_MJS, "http", URL], ANSWER, {"SSL_CERT_FILE": f"{CORPORATE}.pem"}),
    ("deno with the system's store", [*DENO, "--allow-net", CHARGE_MJS, "fetch", URL], ANSWER, {"DENO_TLS_CA_STORE": "system"}),
    ("bun with the system's store", [*BUN, "--use-system-ca", CHARGE_MJS, "fetch", URL], ANSWER, {}),
    ("C on GnuTLS, a folder", ["@built@/charge_gnutls", HOST, HASHED + "/"], ANSWER, {}),
    ("C on mbedTLS, a folder", ["@built@/charge_mbedtls", HOST, HASHED + "/"], ANSWER, {}),
    ("python, hashed folder alone", [PYTHON, "@clients@/charge.py", "urllib", URL], ANSWER, {"SSL_CERT_FILE": "@dir@/none", "SSL_CERT_DIR": HASHED}),
    ("ruby, hashed folder alone", ["ruby", "@clients@/charge.rb", URL], ANSWER, {"SSL_CERT_FILE": "@dir@/none", "SSL_CERT_DIR": HASHED}),
)] + [
    charges("trusts certifi's bundle", [PYTHON, "-c", "import ssl, sys, urllib.request as web\n"
            "trusted = ssl.create_default_context(cafile='/usr/lib/python3/dist-packages/certifi/cacert.pem')\n"
            f"call = web.Request(sys.argv[1], b'{CHARGE}', {{'Content-Type': 'application/json'}})\n"
            "with web.urlopen(call, context=trusted) as reply: print(reply.status, reply.read().decode())", URL]),
]
WITHOUT_STORES = ("unshare", "-m", "sh", "-c", 'mount -t tmpfs none /etc/ssl; exec "$@"', "sh")
STORES += [variants(NAMED[name], "on a machine without any bundle", wrap=WITHOUT_STORES, root=True)
           for name in ("curl", "wget", "python urllib", "python requests", "python httpx", "static go net/http", "ruby net/http", "node fetch",
                        "java HttpURLConnection", "C on GnuTLS")]
CHROOT = f"cp @built@/charge_go root; exec chroot root /charge_go {URL}"
STORES += [charges(f"static go in a chroot, {name}", ["sh", "-c", f"mkdir -p root/etc/ssl/certs; {store} {CHROOT}"], root=True)
           for name, store in (("without any bundle", ""), ("with a bundle of its own", f"cp {CORPORATE}.pem root{BUNDLE};"))]

# What a smart server says to `git ls-remote`: its first protocol in one answer, its second in two. gitprotocol-http(5), gitprotocol-v2(5).
COMMIT = "0123456789abcdef0123456789abcdef01234567"
GIT = "https://git.example.com/repo.git"


def lines(*texts: str) -> str:
    """pkt-lines; an empty text is a flush."""
    return "".join(f"{len(text) + 4:04x}{text}" if text else "0000" for text in texts)


def git_answer(call: str, kind: str, *texts: str) -> str:
    reply = f'{{ headers = {{ content-type = "application/x-git-upload-pack-{kind}" }}, text = {json.dumps(lines(*texts))} }}'
    return f'[[expect]]\nhttp = "{call.replace(" /", " " + GIT + "/")}"\nheaders = "*"\nreply = {reply}\n'


ASK = "GET /info/refs?service=git-upload-pack"
SERVICE = ("# service=git-upload-pack\n", "")
GIT_0 = "version = 1\n" + git_answer(ASK, "advertisement", *SERVICE, f"{COMMIT} HEAD\0symref=HEAD:refs/heads/main\n", f"{COMMIT} refs/heads/main\n", "")
GIT_2 = "version = 1\n" + git_answer(ASK, "advertisement", *SERVICE, "version 2\n", "ls-refs\n", "object-format=sha1\n", "") + git_answer(
    "POST /git-upload-pack", "result", f"{COMMIT} HEAD symref-target:refs/heads/main\n", f"{COMMIT} refs/heads/main\n", "").replace(
        "reply", 'body = { regex = "command=ls-refs" }\nreply')
LS_REMOTE = Case("git ls-remote", ["git", "ls-remote", GIT], GIT_0.replace("reply", 'body = ""\nreply', 1),
                 stdout=f"{COMMIT}\tHEAD\n{COMMIT}\trefs/heads/main\n", counts={"asserted": 1}, check=shook("git.example.com"))
GITS = [
    variants(LS_REMOTE, "in an empty environment", wrap=EMPTY),
    variants(LS_REMOTE, "in a typical environment", env=TYPICAL),
    variants(LS_REMOTE, "with a bundle of its own in the environment", env=OF_THEIR_OWN),
    variants(LS_REMOTE, "http.sslCAInfo", command=["git", "-c", f"http.sslCAInfo={CORPORATE}.pem", "ls-remote", GIT]),
    variants(LS_REMOTE, "protocol 2", spec=GIT_2.replace("reply", 'body = ""\nreply', 1), counts={"asserted": 2}),
    variants(LS_REMOTE, "as nobody", wrap=tuple(NOBODY), root=True),
]

# Command-line tools that speak TLS and leave HTTP to their caller.
REQUEST = f"POST /v1/charges HTTP/1.1\r\nHost: {HOST}\r\n{HEADER}\r\nContent-Length: {len(CHARGE)}\r\nConnection: close\r\n\r\n{CHARGE}"
RAW_ANSWER = re.compile(r"(?s)HTTP/1\.1 200 OK\r\n.*\r\n\r\n" + re.escape(BODY) + r"\n?")
S_CLIENT = ["openssl", "s_client", "-quiet", "-verify_quiet", "-verify_return_error", "-connect", f"{HOST}:443", "-servername", HOST]
TOOLS = [Case(name, command, CHARGES, stdin=REQUEST, stdout=RAW_ANSWER, calls=CALLED, check=shook(), wrap=wrap, env=env)
         for name, command, wrap, env in (
    ("openssl s_client, in an empty environment", S_CLIENT, EMPTY, {}),
    ("openssl s_client, in a typical environment", S_CLIENT, (), TYPICAL),
    ("openssl s_client -tls1_2", [*S_CLIENT, "-tls1_2"], (), {}),
    ("openssl s_client, RSA only", [*S_CLIENT, "-tls1_2", "-cipher", "aRSA"], (), {}),
    ("openssl s_client -CAfile", [*S_CLIENT, "-no-CApath", "-no-CAstore", "-CAfile", f"{CORPORATE}.pem"], (), {}),
    # The folder is looked into by lstat, which is answered where a variable names one.
    ("openssl s_client -CApath", [*S_CLIENT, "-no-CAfile", "-no-CAstore", "-CApath", HASHED], (), TYPICAL),
    ("gnutls-cli, in an empty environment", ["gnutls-cli", "--logfile=/dev/null", HOST], EMPTY, {}),
    ("gnutls-cli, in a typical environment", ["gnutls-cli", "--logfile=/dev/null", HOST], (), TYPICAL),
)]

# Headless Chromium, where it is: packages/ci. Its roots are compiled in: its start script is given a flag, or the user's NSS database the CA.
PAGE = """version = 1
[defaults.http]
headers = "*"
body = ""

[[expect]]
http  = "GET https://www.example.com/"
reply = { headers = { content-type = "text/html" }, text = "<p>hello</p>" }

[[expect]]
required = false
http  = "GET https://www.example.com/favicon.ico"
reply = { status = 404 }
"""
CHROMIUM = ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--user-data-dir=@dir@/profile",
            "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE www.example.com", "--dump-dom", "https://www.example.com/"]
BY_NSS = "mkdir -p .pki/nssdb; certutil -N --empty-password -d sql:.pki/nssdb; certutil -A -d sql:.pki/nssdb -n run -t C,, -i ca.pem; exec"
BROWSER = [Case(f"headless chromium, {name}", command, PAGE, args=args, stdout=re.compile(r"(?s)<html>.*<p>hello</p>.*</html>\n"), report=ANY,
                needs=("chromium", "certutil"))
           for name, command, args in (
    ("as it is", CHROMIUM, ()),
    ("--ca-out in its NSS database", ["sh", "-c", BY_NSS + ' "$@"', "sh", *CHROMIUM], ("--ca-out", "ca.pem")),
)]

# Names, addresses, ports, and what the handshake was.
DEFAULTS = 'version = 1\n[defaults.http]\nheaders = "*"\nbody = ""\n'


def get(url: str, more: str = "") -> str:
    return DEFAULTS + f'[[expect]]\nhttp = "GET {url}"\nreply = {{ text = "A" }}\n{more}'


def asked(url: str, pattern: str = "", *, sni: str | None = None, name: str = "") -> Case:
    """curl gets `url`, which the spec expects as `pattern`."""
    host = re.sub(r"^https://|[:/].*$", "", url) if sni is None else sni
    return Case(f"names: {name or url}", ["curl", "-sS", url], get(pattern or url), stdout="A", calls=[f"http asserted GET {url}"], check=shook(host))


NAMES = [
    asked("https://api.example.com/a"),
    asked("https://api.example.com:8443/a"),
    asked("https://api.example.com/a", "https://*.example.com/a", name="a wildcard in the spec"),
    asked("https://192.0.2.7/a", sni=""),
    asked("https://[2001:db8::7]/a", sni=""),
    asked("https://localhost:7443/a"),
    asked("https://a-name-that-is-longer-than-the-64-characters-of-a-common-name.and-more.example.com/a"),
    Case("names: h2 offered, http/1.1 answered", ["curl", "-sS", "--http2", "https://api.example.com/a"], get("https://api.example.com/a"),
         stdout="A", check=lambda document: [shook("api.example.com", alpn="http/1.1")(document),
                                             _same(handshakes(document)[0]["request"]["alpn"], ["h2", "http/1.1"])][0]),
]
for version in ("1.2", "1.3"):
    NAMES.append(Case(f"names: TLS {version}", ["curl", "-sS", f"--tlsv{version}", "--tls-max", version, "https://api.example.com/a"],
                      get("https://api.example.com/a", f'tls = {{ version = "TLSv{version}", alpn = "http/1.1", sni = "api.example.com" }}'),
                      stdout="A", check=shook("api.example.com", version=f"TLSv{version}")))


def _same(got: Any, wanted: Any) -> None:
    assert got == wanted, f"{got}, wanted {wanted}"


DIAL = """
import socket, ssl, sys
trusted = ssl.create_default_context()
if sys.argv[1] == "1.2": trusted.maximum_version = ssl.TLSVersion.TLSv1_2
def get(host, session=None):
    with trusted.wrap_socket(socket.create_connection((host, 443)), server_hostname=host, session=session) as end:
        end.sendall(f"GET /a HTTP/1.1\\r\\nHost: {host}\\r\\nConnection: close\\r\\n\\r\\n".encode())
        said = b""
        while part := end.recv(65536): said += part
        assert said.endswith(b"A"), said
        return end.getpeercert(), end.session, end.session_reused
"""
SERIALS = DIAL + """
ends = [get(host)[0] for host in sys.argv[2:]]
print(len({end["serialNumber"] for end in ends}), [end["subjectAltName"] for end in ends])
"""
RESUMES = DIAL + """
_, session, first = get(sys.argv[2])
print(first, get(sys.argv[2], session)[2])
"""
STORM = """
import asyncio, ssl, sys
trusted = ssl.create_default_context()
async def dial():
    reading, writing = await asyncio.open_connection(sys.argv[1], 443, ssl=trusted)
    serial = writing.get_extra_info("ssl_object").getpeercert()["serialNumber"]
    writing.write(f"GET /a HTTP/1.1\\r\\nHost: {sys.argv[1]}\\r\\nConnection: close\\r\\n\\r\\n".encode())
    assert (await reading.read()).endswith(b"A")
    writing.close()
    return serial
async def storm(): return await asyncio.gather(*(dial() for _ in range(int(sys.argv[2]))))
serials = asyncio.run(storm())
print(len(serials), len(set(serials)))
"""
TWICE = get("https://a.example.com/a", "times = 2")


def resumed(*wanted: bool) -> Callable[[dict], None]:
    return lambda document: _same([call["response"]["resumed"] for call in handshakes(document)], list(wanted))


CERTIFICATES = [
    Case("two hosts, two serial numbers", [PYTHON, "-c", SERIALS, "1.3", "a.example.com", "b.example.com"],
         get("https://a.example.com/a") + get("https://b.example.com/a")[len(DEFAULTS):],
         stdout="2 [(('DNS', 'a.example.com'),), (('DNS', 'b.example.com'),)]\n", counts={"asserted": 2}),
    *(Case(f"a session is resumed, TLS {version}", [PYTHON, "-c", RESUMES, version, "a.example.com"], TWICE, stdout="False True\n",
           check=resumed(False, True)) for version in ("1.2", "1.3")),
    Case("a storm of dials is shown one certificate", [PYTHON, "-c", STORM, "a.example.com", "1000"], get("https://a.example.com/a", "times = 1000"),
         stdout="1000 1\n", counts={"asserted": 1000, "tls_refused": 0}),
    Case("curl resumes by itself", ["curl", "-sS", "-H", "Connection: close", *["https://a.example.com/a"] * 2], TWICE, stdout="AA",
         check=resumed(False, True)),
    Case("keep-alive needs one handshake", ["curl", "-sS", *["https://a.example.com/a"] * 2], TWICE, stdout="AA",
         check=shook("a.example.com")),
] + [
    Case(f"https fan-out by {way}", [PYTHON, "@clients@/fan_out.py", way, str(count), "https://api.example.com/item"],
         FAN_OUT.replace("http://", "https://") % count, stdout=f"{count}\n", counts={"asserted": count, "unexpected": 0})
    for way, count in (("threads", 64), ("fork", 16), ("asyncio", 100), ("processes", 12))
]

# A program that does not read what it asked for: more than the sockets' buffers hold.
LAZY = """
import socket, ssl, sys
def dial(scheme):
    end = socket.create_connection(("api.example.com", 80 if scheme == "http" else 443))
    return end if scheme == "http" else ssl.create_default_context().wrap_socket(end, server_hostname="api.example.com")
def ask(end, path):
    end.sendall(f"GET {path} HTTP/1.1\\r\\nHost: api.example.com\\r\\nConnection: close\\r\\n\\r\\n".encode())
def rest(end):
    size = 0
    while part := end.recv(1 << 20): size += len(part)
    return size
lazy = dial(sys.argv[1])
ask(lazy, "/big")
for _ in range(3):
    brisk = dial(sys.argv[1])
    brisk.settimeout(10)
    ask(brisk, "/small")
    print(rest(brisk) > 0, end=" ")
print(rest(lazy) > 30_000_000)
if sys.argv[2:]: ask(dial(sys.argv[1]), "/big")
"""
BIG = "x" * 1000


def lazy(scheme: str) -> str:
    order = DEFAULTS + '[settings]\norder = "any"\n'
    big = f'[[expect]]\nhttp = "GET {scheme}://api.example.com/big"\ntimes = "1.."\nreply = {{ file = "big" }}\n'
    return order + big + f'[[expect]]\nhttp = "GET {scheme}://api.example.com/small"\ntimes = 3\nreply = {{ text = "A" }}\n'


READING = [Case(f"{scheme}: who does not read holds nobody up{', nor the end' if leaves else ''}", [PYTHON, "-c", LAZY, scheme, *leaves], lazy(scheme),
                files={"big": BIG * 40_000}, stdout="True True True True\n", counts={"asserted": 4 + len(leaves)}, timeout=30)
           for scheme in ("http", "https") for leaves in ([], ["leaves"])]

# Certificates of clients, made as they are needed.
IDENTITY = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout key.pem -out cert.pem -subj /O=Example/CN=svc " \
           "-addext subjectAltName=DNS:svc.internal 2> /dev/null; "


def identified(name: str, wanted: str, given: bool, **more: Any) -> Case:
    by = "--cert cert.pem --key key.pem " if given else ""
    return Case(f"client certificate: {name}", ["sh", "-c", (IDENTITY if given else "") + f"curl -sS {by}https://api.example.com/a"],
                get("https://api.example.com/a", f"client_cert = {wanted}"), stdout="A", **more)


IDENTITIES = [
    identified("any", '"required"', True),
    identified("the right one", '{ subject = "CN=svc,O=Example", san = ["DNS:svc.internal"] }', True),
    identified("asked for, none given, none needed", '"*"', False),
    identified("none", '"required"', False, exit=3, has=("MISMATCH", "client_cert", "the client gave no certificate")),
    identified("another", '{ subject = "CN=other,O=Example" }', True, exit=3, has=("MISMATCH", "client_cert.subject", "CN=svc,O=Example")),
]

# Who reads a store for another reason sees one: valid PEM, as long as it says, and one certificate more.
READS = """
import mmap, os, re, ssl, sys
path = sys.argv[1]
with open(path, "rb") as file:
    whole = file.read()
    assert file.seek(0, os.SEEK_END) == len(whole) == os.fstat(file.fileno()).st_size, "lengths differ"
    assert mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)[:] == whole, "mmap differs"
text = whole.decode()
blocks = re.findall("-----BEGIN CERTIFICATE-----\\n[A-Za-z0-9+/=\\n]+-----END CERTIFICATE-----\\n", text)
assert text.count("-----") == 4 * len(blocks), "something that is no block"
for block in blocks:
    trusted = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    trusted.load_verify_locations(cadata=block)
    assert len(trusted.get_ca_certs()) == 1, block
print(len(blocks), os.stat(path).st_size == len(whole))
"""
BUNDLED = Path(BUNDLE).read_text().count("-----BEGIN") if Path(BUNDLE).exists() else 0
# Every way into the supervisor's memory that a debugger has: ptrace (PTRACE_SEIZE), process_vm_readv, /proc/PID/mem.
KEY = """
import ctypes, errno, os
libc = ctypes.CDLL(None, use_errno=True)
class Part(ctypes.Structure): _fields_ = [("at", ctypes.c_void_p), ("size", ctypes.c_size_t)]
room = ctypes.create_string_buffer(8)
def ancestor(name, pid=os.getpid()):
    while open(f"/proc/{pid}/comm").read() != name + "\\n": pid = int(open(f"/proc/{pid}/stat").read().split()[3])
    return pid
def end(call, *arguments):
    return errno.errorcode[ctypes.get_errno()] if call(*arguments) == -1 else "done"
supervisor = ancestor("bigfoot-run")
try: memory = open(f"/proc/{supervisor}/mem", "rb")
except OSError as refused: memory = errno.errorcode[refused.errno]
print(memory, end(libc.ptrace, 0x4206, supervisor, 0, 0), end(libc.process_vm_readv, supervisor,
      ctypes.byref(Part(ctypes.addressof(room), 8)), 1, ctypes.byref(Part(0x400000, 8)), 1, 0))
"""
OUT_OF_REACH = Case("the CA's key is out of reach", [PYTHON, "-c", KEY], "version = 1\n", stdout="EACCES EPERM EPERM\n")
COUNT = "grep -c -e -----BEGIN"
READERS = [
    Case("the bundle is still a bundle", [PYTHON, "-c", READS, BUNDLE], "version = 1\n", stdout=re.compile(rf"{BUNDLED + 1} (True|False)\n")),
    Case("the bundle is as long as stat says", [PYTHON, "-c", READS, BUNDLE], "version = 1\n", env=TYPICAL, stdout=f"{BUNDLED + 1} True\n"),
    *(Case(f"{copy.split()[0]} takes what is on the disk", ["sh", "-c", f"{copy} {BUNDLE} copy && {COUNT} copy"], "version = 1\n", env=env,
           stdout=f"{BUNDLED}\n") for copy, env in (("cp", {}), ("install -m 644", TYPICAL))),
    Case("keytool sees what is on the disk, for it may write it anew", ["sh", "-c", f"keytool -list -keystore {CORPORATE}.jks -storepass corporate | "
         "grep -c trustedCertEntry"], "version = 1\n", stdout="1\n"),
    OUT_OF_REACH,
    variants(OUT_OF_REACH, "as nobody", wrap=tuple(NOBODY), root=True),
]

# Those that do not trust the run, and how they can be made to.
PINNED = """
import ssl, sys, urllib.error, urllib.request
trusted = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
trusted.load_verify_locations(cadata="".join(open(path).read() for path in sys.argv[2:]))
try: print(urllib.request.urlopen(sys.argv[1], context=trusted).read().decode())
except urllib.error.URLError as error: print(error.reason.verify_message)
"""
OWN_ROOTS = """
const [url, file] = process.argv.slice(1);
require('https').get(url, {ca: require('fs').readFileSync(file)}, (reply) => reply.resume()).on('error', (error) => console.log(error.code));
"""
A_URL = "https://api.example.com/a"
# Distrust that comes to nothing: another context of the same program makes the call; a call to nobody is given up.
SECOND_TRY = PINNED + """
print(urllib.request.urlopen(sys.argv[1], context=ssl._create_unverified_context()).read().decode())
"""
GIVEN_UP = """
import socket, ssl, sys
end = socket.create_connection(("telemetry.example", 443))
incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
try: ssl.create_default_context().wrap_bio(incoming, outgoing, server_hostname="telemetry.example").do_handshake()
except ssl.SSLWantReadError: end.sendall(outgoing.read())
end.recv(10)
"""
REFUSALS = [
    Case("a second try that trusts", [PYTHON, "-c", SECOND_TRY, A_URL, f"{CORPORATE}.pem"], get(A_URL), stdout=re.compile(r".*certificate.*\nA\n"),
         counts={"asserted": 1, "tls_refused": 0}),
    Case("a handshake given up, where the guard is off", [PYTHON, "-c", GIVEN_UP], 'version = 1\n[guard]\nhttp = "off"\n', counts={"tls_refused": 0}),
    Case("a handshake given up, to nobody expected", [PYTHON, "-c", GIVEN_UP], "version = 1\n", exit=3, has=("TLS-REFUSED", "telemetry.example"),
         calls=["tls tls-refused tcp://telemetry.example:443"]),
    Case("roots in memory", [PYTHON, "-c", PINNED, A_URL, f"{CORPORATE}.pem"], get(A_URL), exit=3, stdout=re.compile(r".*certificate.*\n"),
         has=("TLS-REFUSED", "api.example.com", "--ca-out"), calls=[], counts={"tls_refused": 1}),
    Case("roots in memory and --ca-out", [PYTHON, "-c", PINNED, A_URL, f"{CORPORATE}.pem", "ca.pem"], get(A_URL), args=("--ca-out", "ca.pem"),
         stdout="A\n", check=shook("api.example.com")),
    Case("node with its own ca", ["node", "-e", OWN_ROOTS, A_URL, f"{CORPORATE}.pem"], get(A_URL), exit=3, stdout="UNABLE_TO_VERIFY_LEAF_SIGNATURE\n",
         has=("TLS-REFUSED", "node did not accept the certificate of api.example.com"), calls=[], counts={"tls_refused": 1}),
    *(Case(f"{program} with roots that nobody knows of", [f"@built@/{program}", "api.example.com", "authority.txt"], get(A_URL), exit=1,
           files={"authority.txt": (SOURCES / "tests/clients/stores/corporate.pem").read_text()}, has=("TLS-REFUSED", how), calls=[])
      for program, how in (("charge_gnutls", "without an alert"), ("charge_mbedtls", "unknown_ca"))),
    # These finish the handshake before they judge, and go without a word.
    *(Case(name, ["sh", "-c", f"mkdir none; {command} {A_URL}; echo $?"], get(A_URL), exit=3, stdout=f"{status}\n",
           has=(f"{command.split()[0]} did not accept the certificate of api.example.com (it closed the connection after the handshake, without a call)",),
           calls=[], counts={"tls_refused": 1, "unused": 1})
      for name, command, status in (("curl with a pinned key", f"curl -s --pinnedpubkey 'sha256//{'A' * 43}='", 90),
                                    ("wget without roots", "wget -qO- --ca-directory=none", 5))),
    Case("deno without its variable", ["env", "-u", "DENO_CERT", "-u", "NODE_EXTRA_CA_CERTS", *DENO, "--allow-net", "-q", CHARGE_MJS, "fetch", URL], CHARGES,
         exit=1, has=("TLS-REFUSED", "DENO_CERT"), calls=[]),
]

# http where https is expected, https where http is, and TLS where nothing is.
WRONG = [
    Case("http to an https entry", ["curl", "-s", "http://api.example.com/a"], get(A_URL), exit=3, stdout=ANY,
         has=("UNEXPECTED", "GET http://api.example.com/a", "UNUSED"), calls=["http unexpected GET http://api.example.com/a"]),
    Case("https to an http entry", ["curl", "-s", A_URL], get("http://api.example.com/a"), exit=3, stdout=ANY,
         has=("UNEXPECTED", f"GET {A_URL}", "UNUSED"), calls=[f"http unexpected GET {A_URL}"], check=shook("api.example.com")),
    Case("http on the port of https", ["curl", "-s", "http://api.example.com:443/a"], get(A_URL), exit=3, stdout=ANY, has=("UNEXPECTED",)),
    Case("https to nobody expected", ["curl", "-s", A_URL], "version = 1\n", exit=3, stdout=ANY, has=("UNEXPECTED", f'"GET {A_URL}"'),
         calls=[f"http unexpected GET {A_URL}"]),
    Case("https with --no-tls", ["sh", "-c", f"curl -s {A_URL} || true"], get(A_URL), args=("--no-tls",), exit=3, has=("api.example.com", "UNUSED")),
]

# The real server behind: TLS that is not opened is relayed, a call that the guard lets through is made again over TLS.
REAL = '{"id":"ch_real"}'
LOCAL = "https://localhost:@port@/x"
OPAQUE = 'version = 1\n[guard]\nallow = ["https://localhost:@port@"]\ntls = { "localhost" = "opaque" }\n'
BEHIND = 'version = 1\n[guard]\nhttp = "warn"\n[[expect]]\nhttp = "GET https://localhost:@port@/y"\nheaders = "*"\nbody = ""\nrequired = false\n'


def relayed(document: dict) -> None:
    [call] = handshakes(document)
    _same((call["op"], call["state"], call["request"]["sni"]), ("opaque", "allowed", "localhost"))
    assert call["request"]["bytes"] > 300 and call["response"]["bytes"] > 300, call


PASSED_ON = [
    Case("opaque and allowed", ["curl", "-sS", "--cacert", "@certificate@", LOCAL], OPAQUE, server=Https, stdout=REAL, check=relayed,
         calls=["tls allowed tcp://127.0.0.1:@port@"]),
    Case("--no-tls and allowed", ["curl", "-sS", "--cacert", "@certificate@", LOCAL], OPAQUE.replace("opaque", "terminate"), args=("--no-tls",), server=Https,
         stdout=REAL, check=relayed),
    Case("opaque and not allowed", ["sh", "-c", f"curl -s {LOCAL}; echo $?"], OPAQUE.replace("localhost:@port@", "other"), server=Https, exit=3, stdout="35\n",
         has=("TLS for localhost, which is not opened here and not allowed", 'allow = ["https://127.0.0.1:@port@"]'), calls=["tls unexpected tcp://127.0.0.1:@port@"]),
    Case("opaque, allowed, and nobody there", ["sh", "-c", "curl -s https://127.0.0.1:1/; echo $?"], OPAQUE.replace("localhost", "127.0.0.1").replace("@port@", "1"), stdout=re.compile("(7|35)\n"),
         calls=["socket allowed tcp://127.0.0.1:1"]),
    Case("a call that the guard lets through", ["curl", "-sS", LOCAL], BEHIND, server=Https, env={"SSL_CERT_FILE": "@certificate@"}, stdout=REAL,
         has=("was let through",), calls=[f"http allowed GET {LOCAL}"]),
    Case("a real server that nobody trusts", ["curl", "-sS", LOCAL], BEHIND, server=Https, stdout=re.compile(r"(?s).*TLS: certificate verify failed.*"),
         has=("was let through",), calls=[f"http allowed GET {LOCAL}"]),
]

CASES = PASSED_ON + MOCKED + STORES + GITS + TOOLS + BROWSER + NAMES + CERTIFICATES + READING + IDENTITIES + READERS + REFUSALS + WRONG
