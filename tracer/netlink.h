// tracer/netlink.h - getaddrinfo's question whether the machine has IPv4 at all.
// glibc asks for the machine's addresses (AI_ADDRCONFIG); on one with nothing but `lo`, the normal case of
// `docker run --network none`, it then refuses IPv4 although our DNS answers. When the question itself fails
// it assumes both families. Source: glibc sysdeps/unix/sysv/linux/check_pf.c, rtnetlink(7), kernel-notes.md
// ("DNS").
#pragma once

#include <cstdint>
#include <unordered_set>

#include "tracer/ids.h"

namespace bigfoot {

class AddressGuess {
 public:
  AddressGuess();
  /// A request sent to a netlink socket: is it that question, on a machine where the answer would mislead?
  bool must_fail(Tid tid, RemoteFd fd, std::uint64_t buffer, std::uint64_t length);

 private:
  static constexpr std::size_t kMost = 4096;
  bool loopback_only_;
  std::unordered_set<std::uint64_t>
      listing_;  // sockets that asked for links first: getifaddrs, which must work
};

}  // namespace bigfoot
