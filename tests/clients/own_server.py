# tests/clients/own_server.py - A program that tests itself: an HTTP server in a thread (or in a child, with "child") and its client.
# "unix" and "udp" do the same over those sockets.
import http.server
import os
import socket
import sys
import threading
import urllib.request

way = sys.argv[1] if len(sys.argv) > 1 else "thread"


class Own(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "3")
        self.end_headers()
        self.wfile.write(b"own")

    def log_message(self, *_: object) -> None:
        pass


if way in ("thread", "child", "localhost"):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Own)
    host = "localhost" if way == "localhost" else "127.0.0.1"
    url = f"http://{host}:{server.server_port}/"
    if way == "child":
        child = os.fork()
        if child == 0:
            server.serve_forever()
    else:
        threading.Thread(target=server.serve_forever, daemon=True).start()
    for _ in range(3):
        print(urllib.request.urlopen(url).read().decode())
    if way == "child":
        os.kill(child, 9)
        os.waitpid(child, 0)
elif way == "unix":
    listener = socket.socket(socket.AF_UNIX)
    listener.bind("own.sock")
    listener.listen()
    threading.Thread(target=lambda: listener.accept()[0].sendall(b"own"), daemon=True).start()
    client = socket.socket(socket.AF_UNIX)
    client.connect("own.sock")
    print(client.recv(10).decode())
elif way == "udp":
    receiver = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    receiver.bind(("127.0.0.1", 0))
    sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sender.sendto(b"own", receiver.getsockname())
    print(receiver.recvfrom(10)[0].decode())
