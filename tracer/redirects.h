// tracer/redirects.h - Which address a redirected socket's program asked for, by the socket's inode: what
// getpeername is to say. Bounded: the sockets not used for longest are forgotten.
#pragma once

#include <atomic>
#include <chrono>
#include <list>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

#include "tracer/ids.h"

namespace bigfoot {

struct Redirect {
  std::string asked;    ///< the sockaddr as getpeername is to give it
  bool mapped = false;  ///< aimed at the IPv4 listener
  Tid tid{};            ///< whose connect it was, and when it was answered with `result`
  std::chrono::steady_clock::time_point answered;
  int result = 0;
  bool delivered = true;  ///< false: the call was interrupted before it saw the answer, and comes again
};

class Redirects {
 public:
  void add(SocketInode inode, Redirect redirect);
  std::optional<Redirect> find(SocketInode inode);
  void forget(SocketInode inode);
  /// None was ever added: nothing needs to be looked up.
  bool none() const { return !any_; }

 private:
  // More than any process has descriptors by default; some 150 bytes each.
  static constexpr std::size_t kMost = 65536;
  using Order = std::list<SocketInode>;
  struct Entry {
    Redirect redirect;
    Order::iterator place;
  };
  std::atomic<bool> any_ = false;
  std::mutex mutex_;
  Order order_;  // the one used last comes first
  std::unordered_map<std::uint64_t, Entry> entries_;
};

}  // namespace bigfoot
