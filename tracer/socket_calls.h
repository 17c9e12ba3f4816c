// tracer/socket_calls.h - connect, bind, listen, getpeername and socket, as the target calls them.
// Source: kernel-notes.md, "Sockets"; connect(2), bind(2), listen(2), getpeername(2).
#pragma once

#include <memory>
#include <string>

#include "tracer/datagram_flows.h"
#include "tracer/delivery.h"
#include "tracer/loopback.h"
#include "tracer/notification.h"
#include "tracer/own_binds.h"
#include "tracer/pending_call.h"
#include "tracer/processes.h"
#include "tracer/redirects.h"
#include "tracer/socket_access.h"
#include "tracer/waiting_calls.h"

namespace bigfoot {

class DatagramCalls;

/// What all calls on sockets share. Outgoings keep it alive: they may be answered after the Supervisor has
/// gone.
struct SocketWorld {
  SocketWorld(Delivery& to, Processes& tree, bool own_sockets, int epoll,
              const std::function<std::vector<Pid>()>& living)
      : delivery(to),
        processes(tree),
        access(own_sockets, living),
        binds(living),
        flows(to),
        waiting(epoll) {}
  Delivery& delivery;
  Processes& processes;
  SocketAccess access;
  OwnBinds binds;
  Redirects redirects;
  Loopback loopback;
  DatagramFlows flows;
  WaitingCalls waiting;
};

class SocketCalls {
 public:
  SocketCalls(std::shared_ptr<SocketWorld> world, DatagramCalls& datagrams)
      : world_(std::move(world)), datagrams_(datagrams) {}

  void connect(Notification notification);
  void bind(Notification notification);
  void listen(Notification notification);
  void getpeername(Notification notification);
  void socket(Notification notification);

  /// Makes the call an Outgoing and hands it to the handler.
  static void ask(Delivery& delivery, std::unique_ptr<PendingCall> call);
  /// Answers a connect or send on a socket that SocketAccess could not take.
  static void out_of_reach(SocketWorld& world, Notification notification, const Identity& who,
                           const OsError& why);

 private:
  void connect_stream(Notification notification, const Identity& who, TargetSocket socket, std::string asked,
                      SocketAddress to);
  static void connect_again(SocketWorld& world, Notification notification, const TargetSocket& socket,
                            const Redirect& before);
  std::shared_ptr<SocketWorld> world_;
  DatagramCalls& datagrams_;
};

/// The sockaddr that a call points to; nullopt where the kernel would refuse it by itself.
std::optional<std::string> read_sockaddr(Tid tid, std::uint64_t address, std::uint64_t length);
/// Writes a sockaddr as getpeername(2) and recvfrom(2) do: cut to the room that `length_address` tells, which
/// gets the whole length.
OsResult<void> write_sockaddr(Tid tid, const std::string& sockaddr, std::uint64_t address,
                              std::uint64_t length_address);
/// A sockaddr as getpeername gives it: an IPv6 address whole, however short it was asked.
std::string as_peer_name(const std::string& asked);
/// A unix path that is not there in the target's view.
bool is_missing(Tid tid, const SocketAddress& address);
/// A unix path as the target means it, made absolute; others unchanged.
SocketAddress made_absolute(Tid tid, SocketAddress address);
/// The address for OwnBinds: unix paths canonical.
SocketAddress made_canonical(Tid tid, SocketAddress address);

}  // namespace bigfoot
