// tracer/datagram_flows.h - Which datagrams belong together: a socket of the target and an address it sends
// to. Datagrams tell nothing but a source, so the addresses that one socket asks for go to different sockets
// of ours: its first to the first of a pool, and so on. The pool's socket and the source port then name the
// flow.
#pragma once

#include <atomic>
#include <deque>
#include <list>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "tracer/delivery.h"
#include "tracer/socket_access.h"
#include "tracer/supervisor.h"

namespace bigfoot {

class DatagramFlows {
 public:
  explicit DatagramFlows(Delivery& delivery) : delivery_(delivery) {}

  struct Flow {
    DatagramFlow what;
    std::string peer_name;  ///< the asked sockaddr, as getpeername and recvfrom are to give it
    std::string target;     ///< our socket's sockaddr, as the target's socket has to say it
    int our_socket = -1;
  };
  /// What the handler agreed to before.
  std::optional<Flow> find(SocketInode inode, const SocketAddress& asked);
  /// A new flow; tells the handler of our socket where it is a new one. Thread-safe.
  OsResult<Flow> open(const TargetSocket& socket, const Caller& caller, const SocketAddress& asked,
                      std::string peer_name);
  /// Before datagrams of the flow are sent: gives the socket a port, if it has none, and remembers it.
  OsResult<void> settle_port(const TargetSocket& socket, const Flow& flow);
  /// The asked sockaddr that a datagram with this source sockaddr stands for; nullopt: it is no answer of
  /// ours.
  std::optional<std::string> asked_of(SocketInode inode, const std::string& source);
  std::optional<DatagramFlow> find_flow(int our_socket, const SocketAddress& source) const;
  bool knows(SocketInode inode) const;
  /// No datagram socket was redirected in the whole run.
  bool none() const { return !any_; }

 private:
  // An address scanner on one socket: beyond this the flow used first gives its place away.
  static constexpr std::size_t kMostAddresses = 64;
  static constexpr std::size_t kMostSockets =
      16384;  // each getaddrinfo makes one; those made first are forgotten
  struct OurSocket {
    int number = -1;
    sockaddr_storage address{};
    socklen_t length = 0;
  };
  struct Entry {
    std::vector<Flow> flows;  // place k: on the pool's socket k
    std::size_t next_to_replace = 0;
    std::list<SocketInode>::iterator place;
  };

  OsResult<OurSocket> make_socket(int domain);
  OsResult<OurSocket> pool_socket(std::vector<OurSocket>& pool, int domain, std::size_t place);
  OsResult<OurSocket> socket_for(const TargetSocket& socket, std::size_t place);
  Entry& entry_of(SocketInode inode);
  void forget_oldest();

  Delivery& delivery_;
  std::atomic<bool> any_ = false;
  mutable std::mutex mutex_;
  std::uint64_t next_id_ = 1;
  std::vector<OurSocket> pool4_, pool6_;
  std::unordered_map<std::uint64_t, Entry> sockets_;
  std::list<SocketInode> order_;  // the one made first comes last
  std::map<std::pair<int, std::uint16_t>, DatagramFlow>
      by_source_;  // our socket and the target's port; 0 for unix
};

}  // namespace bigfoot
