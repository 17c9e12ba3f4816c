// tracer/stream_connect.h - A connect of a stream socket that waits for the handler's word.
#pragma once

#include <memory>
#include <string>

#include "tracer/pending_call.h"
#include "tracer/socket_calls.h"

namespace bigfoot {

class StreamConnect : public PendingCall {
 public:
  StreamConnect(Notification notification, Caller caller, SocketAddress to, bool missing, TargetSocket socket,
                std::string asked, std::shared_ptr<SocketWorld> world)
      : PendingCall(std::move(notification), caller, std::move(to)),
        missing_(missing),
        socket_(std::move(socket)),
        asked_(std::move(asked)),
        world_(std::move(world)) {}

  Outgoing::Kind kind() const override { return Outgoing::Kind::stream; }
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

}  // namespace bigfoot
