// tracer/own_binds.h - Addresses that the tree itself is bound to: traffic to them is its own business.
// Source: kernel-notes.md, "Sockets" (a test's own server, pika's and asyncio's self-connections).
#pragma once

#include <atomic>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "tracer/address.h"
#include "tracer/ids.h"

namespace bigfoot {

class OwnBinds {
 public:
  /// `living`: the processes to look at when it is asked whether a socket is still open.
  explicit OwnBinds(std::function<std::vector<Pid>()> living) : living_(std::move(living)) {}

  struct Bind {
    SocketInode inode{};
    SocketAddress address;  ///< as bound; unix paths canonical
    bool receives = false;  ///< a datagram socket, or a stream one that listens
    bool stream = false;
    Pid pid{};  ///< where it was seen last: looked at first
    RemoteFd fd{};
  };
  void add(Bind bind);
  void listens(SocketInode inode);
  /// Nothing was ever bound: spares the look-up of paths.
  bool none() const { return count_ == 0; }
  /// Does `to` reach a socket of the tree that is still open? Unix paths canonical.
  bool receives(const SocketAddress& to, bool stream);

 private:
  using Key = std::string;  // the port, or the unix name: what a connect is looked up by
  static Key key_of(const SocketAddress& address);
  bool is_open(const Bind& bind) const;
  void erase(std::uint64_t inode);

  static constexpr std::size_t kMost = 65536;
  const std::function<std::vector<Pid>()> living_;
  std::atomic<std::size_t> count_ = 0;
  std::mutex mutex_;
  std::unordered_map<std::uint64_t, Bind> binds_;
  std::unordered_multimap<Key, std::uint64_t> by_key_;
};

}  // namespace bigfoot
