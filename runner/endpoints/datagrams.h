// runner/endpoints/datagrams.h - Conversations over redirected datagram sockets: DNS questions, and the datagrams of
// socket entries.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/generic/datagram_protocol.hpp>
#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <memory>

#include "runner/endpoints/logs.h"
#include "runner/endpoints/resolver.h"
#include "runner/services.h"
#include "tracer/supervisor.h"

namespace bigfoot {

class Datagrams {
 public:
  /// `find_flow` is Supervisor::find_flow; `destination_of` names an asked address as Gate does.
  using FindFlow = std::function<std::optional<DatagramFlow>(int, const SocketAddress&)>;
  using DestinationOf = std::function<Destination(const SocketAddress&)>;
  Datagrams(Services& services, Resolver& resolver, Logs& logs, FindFlow find_flow, DestinationOf destination_of);

  /// Serves a socket of the supervisor's from now on.
  void add(UniqueFd socket);
  /// Takes what has come for log channels, without waiting.
  void read_logs();
  /// The run is over: steps that were not played are recorded.
  void end();

 private:
  struct Socket {
    asio::generic::datagram_protocol::socket io;
    int fd;
    bool may_log = true;  ///< it is not known yet that no log channel comes by it
    Socket(const asio::any_io_executor& loop) : io(loop), fd(-1) {}
  };
  /// What one program socket says to one address.
  struct Flow {
    Pid pid{};
    Destination to;
    std::uint64_t connection = 0;
    const Channel* channel = nullptr;  ///< a log channel: nothing is answered
    std::unique_ptr<RawSession> session;
    Socket* socket = nullptr;
    SocketAddress source;
    bool playing = false;  ///< a coroutine of play() is at work on it
  };

  asio::awaitable<void> serve(Socket& socket);
  void read(Socket& socket);
  void received(Socket& socket, const SocketAddress& source, std::string_view bytes);
  asio::awaitable<void> answer_dns(Socket& socket, SocketAddress source, std::string message, DnsClient client);
  asio::awaitable<void> play(std::shared_ptr<Flow> flow);
  void refuse(const Flow& flow, std::string_view bytes);
  static void send(Socket& socket, const SocketAddress& to, std::string_view bytes);

  Services& services_;
  Resolver& resolver_;
  Logs& logs_;
  const bool has_log_channels_;
  FindFlow find_flow_;
  DestinationOf destination_of_;
  std::list<Socket> sockets_;
  std::map<std::uint64_t, std::shared_ptr<Flow>> flows_;
};

}  // namespace bigfoot
