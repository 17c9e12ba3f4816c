// tracer/datagram_calls.cpp - See datagram_calls.h.
#include "tracer/datagram_calls.h"

#include "tracer/socket_calls.h"

namespace bigfoot {

void DatagramCalls::connect(Notification notification, const Identity&, TargetSocket, std::string,
                            SocketAddress) {
  static_cast<void>(std::move(notification).let_through());
}

void DatagramCalls::disconnected(SocketInode) {}

}  // namespace bigfoot
