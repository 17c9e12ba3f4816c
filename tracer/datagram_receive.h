// tracer/datagram_receive.h - Receives that tell a source, on a redirected datagram socket. glibc's and
// musl's resolvers drop what does not seem to come from the name server (kernel-notes.md, "DNS").
#pragma once

#include <memory>
#include <vector>

#include "tracer/remote_message.h"
#include "tracer/socket_calls.h"

namespace bigfoot {

/// A recvfrom, recvmsg or recvmmsg that is done in the target's stead.
struct ReceiveCall {
  std::shared_ptr<SocketWorld> world;
  TargetSocket socket;
  int flags = 0;
  bool many = false;  ///< recvmmsg: answers the number of messages, as many as are there
  std::vector<RemoteMessage> messages;
};
/// Answers at once where a datagram is there or the socket does not block, else when one comes.
void receive_datagrams(Notification notification, ReceiveCall call);

}  // namespace bigfoot
