// tracer/datagram_calls.h - Datagram sockets: connect, sends to an address, receives that tell a source.
// Source: kernel-notes.md, "DNS"; udp(7), send(2), recv(2), sendmmsg(2), recvmmsg(2).
#pragma once

#include <memory>
#include <string>

#include "tracer/netlink.h"
#include "tracer/socket_access.h"
#include "tracer/supervisor.h"

namespace bigfoot {

struct SocketWorld;

class DatagramCalls {
 public:
  explicit DatagramCalls(std::shared_ptr<SocketWorld> world) : world_(std::move(world)) {}
  void connect(Notification notification, const Identity& who, TargetSocket socket, std::string asked,
               SocketAddress to);
  void sendto(Notification notification);
  void sendmsg(Notification notification);
  void sendmmsg(Notification notification);
  void recvfrom(Notification notification);
  void recvmsg(Notification notification);
  void recvmmsg(Notification notification);

 private:
  void send(Notification notification, std::vector<struct RemoteMessage> messages, int flags, bool many);
  void receive(Notification notification, std::vector<struct RemoteMessage> messages, int flags, bool many);

  std::shared_ptr<SocketWorld> world_;
  AddressGuess address_guess_;
};

}  // namespace bigfoot
