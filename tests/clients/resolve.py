# tests/clients/resolve.py - Lookups with Python: resolve.py getaddrinfo|gethostbyname|dnspython NAME... ; a name for dnspython may
# be "MX:example.com". Prints a line for each.
import socket
import sys

way = sys.argv[1]
for name in sys.argv[2:]:
    try:
        if way == "getaddrinfo":
            print(name, *sorted({found[4][0] for found in socket.getaddrinfo(name, 80, type=socket.SOCK_STREAM)}))
        elif way == "gethostbyname":
            print(name, socket.gethostbyname(name))
        else:
            import dns.resolver
            kind, _, asked = name.rpartition(":")
            resolver = dns.resolver.Resolver()
            resolver.lifetime = 6
            print(name, *sorted(record.to_text() for record in resolver.resolve(asked, kind or "A")))
    except socket.gaierror as failed:
        print(name, "EAI", {socket.EAI_NONAME: "NONAME", socket.EAI_AGAIN: "AGAIN"}.get(failed.errno, failed.errno))
    except Exception as failed:  # dnspython's own types, imported above only when they are wanted
        print(name, type(failed).__name__)
