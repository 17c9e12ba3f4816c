// tracer/stream_connect.cpp - The redirect of a stream: connect on the target's description, then its answer.
#include "tracer/stream_connect.h"

namespace bigfoot {
namespace {

bool goes_to_ipv4(const SocketAddress& to) {
  const auto* inet = std::get_if<InetAddress>(&to);
  return inet != nullptr && (inet->family == AF_INET || inet->is_mapped());
}

}  // namespace

void StreamConnect::let_through() {
  world_->access.forget(socket_.inode);
  socket_.fd.reset();
  static_cast<void>(std::move(notification_).let_through());
}

OsResult<UniqueFd> StreamConnect::redirect() {
  if (!notification_.alive()) return std::unexpected(OsError{"ioctl", ESRCH});
  const bool mapped = goes_to_ipv4(to());
  OsResult<Loopback::Connected> connected = world_->loopback.connect(socket_, mapped);
  if (!connected) {
    fail(Errno{connected.error().code});
    return std::unexpected(connected.error());
  }
  Redirect redirect{as_peer_name(asked_), mapped, caller().tid, std::chrono::steady_clock::now(),
                    connected->result,    true};
  world_->redirects.add(socket_.inode, redirect);
  // Before the answer: from then on the target's close must be the last one.
  world_->access.forget(socket_.inode);
  socket_.fd.reset();
  const OsResult<void> seen = connected->result == 0
                                  ? std::move(notification_).succeed(0)
                                  : std::move(notification_).fail(Errno{connected->result});
  if (!seen) {  // interrupted meanwhile: the same call comes again, and must get this answer
    redirect.delivered = false;
    world_->redirects.add(socket_.inode, std::move(redirect));
  }
  return std::move(connected->ours);
}

OsResult<void> StreamConnect::redirect_datagrams() {
  fail(Errno{EOPNOTSUPP});
  return std::unexpected(OsError{"connect", EOPNOTSUPP});
}

}  // namespace bigfoot
