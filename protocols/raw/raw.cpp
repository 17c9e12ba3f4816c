// protocols/raw/raw.cpp - The row of `socket`. Source: spec-format.md, sections 3 and 4.5.
#include "protocols/raw/raw.h"

namespace bigfoot {
namespace {

// A row of a call: name, help, identity, must_assert.
constexpr FieldInfo kCall[] = {
    {"scheme", "tcp, udp, unix (a stream) or unix-dgram", true},
    {"address", "host:port as the program knows it, or a path, \"@name\" for an abstract one", true},
    {"send", "bytes of the program; in a stream the sizes of its writes do not matter", false, true},
};
constexpr FieldInfo kReply[] = {{"recv", "bytes to the program"}};

}  // namespace

constinit const ProtocolInfo kSocketInfo = {
    "socket", "raw TCP, UDP and unix sockets", "tcp(7), udp(7), unix(7)", kCall, kReply, true};

}  // namespace bigfoot
