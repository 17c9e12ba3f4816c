// tracer/socket_calls.cpp - What happens to each call on a socket before, and instead of, the kernel's own
// doing.
#include "tracer/socket_calls.h"

#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <chrono>
#include <cstring>

#include "tracer/datagram_calls.h"
#include "tracer/net_table.h"
#include "tracer/proc.h"
#include "tracer/remote_memory.h"
#include "tracer/stream_connect.h"
#include "tracer/target_path.h"

namespace bigfoot {
namespace {

// Kernels before 6.18 (and stable ones of that time) may restart a call that was answered quickly while a
// signal came in: a blocking connect that is seen again within this time is the same call, not a second one.
constexpr auto kRestarted = std::chrono::milliseconds(1);
// ip_unprivileged_port_start: below it a bind needs the target's own rights, so that the kernel must run it
// itself.
constexpr std::uint16_t kFirstFreePort = 1024;

void let_through(Notification notification) { static_cast<void>(std::move(notification).let_through()); }

void answer(Notification notification, int code) {
  if (code == 0) {
    static_cast<void>(std::move(notification).succeed(0));
  } else {
    static_cast<void>(std::move(notification).fail(Errno{code}));
  }
}

bool is_stream(const TargetSocket& socket) {
  return socket.type == SOCK_STREAM || socket.type == SOCK_SEQPACKET;
}

bool known_family(int family) { return family == AF_INET || family == AF_INET6 || family == AF_UNIX; }

bool is_nobodys(const OsError& error) { return error.code == EBADF || error.code == ENOTSOCK; }

SocketAddress name_of(int fd) {
  sockaddr_storage storage{};
  socklen_t length = sizeof storage;
  if (::getsockname(fd, reinterpret_cast<sockaddr*>(&storage), &length) != 0) return OtherAddress{};
  return to_address(&storage, length);
}

bool is_closed(const TargetSocket& socket) {
  if (socket.domain == AF_UNIX) return false;  // unix(7): once connected, never free for another connect
  tcp_info info{};
  socklen_t size = sizeof info;
  return ::getsockopt(socket.fd->get(), IPPROTO_TCP, TCP_INFO, &info, &size) == 0 &&
         info.tcpi_state == TCP_CLOSE;
}

RemoteFd fd_argument(const Notification& notification) {
  return static_cast<RemoteFd>(static_cast<int>(notification.argument(0)));
}

}  // namespace

std::optional<std::string> read_sockaddr(Tid tid, std::uint64_t address, std::uint64_t length) {
  const auto size = static_cast<std::uint32_t>(length);
  if (size < sizeof(sa_family_t) || size > sizeof(sockaddr_storage)) return std::nullopt;
  std::string out(size, '\0');
  if (!RemoteMemory(tid).read(address, out.data(), out.size())) return std::nullopt;
  return out;
}

OsResult<void> write_sockaddr(Tid tid, const std::string& sockaddr, std::uint64_t address,
                              std::uint64_t length_address) {
  const RemoteMemory memory(tid);
  const OsResult<std::int32_t> room = memory.read(RemotePtr<std::int32_t>{length_address});
  if (!room) return std::unexpected(room.error());
  if (*room < 0) return std::unexpected(OsError{"getpeername", EINVAL});
  const std::size_t size = std::min<std::size_t>(static_cast<std::size_t>(*room), sockaddr.size());
  if (const OsResult<void> done = memory.write(address, sockaddr.data(), size); !done) return done;
  const auto whole = static_cast<std::int32_t>(sockaddr.size());
  return memory.write(length_address, &whole, sizeof whole);
}

std::string as_peer_name(const std::string& asked) {
  const SocketAddress address = to_address(asked.data(), static_cast<socklen_t>(asked.size()));
  if (!std::holds_alternative<InetAddress>(address)) return asked;
  sockaddr_storage storage{};
  const socklen_t length = to_sockaddr(address, storage);
  return std::string(reinterpret_cast<const char*>(&storage), length);
}

bool is_missing(Tid tid, const SocketAddress& address) {
  const auto* path = std::get_if<UnixAddress>(&address);
  if (path == nullptr || path->abstract_) return false;
  const OsResult<UniqueFd> file = open_path(tid, path->path);
  return !file && file.error().code == ENOENT;
}

SocketAddress made_absolute(Tid tid, SocketAddress address) {
  auto* path = std::get_if<UnixAddress>(&address);
  if (path != nullptr && !path->abstract_) path->path = absolute_path(tid, path->path);
  return address;
}

SocketAddress made_canonical(Tid tid, SocketAddress address) {
  auto* path = std::get_if<UnixAddress>(&address);
  if (path != nullptr && !path->abstract_ && !path->path.empty()) {
    path->path = canonical_path(tid, path->path).value_or(path->path);
  }
  return address;
}

void SocketCalls::connect(Notification notification) {
  const std::optional<Identity> who = world_->processes.identify(notification.tid());
  if (!who) return;  // gone: the notification answers itself to nobody
  std::optional<std::string> asked =
      read_sockaddr(notification.tid(), notification.argument(1), notification.argument(2));
  if (!asked) return let_through(std::move(notification));
  SocketAddress to = to_address(asked->data(), static_cast<socklen_t>(asked->size()));
  const auto* other = std::get_if<OtherAddress>(&to);
  const bool disconnect = other != nullptr && other->family == AF_UNSPEC;
  if (other != nullptr && !disconnect) return let_through(std::move(notification));
  OsResult<TargetSocket> socket = world_->access.take(*who, fd_argument(notification));
  if (!socket) return out_of_reach(*world_, std::move(notification), *who, socket.error());
  if (!known_family(socket->domain)) return let_through(std::move(notification));
  if (disconnect) {
    world_->redirects.forget(socket->inode);
    return let_through(std::move(notification));
  }
  if (is_stream(*socket)) {
    return connect_stream(std::move(notification), *who, std::move(*socket), std::move(*asked),
                          std::move(to));
  }
  if (socket->type != SOCK_DGRAM) return let_through(std::move(notification));
  datagrams_.connect(std::move(notification), *who, std::move(*socket), std::move(*asked), std::move(to));
}

void SocketCalls::connect_stream(Notification notification, const Identity& who, TargetSocket socket,
                                 std::string asked, SocketAddress to) {
  const int family = reinterpret_cast<const sockaddr*>(asked.data())->sa_family;
  if (family != socket.domain)
    return let_through(std::move(notification));  // the kernel's EAFNOSUPPORT or EINVAL
  if (const std::optional<Redirect> before = world_->redirects.find(socket.inode)) {
    if (!before->delivered || !is_closed(socket)) {
      return connect_again(*world_, std::move(notification), socket, *before);
    }
  }
  if (!world_->binds.none() && world_->binds.receives(made_canonical(who.caller.tid, to), true)) {
    world_->access.forget(socket.inode);
    return let_through(std::move(notification));
  }
  if (!notification.alive()) return;
  const SocketAddress absolute = made_absolute(who.caller.tid, to);
  const bool missing = is_missing(who.caller.tid, absolute);
  ask(world_->delivery,
      std::make_unique<StreamConnect>(std::move(notification), who.caller, absolute, missing,
                                      std::move(socket), std::move(asked), world_));
}

void SocketCalls::connect_again(SocketWorld& world, Notification notification, const TargetSocket& socket,
                                const Redirect& before) {
  const auto now = std::chrono::steady_clock::now();
  const bool same_call = before.tid == notification.tid() &&
                         (!before.delivered || (before.result == 0 && now - before.answered < kRestarted));
  if (!same_call) return answer(std::move(notification), world.loopback.connect_again(socket, before.mapped));
  Redirect seen = before;
  seen.delivered = true;
  seen.answered = {};
  world.redirects.add(socket.inode, std::move(seen));
  answer(std::move(notification), before.result);
}

// Only where pidfd_getfd is forbidden: a socket that is connected already, or that was not made under our
// eyes.
void SocketCalls::out_of_reach(SocketWorld& world, Notification notification, const Identity& who,
                               const OsError& why) {
  if (is_nobodys(why)) return let_through(std::move(notification));
  const RemoteFd fd = fd_argument(notification);
  const std::optional<SocketInode> inode = socket_inode(who.caller.tid, fd);
  if (!inode) return let_through(std::move(notification));
  if (const std::optional<Redirect> before = world.redirects.find(*inode)) {
    if (!before->delivered && before->tid == who.caller.tid) {
      return connect_again(world, std::move(notification), TargetSocket{}, *before);
    }
    // The kernel answers EISCONN or EALREADY, as long as the socket is not free for a connect to the real
    // address.
    const int family = reinterpret_cast<const sockaddr*>(before->asked.data())->sa_family;
    if (family == AF_UNIX || is_in_tcp_table(who.caller.tid, *inode))
      return let_through(std::move(notification));
  }
  world.delivery.notice(who.caller.pid,
                        fmt::format("a call on a socket out of the supervisor's reach answered ECONNREFUSED "
                                    "({}; it was inherited, received or connected before)",
                                    to_text(why)));
  static_cast<void>(std::move(notification).fail(Errno{ECONNREFUSED}));
}

void SocketCalls::bind(Notification notification) {
  const std::optional<Identity> who = world_->processes.identify(notification.tid());
  if (!who) return;
  const std::optional<std::string> asked =
      read_sockaddr(notification.tid(), notification.argument(1), notification.argument(2));
  if (!asked) return let_through(std::move(notification));
  const RemoteFd fd = fd_argument(notification);
  const SocketAddress address = to_address(asked->data(), static_cast<socklen_t>(asked->size()));
  const auto* inet = std::get_if<InetAddress>(&address);
  const auto* path = std::get_if<UnixAddress>(&address);
  if (inet == nullptr && path == nullptr) return let_through(std::move(notification));
  const OsResult<TargetSocket> socket = world_->access.take(*who, fd);
  if (!socket || !known_family(socket->domain) || (!is_stream(*socket) && socket->type != SOCK_DGRAM)) {
    return let_through(std::move(notification));
  }
  OwnBinds::Bind bound{socket->inode,       made_canonical(who->caller.tid, address),
                       !is_stream(*socket), is_stream(*socket),
                       who->caller.pid,     fd};
  const bool kernel_picks = inet != nullptr ? inet->port == 0 : path->path.empty() && !path->abstract_;
  const bool free_port = inet != nullptr && inet->port >= kFirstFreePort;
  if (!notification.alive()) return;
  if (!kernel_picks && !free_port) {
    if (inet != nullptr) world_->access.sweep();
    world_->binds.add(std::move(bound));
    return let_through(std::move(notification));
  }
  const auto bind_it = [&] {
    const auto* raw = reinterpret_cast<const sockaddr*>(asked->data());
    return ::bind(socket->fd->get(), raw, static_cast<socklen_t>(asked->size())) == 0 ? 0 : errno;
  };
  int code = bind_it();
  if (code == EADDRINUSE) {  // perhaps only by a duplicate of ours of a socket that the program has closed
    world_->access.sweep();
    code = bind_it();
  }
  if (code == 0) {
    bound.address = name_of(socket->fd->get());
    world_->binds.add(std::move(bound));
  }
  answer(std::move(notification), code);
}

void SocketCalls::listen(Notification notification) {
  const std::optional<Identity> who = world_->processes.identify(notification.tid());
  if (!who) return;
  const RemoteFd fd = fd_argument(notification);
  const OsResult<TargetSocket> socket = world_->access.take(*who, fd);
  if (!socket) {
    if (const auto inode = socket_inode(who->caller.tid, fd)) world_->binds.listens(*inode);
    return let_through(std::move(notification));
  }
  if (!notification.alive()) return;
  if (socket->domain == AF_INET || socket->domain == AF_INET6) {
    const int code = ::listen(socket->fd->get(), static_cast<int>(notification.argument(1))) == 0 ? 0 : errno;
    if (code == 0) {  // without a bind before it the kernel has picked the port now
      world_->binds.add({socket->inode, name_of(socket->fd->get()), true, true, who->caller.pid, fd});
      world_->access.forget(socket->inode);
    }
    return answer(std::move(notification), code);
  }
  // A unix listener's credentials (SO_PEERCRED) are those of who calls listen: that must be the target.
  world_->binds.listens(socket->inode);
  world_->access.forget(socket->inode);
  let_through(std::move(notification));
}

void SocketCalls::getpeername(Notification notification) {
  if (world_->redirects.none()) return let_through(std::move(notification));
  const RemoteFd fd = fd_argument(notification);
  const std::optional<SocketInode> inode = socket_inode(notification.tid(), fd);
  const std::optional<Redirect> redirect = inode ? world_->redirects.find(*inode) : std::nullopt;
  if (!redirect) return let_through(std::move(notification));
  const std::optional<Identity> who = world_->processes.identify(notification.tid());
  if (!who) return;
  if (const OsResult<TargetSocket> socket = world_->access.take(*who, fd)) {
    sockaddr_storage peer{};
    socklen_t length = sizeof peer;
    if (::getpeername(socket->fd->get(), reinterpret_cast<sockaddr*>(&peer), &length) != 0) {
      return answer(std::move(notification), errno);
    }
  }
  if (!notification.alive()) return;
  const OsResult<void> written =
      write_sockaddr(notification.tid(), redirect->asked, notification.argument(1), notification.argument(2));
  answer(std::move(notification), written ? 0 : written.error().code);
}

void SocketCalls::socket(Notification notification) {
  static_cast<void>(world_->processes.identify(notification.tid()));
  world_->access.create(std::move(notification));
}

}  // namespace bigfoot
