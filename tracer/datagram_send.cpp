// tracer/datagram_send.cpp - Sends on the target's open file description towards our sockets.
// Source: sendmmsg(2) (a partial result is a count), udp(7) (UDP_SEGMENT), unix(7).
#include "tracer/datagram_send.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <cstring>

#include "tracer/remote_memory.h"

#ifndef UDP_SEGMENT
#define UDP_SEGMENT 103  // linux/udp.h
#endif

namespace bigfoot {
namespace {

// SCM_RIGHTS with these files; empty where there are none. (What new gives is aligned for a cmsghdr.)
std::vector<char> control_message(const std::vector<UniqueFd>& files) {
  if (files.empty()) return {};
  const std::size_t size = files.size() * sizeof(int);
  std::vector<char> out(CMSG_SPACE(size));
  cmsghdr rights{};
  rights.cmsg_level = SOL_SOCKET;
  rights.cmsg_type = SCM_RIGHTS;
  rights.cmsg_len = CMSG_LEN(size);
  std::memcpy(out.data(), &rights, sizeof rights);
  for (std::size_t i = 0; i < files.size(); ++i) {
    const int number = files[i].get();
    std::memcpy(out.data() + CMSG_LEN(0) + i * sizeof number, &number, sizeof number);
  }
  return out;
}

// Bytes sent, to the address given (none: the connected peer).
OsResult<std::size_t> send_one(Tid tid, const SendCall& call, const RemoteMessage& message,
                               const std::string& name) {
  OsResult<std::string> data = gather(tid, message);
  if (!data) return std::unexpected(data.error());
  iovec part{data->data(), data->size()};
  msghdr header{};
  header.msg_iov = &part;
  header.msg_iovlen = 1;
  header.msg_name = name.empty() ? nullptr : const_cast<char*>(name.data());
  header.msg_namelen = static_cast<socklen_t>(name.size());
  const std::vector<UniqueFd> files = call.socket.domain == AF_UNIX ? passed_files(tid, message) : std::vector<UniqueFd>();
  std::vector<char> rights = control_message(files);
  if (!rights.empty()) {
    header.msg_control = rights.data();
    header.msg_controllen = rights.size();
  }
  alignas(cmsghdr) char room[CMSG_SPACE(sizeof(std::uint16_t))] = {};
  if (const std::uint16_t size = segment_size(tid, message)) {  // QUIC sends many datagrams in one buffer
    header.msg_control = room;
    header.msg_controllen = sizeof room;
    cmsghdr* segment = CMSG_FIRSTHDR(&header);
    segment->cmsg_level = IPPROTO_UDP;
    segment->cmsg_type = UDP_SEGMENT;
    segment->cmsg_len = CMSG_LEN(sizeof size);
    std::memcpy(CMSG_DATA(segment), &size, sizeof size);
  }
  const ssize_t done =
      ::sendmsg(call.socket.fd->get(), &header, (call.flags & ~MSG_OOB) | MSG_DONTWAIT | MSG_NOSIGNAL);
  if (done < 0) return os_error("sendmsg");
  return static_cast<std::size_t>(done);
}

bool may_wait(const SendCall& call) {
  const int flags = ::fcntl(call.socket.fd->get(), F_GETFL);
  return (flags & O_NONBLOCK) == 0 && (call.flags & MSG_DONTWAIT) == 0;
}

void finish(Notification notification, const SendCall& call, std::size_t bytes) {
  const std::size_t value = call.many ? call.sent : bytes;
  static_cast<void>(std::move(notification).succeed(static_cast<std::int64_t>(value)));
}

void wait_for_room(Notification notification, SendCall call) {
  UniqueFd own(::fcntl(call.socket.fd->get(), F_DUPFD_CLOEXEC, 0));
  SocketWorld& world = *call.world;
  world.waiting.add({std::move(notification), std::move(own), EPOLLOUT, std::nullopt,
                     [call = std::move(call)](Notification& waiting) mutable {
                       // A full receiver of a unix datagram socket does not show in EPOLLOUT of an
                       // unconnected one.
                       RemoteMessage& message = call.messages[call.sent];
                       const std::optional<std::string> asked =
                           message.name == 0
                               ? std::string()
                               : read_sockaddr(waiting.tid(), message.name, message.name_length);
                       if (!asked || !waiting.alive()) return true;
                       const SocketAddress to = made_absolute(
                           waiting.tid(), to_address(asked->data(), static_cast<socklen_t>(asked->size())));
                       const auto flow = call.world->flows.find(call.socket.inode, to);
                       const OsResult<std::size_t> sent =
                           send_one(waiting.tid(), call, message, flow ? flow->target : *asked);
                       if (!sent && sent.error().code == EAGAIN) return false;
                       if (!sent) {
                         static_cast<void>(std::move(waiting).fail(Errno{sent.error().code}));
                         return true;
                       }
                       ++call.sent;
                       finish(std::move(waiting), call, *sent);
                       return true;
                     }});
}

// Where the next message goes: known (the bytes of the sockaddr to use), or to be asked for.
struct Way {
  bool known = false;
  bool internal = false;
  std::string name;
  std::string asked;
  SocketAddress to;
  std::optional<DatagramFlows::Flow> flow;
};

std::optional<Way> way_of(Tid tid, const SendCall& call, const RemoteMessage& message) {
  Way way;
  way.known = true;
  if (message.name == 0 || message.name_length == 0) return way;
  std::optional<std::string> asked = read_sockaddr(tid, message.name, message.name_length);
  if (!asked) return std::nullopt;
  const SocketAddress address = to_address(asked->data(), static_cast<socklen_t>(asked->size()));
  way.to = made_absolute(tid, address);
  way.name = way.asked = *asked;
  way.flow = call.world->flows.find(call.socket.inode, way.to);
  if (way.flow) {
    way.name = way.flow->target;
    return way;
  }
  OwnBinds& binds = call.world->binds;
  const auto* inet = std::get_if<InetAddress>(&address);
  way.internal = (inet != nullptr && inet->port == 0) || std::holds_alternative<OtherAddress>(address) ||
                 (!binds.none() && binds.receives(made_canonical(tid, address), false));
  way.known = way.internal;
  return way;
}

}  // namespace

void send_datagrams(Notification notification, SendCall call) {
  const Tid tid = notification.tid();
  std::size_t bytes = 0;
  for (; call.sent < call.messages.size(); ++call.sent) {
    const RemoteMessage& message = call.messages[call.sent];
    std::optional<Way> way = way_of(tid, call, message);
    if (!way || (way->internal && !call.many)) {  // EFAULT, EINVAL, or the tree's own affair
      if (call.sent > 0) break;
      static_cast<void>(std::move(notification).let_through());
      return;
    }
    if (!notification.alive()) return;
    if (!way->known) {
      if (call.sent > 0) break;  // the caller goes on with the rest, and it is asked about then
      Delivery& delivery = call.world->delivery;
      const bool missing = is_missing(tid, way->to);
      SocketCalls::ask(delivery, std::make_unique<DatagramSend>(std::move(notification), way->to, missing,
                                                                std::move(way->asked), std::move(call)));
      return;
    }
    if (way->flow) {
      const OsResult<void> settled = call.world->flows.settle_port(call.socket, *way->flow);
      if (!settled) {
        if (call.sent > 0) break;
        static_cast<void>(std::move(notification).fail(Errno{settled.error().code}));
        return;
      }
    }
    const OsResult<std::size_t> sent = send_one(tid, call, message, way->name);
    if (!sent && call.sent > 0) break;
    if (!sent && sent.error().code == EAGAIN && may_wait(call)) {
      wait_for_room(std::move(notification), std::move(call));
      return;
    }
    if (!sent) {
      static_cast<void>(std::move(notification).fail(Errno{sent.error().code}));
      return;
    }
    bytes = *sent;
    const auto count = static_cast<std::uint32_t>(bytes);
    if (call.many) static_cast<void>(RemoteMemory(tid).write(message.count_at, &count, sizeof count));
  }
  finish(std::move(notification), call, bytes);
}

void connect_flow(Notification notification, SocketWorld& world, const TargetSocket& socket,
                  const DatagramFlows::Flow& flow) {
  const OsResult<void> settled = world.flows.settle_port(socket, flow);
  if (!settled) {
    static_cast<void>(std::move(notification).fail(Errno{settled.error().code}));
    return;
  }
  const auto* to = reinterpret_cast<const sockaddr*>(flow.target.data());
  if (::connect(socket.fd->get(), to, static_cast<socklen_t>(flow.target.size())) != 0) {
    static_cast<void>(std::move(notification).fail(Errno{errno}));
    return;
  }
  world.redirects.add(socket.inode, {flow.peer_name, false, notification.tid(), {}, 0, true});
  static_cast<void>(std::move(notification).succeed(0));
}

void dissolve(SocketWorld& world, const TargetSocket& socket) {
  if (!world.redirects.find(socket.inode)) return;
  world.redirects.forget(socket.inode);
  sockaddr nobody{};
  nobody.sa_family = AF_UNSPEC;
  ::connect(socket.fd->get(), &nobody, sizeof nobody);
}

void DatagramConnect::let_through() {
  dissolve(*world_, socket_);
  static_cast<void>(std::move(notification_).let_through());
}

OsResult<UniqueFd> DatagramConnect::redirect() {
  fail(Errno{EOPNOTSUPP});
  return std::unexpected(OsError{"connect", EOPNOTSUPP});
}

OsResult<void> DatagramConnect::redirect_datagrams() {
  if (!notification_.alive()) return std::unexpected(OsError{"ioctl", ESRCH});
  const OsResult<DatagramFlows::Flow> flow =
      world_->flows.open(socket_, caller(), to(), as_peer_name(asked_));
  if (!flow) {
    fail(Errno{flow.error().code});
    return std::unexpected(flow.error());
  }
  connect_flow(std::move(notification_), *world_, socket_, *flow);
  return {};
}

void DatagramSend::let_through() {
  if (!call_.many) {
    static_cast<void>(std::move(notification_).let_through());
    return;
  }
  // The other messages may go elsewhere: only this one is allowed, and the caller goes on with the rest.
  const OsResult<std::size_t> sent = send_one(notification_.tid(), call_, call_.messages[call_.sent], asked_);
  if (!sent) return fail(Errno{sent.error().code});
  const auto count = static_cast<std::uint32_t>(*sent);
  const std::uint64_t at = call_.messages[call_.sent].count_at;
  static_cast<void>(RemoteMemory(notification_.tid()).write(at, &count, sizeof count));
  ++call_.sent;
  finish(std::move(notification_), call_, *sent);
}

OsResult<UniqueFd> DatagramSend::redirect() {
  fail(Errno{EOPNOTSUPP});
  return std::unexpected(OsError{"sendto", EOPNOTSUPP});
}

OsResult<void> DatagramSend::redirect_datagrams() {
  if (!notification_.alive()) return std::unexpected(OsError{"ioctl", ESRCH});
  const OsResult<DatagramFlows::Flow> flow =
      call_.world->flows.open(call_.socket, caller(), to(), as_peer_name(asked_));
  if (!flow) {
    fail(Errno{flow.error().code});
    return std::unexpected(flow.error());
  }
  send_datagrams(std::move(notification_), std::move(call_));
  return {};
}

}  // namespace bigfoot
