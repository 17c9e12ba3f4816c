// tracer/pending_call.h - What stands behind an Outgoing: one kind of call that waits for the handler's word.
#pragma once

#include "tracer/notification.h"
#include "tracer/supervisor.h"

namespace bigfoot {

/// Dropped without an answer it fails with ECONNREFUSED, by its Notification.
class PendingCall {
 public:
  PendingCall(Notification notification, Caller caller, SocketAddress to)
      : notification_(std::move(notification)), caller_(caller), to_(std::move(to)) {}
  virtual ~PendingCall() = default;
  const Caller& caller() const { return caller_; }
  const SocketAddress& to() const { return to_; }

  virtual Outgoing::Kind kind() const = 0;
  virtual bool missing_path() const = 0;
  virtual void let_through() = 0;
  virtual void fail(Errno code) { static_cast<void>(std::move(notification_).fail(code)); }
  virtual OsResult<UniqueFd> redirect() = 0;
  virtual OsResult<void> redirect_datagrams() = 0;

 protected:
  Notification notification_;

 private:
  Caller caller_;
  SocketAddress to_;
};

}  // namespace bigfoot
