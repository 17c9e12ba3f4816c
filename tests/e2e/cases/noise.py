# tests/e2e/cases/noise.py - What must never count as an interaction: imports, netlink, socket pairs, own servers, address sorting.
# Source: wire-notes.md, "Calls that must never count as interactions".
from harness import ANY, Case

PYTHON = "/usr/bin/python3"
NOTHING = "version = 1\n"


def silent(name: str, command: list[str], stdout: object = "", **more: object) -> Case:
    return Case(name, command, NOTHING, stdout=stdout, counts={"interactions": 0}, **more)


CASES = [
    silent("importing asyncio", [PYTHON, "-c", "import asyncio; asyncio.run(asyncio.sleep(0))"]),
    silent("importing requests", [PYTHON, "-c", "import requests"]),
    silent("importing aiohttp", [PYTHON, "-c", "import aiohttp"]),
    silent("importing httpx", [PYTHON, "-c", "import httpx"]),
    silent("importing dnspython", [PYTHON, "-c", "import dns.resolver"]),
    silent("Node's http", ["node", "-e", "require('http')"]),
    silent("Go's net/http", ["@built@/own_server_go"], "200 own\n"),
    silent("own server in a thread", [PYTHON, "@clients@/own_server.py", "thread"], "own\nown\nown\n"),
    silent("own server at localhost", [PYTHON, "@clients@/own_server.py", "localhost"], "own\nown\nown\n", ),
    silent("own server in a child", [PYTHON, "@clients@/own_server.py", "child"], "own\nown\nown\n"),
    silent("own unix server", [PYTHON, "@clients@/own_server.py", "unix"], "own\n"),
    silent("own udp socket", [PYTHON, "@clients@/own_server.py", "udp"], "own\n"),
    silent("own server in Node", ["node", "@clients@/own_server.mjs"], "200 own\n"),
    silent("socketpair, eventfd, netlink", [PYTHON, "-c",
           "import os, socket\na, b = socket.socketpair(); a.send(b'x'); print(b.recv(1)); os.eventfd(0)\n"
           "n = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0); n.bind((0, 0)); n.connect((0, 0))"], "b'x'\n"),
    silent("UDP connect without data", [PYTHON, "-c", "import socket\nfor port in (0, 9, 80):\n"
           " s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.connect(('203.0.113.5', port)); print(s.getsockname()[0] != '')"],
           "True\nTrue\nTrue\n"),
    silent("UDP connect without data gives a local address", [PYTHON, "-c", "import socket; s = socket.socket(socket.AF_INET, "
           "socket.SOCK_DGRAM); s.connect(('127.0.0.1', 9)); print(s.getsockname()[0])"], "127.0.0.1\n"),
    silent("bind probes", [PYTHON, "-c", "import socket\nfor family, host in ((socket.AF_INET6, '::1'), (socket.AF_INET, '127.0.0.1')):\n"
           " s = socket.socket(family); s.bind((host, 0)); s.close()"]),
    silent("rebinding a port", [PYTHON, "-c", "import socket\ns = socket.socket(); s.bind(('127.0.0.1', 0)); p = s.getsockname()[1]; s.close()\n"
           "t = socket.socket(); t.bind(('127.0.0.1', p)); t.listen(); print('again')"], "again\n"),
    silent("users and groups", ["id", "-un"], ANY),
    silent("a shell, a pipe, a compiler", ["sh", "-c", "echo 'int main(void) { return 0; }' | gcc -x c -o @dir@/out - && @dir@/out"]),
    silent("many short processes", ["sh", "-c", "for i in 1 2 3 4 5 6 7 8 9 10; do /bin/true; done"]),
    silent("strace inside the tree", ["strace", "-f", "-o", "/dev/null", "true"]),
    silent("interactive date and locale", ["sh", "-c", "date > /dev/null; locale > /dev/null"]),
]
