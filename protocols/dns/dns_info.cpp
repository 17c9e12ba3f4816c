// protocols/dns/dns_info.cpp - The row of `dns`. Source: spec-format.md, sections 3 and 4.8.
#include "protocols/dns/dns.h"

namespace bigfoot {
namespace {

// A row of a call: name, help, identity, must_assert.
constexpr FieldInfo kCall[] = {
    {"name", "lower case, no trailing dot", true, true},
    {"type", "A, AAAA, MX...; an entry that gives none means A and AAAA", true, true},
};
constexpr FieldInfo kReply[] = {
    {"records", "array of texts: addresses, or what the type needs: \"10 mail.example.com\""},
    {"rcode", "NOERROR, NXDOMAIN, SERVFAIL, REFUSED, FORMERR or NOTIMP"},
    {"ttl", "seconds, 60 where none is given"},
};

}  // namespace

constinit const ProtocolInfo kDnsInfo = {
    "dns", "DNS questions of stub resolvers, UDP and TCP", "RFC 1035, RFC 6891", kCall, kReply, true};

}  // namespace bigfoot
