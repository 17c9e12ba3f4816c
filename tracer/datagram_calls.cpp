// tracer/datagram_calls.cpp - From the system calls to messages; what needs no look goes on at once.
#include "tracer/datagram_calls.h"

#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>

#include "tracer/datagram_receive.h"
#include "tracer/datagram_send.h"
#include "tracer/proc.h"
#include "tracer/remote_memory.h"

namespace bigfoot {
namespace {

void let_through(Notification notification) { static_cast<void>(std::move(notification).let_through()); }

RemoteFd fd_argument(const Notification& notification) {
  return static_cast<RemoteFd>(static_cast<int>(notification.argument(0)));
}

bool has_name(const RemoteMessage& message) { return message.name != 0 && message.name_length != 0; }

}  // namespace

void DatagramCalls::connect(Notification notification, const Identity& who, TargetSocket socket,
                            std::string asked, SocketAddress to) {
  const Tid tid = who.caller.tid;
  const auto* inet = std::get_if<InetAddress>(&to);
  // Port 0: glibc's address sorting only wants to know the way (RFC 6724).
  const bool no_peer = inet != nullptr && inet->port == 0;
  OwnBinds& binds = world_->binds;
  if (no_peer || (!binds.none() && binds.receives(made_canonical(tid, to), false))) {
    dissolve(*world_, socket);
    return let_through(std::move(notification));
  }
  if (!notification.alive()) return;
  SocketAddress absolute = made_absolute(tid, to);
  if (const auto flow = world_->flows.find(socket.inode, absolute)) {
    return connect_flow(std::move(notification), *world_, socket, *flow);
  }
  const bool missing = is_missing(tid, absolute);
  SocketCalls::ask(world_->delivery,
                   std::make_unique<DatagramConnect>(std::move(notification), who.caller, std::move(absolute),
                                                     missing, std::move(socket), std::move(asked), world_));
}

void DatagramCalls::send(Notification notification, std::vector<RemoteMessage> messages, int flags,
                         bool many) {
  if (std::none_of(messages.begin(), messages.end(), has_name)) return let_through(std::move(notification));
  const std::optional<Identity> who = world_->processes.identify(notification.tid());
  if (!who) return;
  OsResult<TargetSocket> socket = world_->access.take(*who, fd_argument(notification));
  if (!socket) return SocketCalls::out_of_reach(*world_, std::move(notification), *who, socket.error());
  const bool stream = socket->type == SOCK_STREAM || socket->type == SOCK_SEQPACKET;
  // Data with the first packet: clients fall back to connect.
  if (stream && (flags & MSG_FASTOPEN) != 0) {
    static_cast<void>(std::move(notification).fail(Errno{EOPNOTSUPP}));
    return;
  }
  const bool ours = socket->domain == AF_INET || socket->domain == AF_INET6 || socket->domain == AF_UNIX;
  if (!ours || socket->type != SOCK_DGRAM) return let_through(std::move(notification));
  send_datagrams(std::move(notification),
                 SendCall{world_, who->caller, std::move(*socket), flags, many, std::move(messages), 0});
}

void DatagramCalls::sendto(Notification notification) {
  const Tid tid = notification.tid();
  const auto family = RemoteMemory(tid).read(RemotePtr<sa_family_t>{notification.argument(4)});
  if (!family) return let_through(std::move(notification));
  if (*family == AF_NETLINK) {
    const bool misleading = address_guess_.must_fail(tid, fd_argument(notification), notification.argument(1),
                                                     notification.argument(2));
    if (!misleading) return let_through(std::move(notification));
    static_cast<void>(std::move(notification).fail(Errno{EAFNOSUPPORT}));
    return;
  }
  RemoteMessage message = to_message(notification.argument(1), notification.argument(2),
                                     notification.argument(4), notification.argument(5));
  const int flags = static_cast<int>(notification.argument(3));
  send(std::move(notification), {std::move(message)}, flags, false);
}

void DatagramCalls::sendmsg(Notification notification) {
  OsResult<RemoteMessage> message = read_message(notification.tid(), notification.argument(1));
  if (!message || !has_name(*message)) return let_through(std::move(notification));
  const auto family = RemoteMemory(notification.tid()).read(RemotePtr<sa_family_t>{message->name});
  if (!family || *family == AF_NETLINK) return let_through(std::move(notification));
  const int flags = static_cast<int>(notification.argument(2));
  send(std::move(notification), {std::move(*message)}, flags, false);
}

void DatagramCalls::sendmmsg(Notification notification) {
  OsResult<std::vector<RemoteMessage>> messages =
      read_messages(notification.tid(), notification.argument(1), notification.argument(2));
  if (!messages) return let_through(std::move(notification));
  const int flags = static_cast<int>(notification.argument(3));
  send(std::move(notification), std::move(*messages), flags, true);
}

void DatagramCalls::receive(Notification notification, std::vector<RemoteMessage> messages, int flags,
                            bool many) {
  const bool asks_source = std::any_of(messages.begin(), messages.end(), has_name);
  if (!asks_source || (flags & (MSG_ERRQUEUE | MSG_OOB)) != 0) return let_through(std::move(notification));
  const std::optional<SocketInode> inode = socket_inode(notification.tid(), fd_argument(notification));
  if (!inode || !world_->flows.knows(*inode)) return let_through(std::move(notification));
  const std::optional<Identity> who = world_->processes.identify(notification.tid());
  if (!who) return;
  OsResult<TargetSocket> socket = world_->access.take(*who, fd_argument(notification));
  if (!socket) return let_through(std::move(notification));
  receive_datagrams(std::move(notification),
                    ReceiveCall{world_, std::move(*socket), flags, many, std::move(messages)});
}

void DatagramCalls::recvfrom(Notification notification) {
  if (world_->flows.none()) return let_through(std::move(notification));
  RemoteMessage message =
      to_message(notification.argument(1), notification.argument(2), notification.argument(4), 0);
  message.name_length_at = notification.argument(5);
  const auto room = RemoteMemory(notification.tid()).read(RemotePtr<std::uint32_t>{message.name_length_at});
  if (!room) return let_through(std::move(notification));
  message.name_length = *room;
  const int flags = static_cast<int>(notification.argument(3));
  receive(std::move(notification), {std::move(message)}, flags, false);
}

void DatagramCalls::recvmsg(Notification notification) {
  if (world_->flows.none()) return let_through(std::move(notification));
  OsResult<RemoteMessage> message = read_message(notification.tid(), notification.argument(1));
  if (!message) return let_through(std::move(notification));
  const int flags = static_cast<int>(notification.argument(2));
  receive(std::move(notification), {std::move(*message)}, flags, false);
}

void DatagramCalls::recvmmsg(Notification notification) {
  if (world_->flows.none()) return let_through(std::move(notification));
  OsResult<std::vector<RemoteMessage>> messages =
      read_messages(notification.tid(), notification.argument(1), notification.argument(2));
  if (!messages) return let_through(std::move(notification));
  const int flags = static_cast<int>(notification.argument(3));
  receive(std::move(notification), std::move(*messages), flags, true);
}

}  // namespace bigfoot
