# tests/e2e/local_server.py - Real servers on 127.0.0.1 for the cases that let calls through: outside the supervised tree, so never internal.
import http.server
import socket
import ssl
import subprocess
import tempfile
import threading
import time
from pathlib import Path


class _Quiet(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def _answer(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        body = b'{"id":"ch_real"}'
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = _answer

    def log_message(self, *_: object) -> None:
        pass


class Http:
    """Answers every request with {"id":"ch_real"}."""

    def __init__(self) -> None:
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Quiet)
        self._server.daemon_threads = True
        self.port = self._server.server_port
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()


class WebsocketEcho:
    """Sends back every message, by the ws of Node."""

    def __init__(self) -> None:
        here = Path(__file__).resolve().parent.parent
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self.port = probe.getsockname()[1]
        self._process = subprocess.Popen(["node", here / "bench/websocket.mjs", "serve", str(self.port), here.parent / "packages/clients-npm/node_modules"])
        for _ in range(400):
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                time.sleep(0.02)
        raise RuntimeError("the echo server does not listen")

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait()


class Https(Http):
    """The same over TLS, with a certificate of its own for localhost: `certificate` is its file."""

    def __init__(self) -> None:
        self._place = tempfile.TemporaryDirectory(prefix="bigfoot-https-")
        Path(self._place.name).chmod(0o755)
        self.certificate, key = f"{self._place.name}/server.txt", f"{self._place.name}/key.txt"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", "/CN=localhost",
                        "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", key, "-out", self.certificate], check=True, capture_output=True)
        super().__init__()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate, key)
        self._server.handle_error = lambda *_: None  # a client that does not trust it is the case's affair
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True, do_handshake_on_connect=False)

    def stop(self) -> None:
        super().stop()
        self._place.cleanup()


class Echo:
    """Sends back what it is sent, over TCP and, on the same port, UDP."""

    def __init__(self) -> None:
        self._tcp = socket.create_server(("127.0.0.1", 0))
        self.port = self._tcp.getsockname()[1]
        self._udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._udp.bind(("127.0.0.1", self.port))
        threading.Thread(target=self._serve_tcp, daemon=True).start()
        threading.Thread(target=self._serve_udp, daemon=True).start()

    def _serve_tcp(self) -> None:
        while True:
            try:
                connection, _ = self._tcp.accept()
            except OSError:
                return
            threading.Thread(target=self._echo, args=(connection,), daemon=True).start()

    @staticmethod
    def _echo(connection: socket.socket) -> None:
        with connection:
            while data := connection.recv(65536):
                connection.sendall(data)

    def _serve_udp(self) -> None:
        while True:
            try:
                data, source = self._udp.recvfrom(65536)
                if source is None:  # shut down
                    return
                self._udp.sendto(data, source)
            except OSError:
                return

    def stop(self) -> None:
        for each in (self._tcp, self._udp):
            try:
                each.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            each.close()
