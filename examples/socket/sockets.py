# examples/socket/sockets.py - A TCP conversation, a metric by UDP, a database that refuses, an agent behind a unix socket.
import socket

with socket.create_connection(("api.example.com", 80)) as api:
    api.sendall(b"GET / HTTP/1.1\r\n")
    api.sendall(b"Host: api.example.com\r\n\r\n")
    print(api.recv(100))

with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as statsd:
    statsd.sendto(b"checkout.latency:17|ms", ("127.0.0.1", 8125))

try:
    socket.create_connection(("db-replica.internal", 5432))
except ConnectionRefusedError as refused:
    print(refused.strerror)

with socket.socket(socket.AF_UNIX) as agent:
    agent.connect("/run/agent.sock")
    agent.sendall(b"\0\0\0\5hello")
    print(agent.recv(100))
    print(agent.recv(1) or "the agent hung up")  # a unix socket knows no RST: the reader sees the end
