// tracer/datagram_calls.h - Datagram sockets: connect, sends to an address, receives that tell a source.
#pragma once

#include <memory>
#include <string>

#include "tracer/socket_access.h"
#include "tracer/supervisor.h"

namespace bigfoot {

struct SocketWorld;

class DatagramCalls {
 public:
  explicit DatagramCalls(std::shared_ptr<SocketWorld> world) : world_(std::move(world)) {}
  void connect(Notification notification, const Identity& who, TargetSocket socket, std::string asked,
               SocketAddress to);
  void disconnected(SocketInode inode);

 private:
  std::shared_ptr<SocketWorld> world_;
};

}  // namespace bigfoot
