# tests/clients/raw_http.py - Requests that no library would send on demand: raw_http.py WHAT HOST [PORT]. Prints what came back.
import gzip
import http.client
import json
import socket
import sys
import time
import zlib

what, host = sys.argv[1], sys.argv[2]
port = int(sys.argv[3]) if len(sys.argv) > 3 else 80


def dial() -> socket.socket:
    return socket.create_connection((host, port), timeout=20)


def all_of(connection: socket.socket) -> bytes:
    received = b""
    while part := connection.recv(65536):
        received += part
    return received


def shown(reply: bytes) -> str:
    """Status codes and bodies, in order, of replies that carry a Content-Length."""
    lines = []
    while reply:
        head, _, reply = reply.partition(b"\r\n\r\n")
        length = next((int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), 0)
        lines.append(f"{head.split()[1].decode()} {reply[:length].decode()}")
        reply = reply[length:]
    return "\n".join(lines)


def post(body: bytes, *headers: str) -> bytes:
    lines = ["POST /upload HTTP/1.1", f"Host: {host}", "Connection: close", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


if what == "pipeline":
    with dial() as connection:
        gets = [f"GET /{name} HTTP/1.1\r\nHost: {host}\r\n" for name in ("a", "b", "c")]
        connection.sendall(("\r\n".join(gets[:2]) + "\r\n" + gets[2] + "Connection: close\r\n\r\n").encode())
        print(shown(all_of(connection)))
elif what == "drip":  # a byte at a time
    with dial() as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for byte in post(b"drop by drop", "Content-Type: text/plain", "Content-Length: 12"):
            connection.send(bytes([byte]))
        print(shown(all_of(connection)))
elif what == "chunked":
    with dial() as connection:
        chunks = b"5\r\nhello\r\n1;name=value\r\n \r\n5\r\nworld\r\n0\r\nX-Sum: 11\r\n\r\n"
        connection.sendall(post(chunks, "Content-Type: text/plain", "Transfer-Encoding: chunked"))
        print(shown(all_of(connection)))
elif what in ("gzip", "deflate"):
    document = json.dumps({"rows": [1, 2, 3]}).encode()
    packed = gzip.compress(document) if what == "gzip" else zlib.compress(document)
    with dial() as connection:
        connection.sendall(post(packed, "Content-Type: application/json", f"Content-Encoding: {what}", f"Content-Length: {len(packed)}"))
        print(shown(all_of(connection)))
elif what == "continue":  # the body is not sent before the server asks for it
    with dial() as connection:
        connection.sendall(post(b"", "Content-Type: text/plain", "Expect: 100-continue", "Content-Length: 4"))
        print(connection.recv(1024).split(b"\r\n")[0].decode())
        connection.sendall(b"late")
        print(shown(all_of(connection)))
elif what == "keep-alive":
    connection = http.client.HTTPConnection(host, port)
    for number in range(3):
        connection.request("GET", f"/{'abc'[number]}")
        print(connection.getresponse().read().decode())
elif what == "broken":
    with dial() as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: " + host.encode() + b"\r\nContent-Length: many\r\n\r\n")
        print(all_of(connection).split(b"\r\n")[0].decode())
elif what == "half-close":  # shutdown(SHUT_WR) right after the request
    with dial() as connection:
        connection.sendall(f"GET /a HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
        connection.shutdown(socket.SHUT_WR)
        print(shown(all_of(connection)))
elif what == "upload":  # 20 MB, counted by the server side of the spec
    size = 20 * 1024 * 1024
    connection = http.client.HTTPConnection(host, port)
    connection.request("PUT", "/blob", b"x" * size, {"Content-Type": "application/octet-stream"})
    print(connection.getresponse().status)
elif what == "slow":  # how long the answer took, in tenths of a second
    started = time.monotonic()
    connection = http.client.HTTPConnection(host, port)
    connection.request("GET", "/slow")
    print(connection.getresponse().status, int((time.monotonic() - started) * 10) >= 3)
else:
    sys.exit(f"raw_http.py cannot do {what}")
