// tracer/datagram_send.h - Datagrams sent to an address, and the connect of a datagram socket.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "tracer/pending_call.h"
#include "tracer/remote_message.h"
#include "tracer/socket_calls.h"

namespace bigfoot {

/// A sendto, sendmsg or sendmmsg in progress.
struct SendCall {
  std::shared_ptr<SocketWorld> world;
  Caller caller;
  TargetSocket socket;
  int flags = 0;
  bool many = false;  ///< sendmmsg: answers the number of messages
  std::vector<RemoteMessage> messages;
  std::size_t sent = 0;
};
/// Sends what goes to known flows; asks the handler about the first other address; waits where the kernel
/// would.
void send_datagrams(Notification notification, SendCall call);
/// Connects the target's socket to its flow's socket of ours, and answers.
void connect_flow(Notification notification, SocketWorld& world, const TargetSocket& socket,
                  const DatagramFlows::Flow& flow);

/// Before a connect that the kernel runs: a socket connected to us has 127.0.0.1 as its source, which goes nowhere else.
void dissolve(SocketWorld& world, const TargetSocket& socket);

/// A connect of a datagram socket that waits for the handler's word.
class DatagramConnect : public PendingCall {
 public:
  DatagramConnect(Notification notification, Caller caller, SocketAddress to, bool missing,
                  TargetSocket socket, std::string asked, std::shared_ptr<SocketWorld> world)
      : PendingCall(std::move(notification), caller, std::move(to)),
        missing_(missing),
        socket_(std::move(socket)),
        asked_(std::move(asked)),
        world_(std::move(world)) {}
  Outgoing::Kind kind() const override { return Outgoing::Kind::datagram; }
  bool missing_path() const override { return missing_; }
  void let_through() override;
  OsResult<UniqueFd> redirect() override;
  OsResult<void> redirect_datagrams() override;

 private:
  const bool missing_;
  TargetSocket socket_;
  const std::string asked_;
  const std::shared_ptr<SocketWorld> world_;
};

/// A send that waits for the handler's word about the address of its next message.
class DatagramSend : public PendingCall {
 public:
  DatagramSend(Notification notification, SocketAddress to, bool missing, std::string asked, SendCall call)
      : PendingCall(std::move(notification), call.caller, std::move(to)),
        missing_(missing),
        asked_(std::move(asked)),
        call_(std::move(call)) {}
  Outgoing::Kind kind() const override { return Outgoing::Kind::datagram; }
  bool missing_path() const override { return missing_; }
  void let_through() override;
  OsResult<UniqueFd> redirect() override;
  OsResult<void> redirect_datagrams() override;

 private:
  const bool missing_;
  const std::string asked_;
  SendCall call_;
};

}  // namespace bigfoot
