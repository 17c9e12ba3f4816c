// tracer/datagram_receive.cpp - Source: recv(2) (MSG_PEEK, MSG_TRUNC), socket(7) (SO_RCVTIMEO).
#include "tracer/datagram_receive.h"

#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <algorithm>

namespace bigfoot {
namespace {

constexpr int kTellable = MSG_TRUNC | MSG_EOR | MSG_OOB;  // of the flags that recvmsg gives back

/// What recv would return.
OsResult<std::size_t> receive_one(Tid tid, const ReceiveCall& call, const RemoteMessage& message) {
  std::string data(message.capacity(), '\0');
  sockaddr_storage source{};
  iovec part{data.data(), data.size()};
  msghdr header{};
  header.msg_name = &source;
  header.msg_namelen = sizeof source;
  header.msg_iov = &part;
  header.msg_iovlen = 1;
  const ssize_t whole =
      ::recvmsg(call.socket.fd->get(), &header, (call.flags & MSG_PEEK) | MSG_DONTWAIT | MSG_TRUNC);
  if (whole < 0) return os_error("recvmsg");
  const auto size = static_cast<std::size_t>(whole);
  data.resize(std::min(data.size(), size));
  const std::string raw(reinterpret_cast<const char*>(&source), header.msg_namelen);
  const std::string from = call.world->flows.asked_of(call.socket.inode, raw).value_or(raw);
  if (const auto done = scatter(tid, message, data); !done) return std::unexpected(done.error());
  const auto done = finish_received(tid, message, from, header.msg_flags & kTellable, data.size());
  if (!done) return std::unexpected(done.error());
  return (call.flags & MSG_TRUNC) != 0 ? size : data.size();
}

// False: nothing is there.
bool attempt(Notification& notification, const ReceiveCall& call) {
  if (!notification.alive()) return true;
  std::size_t count = 0;
  std::size_t bytes = 0;
  for (; count < call.messages.size(); ++count) {
    const OsResult<std::size_t> received = receive_one(notification.tid(), call, call.messages[count]);
    if (!received) {
      if (count > 0) break;
      if (received.error().code == EAGAIN) return false;
      static_cast<void>(std::move(notification).fail(Errno{received.error().code}));
      return true;
    }
    bytes = *received;
  }
  static_cast<void>(std::move(notification).succeed(static_cast<std::int64_t>(call.many ? count : bytes)));
  return true;
}

std::optional<std::chrono::steady_clock::time_point> deadline(int fd) {
  timeval limit{};
  socklen_t size = sizeof limit;
  if (::getsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, &size) != 0) return std::nullopt;
  if (limit.tv_sec == 0 && limit.tv_usec == 0) return std::nullopt;
  return std::chrono::steady_clock::now() + std::chrono::seconds(limit.tv_sec) +
         std::chrono::microseconds(limit.tv_usec);
}

}  // namespace

void receive_datagrams(Notification notification, ReceiveCall call) {
  if (attempt(notification, call)) return;
  const int fd = call.socket.fd->get();
  if ((::fcntl(fd, F_GETFL) & O_NONBLOCK) != 0 || (call.flags & MSG_DONTWAIT) != 0) {
    static_cast<void>(std::move(notification).fail(Errno{EAGAIN}));
    return;
  }
  UniqueFd own(::fcntl(fd, F_DUPFD_CLOEXEC, 0));
  SocketWorld& world = *call.world;
  world.waiting.add({std::move(notification), std::move(own), EPOLLIN, deadline(fd),
                     [call = std::move(call)](Notification& waiting) { return attempt(waiting, call); }});
}

}  // namespace bigfoot
