# tests/clients/talk.py - Plain socket conversations: talk.py SCHEME ADDRESS STEP... where a step is "> text" (send), "< N" (receive
# up to N bytes and print them), "close", "half" (no more to send), "name" (print getpeername), "hex> 00ff" or "wait MS".
# SCHEME is tcp, tcp6, udp, udp-to (unconnected), unix, unix-dgram. An error ends it with the errno's name.
import errno
import socket
import sys
import time

scheme, address, *steps = sys.argv[1:]


def decoded(text: str) -> bytes:
    return text.encode().decode("unicode_escape").encode("latin-1")


def main() -> None:
    if scheme.startswith("unix"):
        kind = socket.SOCK_DGRAM if scheme == "unix-dgram" else socket.SOCK_STREAM
        link = socket.socket(socket.AF_UNIX, kind)
        target = "\0" + address[1:] if address.startswith("@") else address
    else:
        host, _, port = address.rpartition(":")
        family = socket.AF_INET6 if scheme == "tcp6" else socket.AF_INET
        kind = socket.SOCK_STREAM if scheme.startswith("tcp") else socket.SOCK_DGRAM
        family, kind, _, _, target = socket.getaddrinfo(host, int(port), family, kind)[0]
        link = socket.socket(family, kind)
    link.settimeout(10)
    if scheme != "udp-to":
        link.connect(target)
    for step in steps:
        verb, _, rest = step.partition(" ")
        if verb in (">", "hex>"):
            data = decoded(rest) if verb == ">" else bytes.fromhex(rest)
            if scheme == "udp-to":
                link.sendto(data, target)
            else:
                link.sendall(data)
        elif verb == "<":
            data, source = link.recvfrom(int(rest))
            from_target = scheme != "udp-to" or source == target
            print(repr(data.decode("latin-1")) + ("" if from_target else f" from {source}"))
        elif verb == "half":
            link.shutdown(socket.SHUT_WR)
        elif verb == "wait":
            time.sleep(int(rest) / 1000)
        elif verb == "name":
            print(link.getpeername() == target)
        elif verb == "close":
            link.close()
        else:
            sys.exit(f"no step {step}")


try:
    main()
except socket.timeout:
    print("timeout")
except OSError as failed:
    print(errno.errorcode.get(failed.errno, str(failed)))
