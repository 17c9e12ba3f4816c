// tracer/loopback.cpp - connect on the target's socket, accept on ours, and the check that the two belong
// together.
#include "tracer/loopback.h"

#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstring>

namespace bigfoot {
namespace {

constexpr int kBacklog = 4096;
// On loopback the handshake is over when connect returns, unless the softirq was put off to another thread.
constexpr int kAcceptPatience = 200;  // milliseconds

InetAddress loopback4() {
  InetAddress address;
  address.bytes = {127, 0, 0, 1};
  return address;
}

InetAddress loopback6() {
  InetAddress address;
  address.family = AF_INET6;
  address.bytes[15] = 1;
  return address;
}

// 127.0.0.1 as an AF_INET6 socket says it.
InetAddress mapped(const InetAddress& v4) {
  InetAddress address;
  address.family = AF_INET6;
  address.port = v4.port;
  address.bytes[10] = address.bytes[11] = 0xff;
  std::copy_n(v4.bytes.begin(), 4, address.bytes.begin() + 12);
  return address;
}

// v4-mapped as IPv4, without the scope: for comparing both ends' view of one address.
InetAddress plain(InetAddress address) {
  address.scope_id = 0;
  if (!address.is_mapped()) return address;
  InetAddress v4;
  v4.port = address.port;
  std::copy_n(address.bytes.begin() + 12, 4, v4.bytes.begin());
  return v4;
}

SocketAddress name_of(int fd) {
  sockaddr_storage storage{};
  socklen_t length = sizeof storage;
  if (::getsockname(fd, reinterpret_cast<sockaddr*>(&storage), &length) != 0) return OtherAddress{};
  return to_address(&storage, length);
}

bool comes_from(int accepted, const SocketAddress& peer, const TargetSocket& socket) {
  const auto* inet = std::get_if<InetAddress>(&peer);
  if (inet != nullptr) {
    const SocketAddress local = name_of(socket.fd->get());
    const auto* theirs = std::get_if<InetAddress>(&local);
    return theirs != nullptr && plain(*theirs) == plain(*inet);
  }
  // A unix peer is mostly unnamed, but who called connect is known: this process.
  ucred who{};
  socklen_t size = sizeof who;
  return ::getsockopt(accepted, SOL_SOCKET, SO_PEERCRED, &who, &size) == 0 && who.pid == ::getpid();
}

}  // namespace

OsResult<const Loopback::Door*> Loopback::door(Kind kind) {
  const auto found = doors_.find(kind);
  if (found != doors_.end()) return &found->second;
  Door door;
  const bool is_unix = kind == Kind::unix_stream || kind == Kind::unix_seqpacket;
  const int domain = is_unix ? AF_UNIX : kind == Kind::inet ? AF_INET : AF_INET6;
  const int type = kind == Kind::unix_seqpacket ? SOCK_SEQPACKET : SOCK_STREAM;
  door.listener = UniqueFd(::socket(domain, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!door.listener) return os_error("socket");
  SocketAddress wanted = UnixAddress{};  // unix(7), autobind: the kernel picks an abstract name
  if (kind == Kind::inet) wanted = loopback4();
  if (kind == Kind::inet6) wanted = loopback6();
  door.length = to_sockaddr(wanted, door.address);
  const int fd = door.listener.get();
  if (::bind(fd, reinterpret_cast<sockaddr*>(&door.address), door.length) != 0) return os_error("bind");
  if (::listen(fd, kBacklog) != 0) return os_error("listen");
  door.length = sizeof door.address;
  if (::getsockname(fd, reinterpret_cast<sockaddr*>(&door.address), &door.length) != 0) {
    return os_error("getsockname");
  }
  return &doors_.emplace(kind, std::move(door)).first->second;
}

OsResult<UniqueFd> Loopback::accept_from(const Door& door, const TargetSocket& socket) {
  for (;;) {
    sockaddr_storage peer{};
    socklen_t length = sizeof peer;
    UniqueFd accepted(::accept4(door.listener.get(), reinterpret_cast<sockaddr*>(&peer), &length,
                                SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (accepted) {
      if (comes_from(accepted.get(), to_address(&peer, length), socket)) return accepted;
      continue;  // a stray: somebody outside found the listener's port
    }
    if (errno == ECONNABORTED || errno == EINTR) continue;
    if (errno != EAGAIN) return os_error("accept4");
    pollfd watched{door.listener.get(), POLLIN, 0};
    if (::poll(&watched, 1, kAcceptPatience) == 0) return std::unexpected(OsError{"accept4", ETIMEDOUT});
  }
}

OsResult<Loopback::Connected> Loopback::through(const Door& door, const sockaddr_storage& to,
                                                socklen_t length, const TargetSocket& socket) {
  Connected out;
  if (::connect(socket.fd->get(), reinterpret_cast<const sockaddr*>(&to), length) != 0) {
    if (errno != EINPROGRESS) return os_error("connect");
    out.result = EINPROGRESS;
  }
  OsResult<UniqueFd> accepted = accept_from(door, socket);
  if (!accepted) return std::unexpected(accepted.error());
  out.ours = std::move(*accepted);
  if (socket.domain != AF_UNIX) {
    const int on = 1;
    ::setsockopt(out.ours.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  }
  return out;
}

OsResult<Loopback::Connected> Loopback::connect_inet6(const TargetSocket& socket, bool is_mapped) {
  if (!is_mapped) {
    const OsResult<const Door*> own = door(Kind::inet6);
    // Without ::1 on the machine the way is ::ffff:127.0.0.1, which only V6ONLY sockets cannot go.
    if (own) return through(**own, (*own)->address, (*own)->length, socket);
  }
  const OsResult<const Door*> v4 = door(Kind::inet);
  if (!v4) return std::unexpected(v4.error());
  const SocketAddress name = to_address(&(*v4)->address, (*v4)->length);
  sockaddr_storage to{};
  const socklen_t length = to_sockaddr(mapped(std::get<InetAddress>(name)), to);
  OsResult<Connected> done = through(**v4, to, length, socket);
  if (done || !is_mapped) return done;
  // Bound to an IPv6 address of its own, say.
  const OsResult<const Door*> own = door(Kind::inet6);
  return own ? through(**own, (*own)->address, (*own)->length, socket) : std::move(done);
}

OsResult<Loopback::Connected> Loopback::connect(const TargetSocket& socket, bool is_mapped) {
  const std::lock_guard lock(mutex_);
  if (socket.domain == AF_INET6) return connect_inet6(socket, is_mapped);
  Kind kind = Kind::inet;
  if (socket.domain == AF_UNIX)
    kind = socket.type == SOCK_SEQPACKET ? Kind::unix_seqpacket : Kind::unix_stream;
  const OsResult<const Door*> own = door(kind);
  if (!own) return std::unexpected(own.error());
  return through(**own, (*own)->address, (*own)->length, socket);
}

int Loopback::connect_again(const TargetSocket& socket, bool is_mapped) {
  const std::lock_guard lock(mutex_);
  const bool v6 = socket.domain == AF_INET6 && !is_mapped && doors_.contains(Kind::inet6);
  const bool is_unix = socket.domain == AF_UNIX;
  const OsResult<const Door*> own = door(is_unix ? Kind::unix_stream : v6 ? Kind::inet6 : Kind::inet);
  if (!own) return own.error().code;
  sockaddr_storage to = (*own)->address;
  socklen_t length = (*own)->length;
  if (socket.domain == AF_INET6 && !v6) {
    length = to_sockaddr(mapped(std::get<InetAddress>(to_address(&to, length))), to);
  }
  return ::connect(socket.fd->get(), reinterpret_cast<const sockaddr*>(&to), length) == 0 ? 0 : errno;
}

bool loopback_is_up() {
  const UniqueFd any(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  ifreq request{};
  std::strcpy(request.ifr_name, "lo");
  return any && ::ioctl(any.get(), SIOCGIFFLAGS, &request) == 0 && (request.ifr_flags & IFF_UP) != 0;
}

}  // namespace bigfoot
