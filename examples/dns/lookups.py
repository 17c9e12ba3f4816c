# examples/dns/lookups.py - Looks up the addresses, the mail servers, a name that is gone, and one that answers at the second try.
import socket

import dns.resolver

addresses = {found[4][0] for found in socket.getaddrinfo("api.example.com", 443, type=socket.SOCK_STREAM)}
print(*sorted(addresses))
print(*sorted(record.to_text() for record in dns.resolver.resolve("example.com", "MX")))
try:
    dns.resolver.resolve("retired.example.com")
except dns.resolver.NXDOMAIN:
    print("retired.example.com is gone")
resolver = dns.resolver.Resolver()
resolver.timeout = 1
print(*(record.to_text() for record in resolver.resolve("flaky.example.com")))
