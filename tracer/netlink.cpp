// tracer/netlink.cpp - See netlink.h.
#include "tracer/netlink.h"

#include <ifaddrs.h>
#include <linux/rtnetlink.h>

#include "tracer/address.h"
#include "tracer/proc.h"
#include "tracer/remote_memory.h"

namespace bigfoot {
namespace {

// check_pf.c asks with a padded request; Go's net package, which needs the answer, with 17 bytes.
constexpr std::uint32_t kRequestLength = 20;

bool has_only_loopback() {
  ifaddrs* list = nullptr;
  if (::getifaddrs(&list) != 0) return false;
  bool found = false;
  for (const ifaddrs* entry = list; entry != nullptr && !found; entry = entry->ifa_next) {
    if (entry->ifa_addr == nullptr || entry->ifa_addr->sa_family != AF_INET) continue;
    const SocketAddress address = to_address(entry->ifa_addr, sizeof(sockaddr_storage));
    const auto* inet = std::get_if<InetAddress>(&address);
    found = inet != nullptr && !inet->is_loopback();
  }
  ::freeifaddrs(list);
  return !found;
}

}  // namespace

AddressGuess::AddressGuess() : loopback_only_(has_only_loopback()) {}

bool AddressGuess::must_fail(Tid tid, RemoteFd fd, std::uint64_t buffer, std::uint64_t length) {
  if (!loopback_only_ || length < sizeof(nlmsghdr)) return false;
  const OsResult<nlmsghdr> request = RemoteMemory(tid).read(RemotePtr<nlmsghdr>{buffer});
  const std::optional<SocketInode> inode = socket_inode(tid, fd);
  if (!request || !inode) return false;
  if (request->nlmsg_type == RTM_GETLINK) {
    if (listing_.size() >= kMost) listing_.clear();
    listing_.insert(static_cast<std::uint64_t>(*inode));
    return false;
  }
  return request->nlmsg_type == RTM_GETADDR && request->nlmsg_len == kRequestLength &&
         !listing_.contains(static_cast<std::uint64_t>(*inode));
}

}  // namespace bigfoot
