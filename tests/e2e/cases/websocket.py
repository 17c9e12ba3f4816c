# tests/e2e/cases/websocket.py - WebSocket sessions with real clients: one spec for all of them, in clear and in TLS, compressed or not; pushes, closes,
# mistakes with their whole reports.
import re

from harness import ANY, Case
from local_server import WebsocketEcho

PYTHON = "/usr/bin/python3"
URL = "ws://feed.example.com/prices?depth=5"
SAID = 'agreed on chat.v2\ngot {"price": 42000}\ngot {"ok":true,"id":"7"}\ngot binary cafe0001\ngot bye\n'
SESSION = """version = 1

[[expect]]
websocket    = "@url@"
headers      = "*"
subprotocols = ["chat.v2", "chat.v1"]
subprotocol  = "chat.v2"
@more@
steps = [
  { recv = '{"price": 42000}' },
  { send = { json = { action = "subscribe", symbol = "BTC" } } },
  { recv = { json = { ok = true, id = "7" } }, delay = "10ms" },
  { recv = { hex = "cafe0001" } },
  { send = { hex = "0001ff" } },
  { recv = "bye" },
  { close = true },
]
"""


def twin(url: str = URL, more: str = "") -> str:
    return SESSION.replace("@url@", url).replace("@more@", more)


JAVA = ["java", "-XX:TieredStopAtLevel=1", "-cp", "@built@", "WebsocketTalk"]
QUIET = {"DENO_NO_UPDATE_CHECK": "1"}
# name, command, whether it offers compression when asked
CLIENTS = [
    ("websockets", [PYTHON, "@clients@/websocket_talk.py", "websockets", "@url@"], True),
    ("websocket-client", [PYTHON, "@clients@/websocket_talk.py", "websocket-client", "@url@"], False),
    ("aiohttp", [PYTHON, "@clients@/websocket_talk.py", "aiohttp", "@url@"], True),
    ("ws of Node", ["node", "@clients@/websocket_talk.mjs", "ws", "@url@", "@npm@"], True),
    ("the WebSocket of Node", ["node", "--no-warnings", "--experimental-websocket", "@clients@/websocket_talk.mjs", "builtin", "@url@"], False),
    ("Deno", ["@npm@/@deno/linux-x64-glibc/deno", "run", "--allow-net", "@clients@/websocket_talk.mjs", "builtin", "@url@"], False),
    ("Bun", ["@npm@/@oven/bun-linux-x64/bin/bun", "@clients@/websocket_talk.mjs", "builtin", "@url@"], False),
    ("java.net.http", [*JAVA, "@url@"], False),
    ("gorilla", ["@built@/websocket_talk_go", "@url@"], True),
    ("faye-websocket", ["ruby", "@clients@/websocket_talk.rb", "@url@"], False),
    ("AnyEvent::WebSocket", ["perl", "@clients@/websocket_talk.pl", "@url@"], False),
]


def called(command: list[str], url: str, *more: str) -> list[str]:
    return [url if part == "@url@" else part for part in command] + list(more)


WSS = URL.replace("ws://", "wss://")
TWIN = [
    *(Case(f"the same session, {name}", called(command, URL), twin(), stdout=SAID, counts={"asserted": 8}, env=QUIET) for name, command, _ in CLIENTS),
    *(Case(f"wss, {name}", called(command, WSS), twin(WSS), stdout=SAID, counts={"asserted": 8}, env=QUIET) for name, command, _ in CLIENTS),
    *(Case(f"compression, {name}", called(command, URL, "--deflate"), twin(more="deflate = true"), stdout="extensions permessage-deflate\n" + SAID,
           counts={"asserted": 8}) for name, command, can_deflate in CLIENTS if can_deflate),
    *(Case(f"compression declined, {name}", called(command, URL, "--deflate"), twin(), stdout="extensions none\n" + SAID, counts={"asserted": 8})
      for name, command, can_deflate in CLIENTS if can_deflate),
    *(Case(f"compression that nobody offers, {name}", called(command, URL), twin(more="deflate = true"), stdout=SAID, counts={"asserted": 8})
      for name, command, _ in CLIENTS[1:2]),
    Case("through a proxy's tunnel, websocket-client", called(CLIENTS[1][1], URL), twin(), stdout=SAID, counts={"asserted": 8},
         env={"http_proxy": "http://proxy.corp:3128"}),
    Case("through a proxy's tunnel, gorilla", called(CLIENTS[8][1], WSS), twin(WSS), stdout=SAID, counts={"asserted": 8},
         env={"https_proxy": "http://proxy.corp:3128"}),
]

# A program of few words: each argument is sent ("hex:..." as bytes), "?" receives, "ping" pings and waits, "pause" waits, "close CODE" closes.
CHAT = """
import asyncio, sys, websockets
async def main():
    async with websockets.connect(sys.argv[1], extra_headers={"X-Api-Key": "k1"}, ping_interval=None) as socket:
        for word in sys.argv[2:]:
            if word == "?": print("got", await socket.recv())
            elif word == "ping": print("pong", (await (await socket.ping()), 1)[1])
            elif word == "pause": await asyncio.sleep(0.3)
            elif word.startswith("close "): await socket.close(int(word[6:]), "done")
            elif word.startswith("hex:"): await socket.send(bytes.fromhex(word[4:]))
            else: await socket.send(word)
try: asyncio.run(main())
except websockets.exceptions.ConnectionClosed as end: print("closed", end.rcvd.code if end.rcvd else None, end.rcvd.reason if end.rcvd else "")
except websockets.exceptions.InvalidStatusCode as refusal: print("refused", refusal.status_code)
except OSError as error: print(type(error).__name__)
"""
ROOM = "ws://chat.example.com/room"


def chat(*words: str, url: str = ROOM) -> list[str]:
    return [PYTHON, "-c", CHAT, url, *words]


def entry(*steps: str, more: str = 'headers = { x-api-key = "k1" }\n', url: str = ROOM) -> str:
    lines = "steps = [\n" + "".join(f"  {step},\n" for step in steps) + "]\n" if steps else ""
    return f'[[expect]]\nid = "chat"\nwebsocket = "{url}"\n{more}{lines}'


def spec(*entries: str) -> str:
    return "version = 1\n" + "".join(entries)


HELLO, WELCOME, CLOSE = '{ send = "hello" }', '{ recv = "welcome" }', "{ close = 1000 }"
GREEN = [
    Case("a capture comes back", chat('{"id": 5}', "?"), spec(entry('{ send = { json = { id = "{{id:int}}" } } }', '{ recv = { json = { echo = "{{id}}" } } }', CLOSE)),
         stdout='got {"echo":5}\n'),
    Case("two sessions, one after the other", ["sh", "-c", f'"$0" -c "$1" {ROOM} hello "?"; "$0" -c "$1" {ROOM} again "?"', PYTHON, CHAT],
         spec(entry(HELLO, WELCOME), entry('{ send = "again" }', '{ recv = "welcome back" }').replace('id = "chat"\n', "")), stdout="got welcome\ngot welcome back\n"),
    Case("a session three times", ["sh", "-c", f'for i in 1 2 3; do "$0" -c "$1" {ROOM} hello "?"; done', PYTHON, CHAT],
         spec(entry(HELLO, WELCOME, CLOSE, more='headers = "*"\ntimes = 3\n')), stdout="got welcome\n" * 3),
    Case("a ping needs no step", chat("ping", "hello", "?"), spec(entry(HELLO, WELCOME)), stdout="pong 1\ngot welcome\n"),
    Case("a ping may have one", chat("ping", "hello", "?"), spec(entry('{ ping = "*" }', HELLO, WELCOME)), stdout="pong 1\ngot welcome\n", counts={"asserted": 4}),
    Case("the server pings", chat("?"), spec(entry('{ recv = { ping = "beat" } }', '{ pong = "beat" }', WELCOME)), stdout="got welcome\n"),
    Case("the server closes", chat("hello", "?", "?"), spec(entry(HELLO, WELCOME, '{ recv = { close = 1001, reason = "going away" } }')),
         stdout="got welcome\nclosed 1001 going away\n"),
    Case("a push in its own time", chat("hello", "?", "?"), spec(entry(HELLO, WELCOME, '{ recv = "later", delay = "300ms" }')), stdout="got welcome\ngot later\n"),
    Case("a close with code and reason", chat("close 3001"), spec(entry('{ close = 3001, reason = "done" }')), stdout=""),
    Case("either kind of message", chat("hex:68656c6c6f", "?"), spec(entry('{ send = "hello", binary = "*" }', '{ recv = "welcome", binary = true }')),
         stdout="got b'welcome'\n"),
    Case("a refused handshake", chat(), spec(entry(more='headers = "*"\nreply = { status = 403, text = "no" }\n')), stdout="refused 403\n"),
    Case("no connection", chat(), spec(entry(more='reply = { errno = "ECONNREFUSED" }\n')), stdout="ConnectionRefusedError\n"),
    Case("reset in the middle", chat("hello", "?", "?"), spec(entry(HELLO, WELCOME, '{ fault = "reset" }')), stdout="got welcome\nclosed None \n"),
    Case("http on the same host", ["sh", "-c", f'curl -sS http://chat.example.com/room; "$0" -c "$1" {ROOM} hello "?"', PYTHON, CHAT],
         spec('[[expect]]\nhttp = "GET http://chat.example.com/room"\nheaders = "*"\nreply = { text = "a page\\n" }\n', entry(HELLO, WELCOME)),
         stdout="a page\ngot welcome\n"),
    Case("an http entry may have the handshake", chat(), spec('[[expect]]\nhttp = "GET http://chat.example.com/room"\nheaders = "*"\nreply = { status = 418 }\n'),
         stdout="refused 418\n"),
    Case("curl --include", ["curl", "-sS", "--include", "-N", "-H", "Connection: Upgrade", "-H", "Upgrade: websocket", "-H", "Sec-WebSocket-Version: 13",
                            "-H", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "http://chat.example.com/room"],
         spec(entry(WELCOME, '{ fault = "close" }', more="")),
         stdout="HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n"
                "\x81\x07welcome".encode("latin-1").decode(errors="replace")),
]

# The page is printed when it is loaded, and its image comes when the session is over.
PAGE = """<!doctype html><img id="wait" src="http://feed.example.com/wait"><p id="said"></p><script>
const socket = new WebSocket("ws://feed.example.com/prices?depth=5", ["chat.v2", "chat.v1"]);
socket.binaryType = "arraybuffer";
let messages = 0;
const say = (text) => { said.textContent += text + ", "; };
socket.onmessage = ({ data }) => {
  say(typeof data === "string" ? data : "binary " + [...new Uint8Array(data)].map((one) => one.toString(16).padStart(2, "0")).join(""));
  messages += 1;
  if (messages === 1) socket.send(JSON.stringify({ action: "subscribe", symbol: "BTC" }));
  if (messages === 3) socket.send(new Uint8Array([0, 1, 255]));
  if (messages === 4) socket.close();
};
socket.onclose = ({ code, wasClean }) => { say(`closed ${code} ${wasClean}`); document.getElementById("wait").src = "data:image/gif;base64,R0lGODlhAQABAAAAACwAAAAAAQABAAA="; };
</script>
"""
BROWSER = [
    Case("headless chromium", ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
                               "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE feed.example.com", "--user-data-dir=@dir@/profile", "--dump-dom", "file://@dir@/page.html"],
         twin(more='any_order = "page"') + '[[expect]]\nany_order = "page"\nhttp = "GET http://feed.example.com/wait"\nheaders = "*"\nreply = { fault = "timeout" }\n',
         files={"page.html": PAGE}, report=ANY, needs=("chromium",), timeout=15, counts={"asserted": 9},
         stdout=re.compile(r'(?s).*<p id="said">\{"price": 42000\}, \{"ok":true,"id":"7"\}, binary cafe0001, bye, closed 1005 true, </p>.*')),
]
BROKEN = """
import socket, sys
with socket.create_connection(("chat.example.com", 80)) as end:
    end.sendall(b"GET /room HTTP/1.1\\r\\nHost: chat.example.com\\r\\nUpgrade: websocket\\r\\nConnection: Upgrade\\r\\nSec-WebSocket-Version: 13\\r\\n"
                b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\\r\\n\\r\\n" + bytes.fromhex(sys.argv[1]))
    got = b""
    while piece := end.recv(4096):
        got += piece
print(got.split(b"\\r\\n\\r\\n")[1])
"""
LOCAL = "ws://127.0.0.1:@port@/"
GUARDED = [
    Case("the guard lets it through", chat("hello", "?", url=LOCAL), 'version = 1\n[guard]\nwebsocket = "off"\n', stdout="got hello\n", server=WebsocketEcho,
         counts={"allowed": 1}),
    Case("the guard warns", chat("hello", "?", url=LOCAL), 'version = 1\n[guard]\nwebsocket = "warn"\n', stdout="got hello\n", server=WebsocketEcho,
         counts={"allowed": 1}, has=("was let through: no expectation names it and [guard] says \"warn\"",)),
    Case("a named one is mocked all the same", chat("hello", "?"), 'version = 1\n[guard]\nwebsocket = "off"\n' + entry(HELLO, WELCOME), stdout="got welcome\n"),
]

RED = [
    Case("a frame without a mask", [PYTHON, "-c", BROKEN, "81 02 68 69"], spec(entry(HELLO, more="")), exit=3,
         stdout="b'\\x88%\\x03\\xeaa frame of the client is not masked'\n", has=("UNDECODED  #3", "a frame of the client is not masked (byte 1)")),
    Case("text that is no UTF-8", [PYTHON, "-c", BROKEN, "81 82 00 00 00 00 ff fe"], spec(entry(HELLO, more="")), exit=3,
         stdout="b'\\x88\\x1d\\x03\\xefa text message is not UTF-8'\n", has=("UNDECODED  #3", "a text message is not UTF-8")),
    Case("another message", chat("hullo", "?"), spec(entry(HELLO, WELCOME)), exit=3, stdout="got welcome\n", report="""bigfoot-run: 1 problem · 0 of 1 expectations met · 5 interactions (2 ambient)

MISMATCH  #3  ws://chat.example.com/room: step 1 of 2 differs: send "hello"    python3 -c … pid 1 · t+N ms
   spec.toml:7 `chat`
     send   expected "hello"    got "hullo"
     1 field equal
   accept it:  send = "hullo"
"""),
    Case("one message too many", chat("hello", "?", "and more", "?"), spec(entry(HELLO, WELCOME, CLOSE)), exit=3, stdout=ANY, report="""bigfoot-run: 1 problem · 0 of 1 expectations met · 5 interactions (1 ambient)

UNEXPECTED  #5  ws://chat.example.com/room: send = "and more"    python3 -c … pid 1 · t+N ms · answered 1008
   nearest: spec.toml:2 ws://chat.example.com/room   it waits for step 3: close 1000
   played before: send "hello", recv "welcome"
   add the step:  { send = "and more" }
"""),
    Case("steps left over", chat("hello"), spec(entry(HELLO, WELCOME, '{ send = "bye" }', CLOSE)), exit=3, stdout=ANY, report="""bigfoot-run: 1 problem · 0 of 1 expectations met · 5 interactions (1 ambient)

UNUSED  spec.toml:9 ws://chat.example.com/room: step 3 of 4 never happened: send "bye"
   spec.toml:9 `chat`
   the session ended after: send "hello", recv "welcome", close 1000
"""),
    Case("the wrong moment", chat("bye"), spec(entry(HELLO, '{ send = "bye" }')), exit=3, stdout=ANY, report="""bigfoot-run: 2 problems · 0 of 1 expectations met · 4 interactions (2 ambient)

OUT-OF-STATE  #3  ws://chat.example.com/room: step 2 of 2 came too early: send "bye"    python3 -c … pid 1 · t+N ms
   spec.toml:8 `chat`
   the session waits for step 1: send "hello"

UNUSED  spec.toml:7 ws://chat.example.com/room: step 1 of 2 never happened: send "hello"
   spec.toml:7 `chat`
   the session ended after: send "bye"
"""),
    Case("a binary message", chat("hex:68656c6c6f"), spec(entry(HELLO)), exit=3, stdout=ANY, report="""bigfoot-run: 1 problem · 0 of 1 expectations met · 4 interactions (2 ambient)

MISMATCH  #3  ws://chat.example.com/room: step 1 of 1 differs: send "hello"    python3 -c … pid 1 · t+N ms
   spec.toml:7 `chat`
     binary   expected false    got true
     1 field equal
   accept it:  binary = true
"""),
    Case("another close", chat("hello", "close 3001"), spec(entry(HELLO, CLOSE)), exit=3, stdout=ANY, report="""bigfoot-run: 1 problem · 0 of 1 expectations met · 4 interactions (1 ambient)

MISMATCH  #4  ws://chat.example.com/room: step 2 of 2 differs: close 1000    python3 -c … pid 1 · t+N ms
   spec.toml:8 `chat`
     close   expected 1000    got 3001
   played before: send "hello"
   accept it:  close = 3001
"""),
    Case("a header that nobody mentions", chat("hello"), spec(entry(HELLO, more="")), exit=3, stdout=ANY, report="""bigfoot-run: 1 problem · 0 of 1 expectations met · 4 interactions (2 ambient)

UNASSERTED  #2  ws://chat.example.com/room: headers not asserted    python3 -c … pid 1 · t+N ms
   spec.toml:2 `chat`
     headers.x-api-key   expected (not mentioned)    got "k1"
     1 field equal
   add:  headers = { x-api-key = "k1", "*" = "*" }
"""),
    Case("another path", chat(url="ws://chat.example.com/rooms?a=1"), spec(entry(HELLO)), exit=3, stdout="refused 501\n", report="""bigfoot-run: 2 problems · 0 of 1 expectations met · 2 interactions (1 ambient)

UNEXPECTED  #2  ws://chat.example.com/rooms?a=1    python3 -c … pid 1 · t+N ms · answered 501
   nearest: spec.toml:2 ws://chat.example.com/room   path differs at "s"
   add:
     [[expect]]
     websocket = "ws://chat.example.com/rooms?a=1"
     headers   = { x-api-key = "k1", "*" = "*" }

UNUSED  spec.toml:2 ws://chat.example.com/room never happened
   spec.toml:2 `chat`
"""),
    Case("no entry at all", chat(), spec(), exit=3, stdout="refused 501\n", report="""bigfoot-run: 1 problem · 2 interactions (1 ambient)

UNEXPECTED  #2  ws://chat.example.com/room    python3 -c … pid 1 · t+N ms · answered 501
   add:
     [[expect]]
     websocket = "ws://chat.example.com/room"
     headers   = { x-api-key = "k1", "*" = "*" }
"""),
    Case("a subprotocol that is not offered", chat("hello"), spec(entry(HELLO, more='headers = "*"\nsubprotocol = "chat"\n')), exit=3, stdout=ANY, report="""bigfoot-run: 1 problem · 0 of 1 expectations met · 4 interactions (2 ambient)

MISMATCH  #2  ws://chat.example.com/room    python3 -c … pid 1 · t+N ms
   spec.toml:2 `chat`
     subprotocols   expected "chat"    got (none)
     2 fields equal
   accept it:  subprotocols = []
"""),
]

CASES = [*TWIN, *GREEN, *GUARDED, *BROWSER, *RED]
