// tracer/own_binds.cpp - See own_binds.h. Wildcards as ip(7) and ipv6(7) bind them.
#include "tracer/own_binds.h"

#include <ifaddrs.h>
#include <sys/socket.h>

#include <algorithm>

#include "tracer/proc.h"

namespace bigfoot {
namespace {

bool is_own_interface(const InetAddress& address) {
  ifaddrs* list = nullptr;
  if (::getifaddrs(&list) != 0) return false;
  bool found = false;
  for (const ifaddrs* entry = list; entry != nullptr && !found; entry = entry->ifa_next) {
    if (entry->ifa_addr == nullptr) continue;
    const bool v6 = entry->ifa_addr->sa_family == AF_INET6;
    const SocketAddress own = to_address(entry->ifa_addr, sizeof(sockaddr_storage));
    const auto* inet = std::get_if<InetAddress>(&own);
    found = inet != nullptr && v6 == (address.family == AF_INET6 && !address.is_mapped()) &&
            inet->text() == address.text();
  }
  ::freeifaddrs(list);
  return found;
}

// An IPv6 wildcard takes IPv4 too, unless V6ONLY: then the kernel refuses what is let through, as without us.
bool reaches(const InetAddress& bound, const InetAddress& to) {
  if (bound.port != to.port) return false;
  if (bound.text() == to.text()) return true;
  if (to.is_unspecified())
    return bound.is_loopback() || bound.is_unspecified();  // connect to 0.0.0.0 is loopback
  if (!bound.is_unspecified()) return false;
  if (bound.family == AF_INET && to.family == AF_INET6 && !to.is_mapped()) return false;
  return to.is_loopback() || is_own_interface(to);
}

bool reaches(const SocketAddress& bound, const SocketAddress& to) {
  const auto* inet = std::get_if<InetAddress>(&bound);
  const auto* to_inet = std::get_if<InetAddress>(&to);
  if (inet != nullptr && to_inet != nullptr) return reaches(*inet, *to_inet);
  return bound == to;
}

}  // namespace

OwnBinds::Key OwnBinds::key_of(const SocketAddress& address) {
  const auto* inet = std::get_if<InetAddress>(&address);
  return inet != nullptr ? std::to_string(inet->port) : to_text(address);
}

void OwnBinds::add(Bind bind) {
  const std::lock_guard lock(mutex_);
  const auto inode = static_cast<std::uint64_t>(bind.inode);
  erase(inode);
  // Tens of thousands of binds, most long closed: any may be forgotten.
  if (binds_.size() >= kMost) erase(binds_.begin()->first);
  by_key_.emplace(key_of(bind.address), inode);
  binds_.emplace(inode, std::move(bind));
  count_ = binds_.size();
}

void OwnBinds::erase(std::uint64_t inode) {
  const auto found = binds_.find(inode);
  if (found == binds_.end()) return;
  const auto [first, last] = by_key_.equal_range(key_of(found->second.address));
  const auto key = std::find_if(first, last, [inode](const auto& entry) { return entry.second == inode; });
  if (key != last) by_key_.erase(key);
  binds_.erase(found);
  count_ = binds_.size();
}

void OwnBinds::listens(SocketInode inode) {
  const std::lock_guard lock(mutex_);
  const auto found = binds_.find(static_cast<std::uint64_t>(inode));
  if (found != binds_.end()) found->second.receives = true;
}

bool OwnBinds::receives(const SocketAddress& to, bool stream) {
  if (none()) return false;
  const std::lock_guard lock(mutex_);
  std::vector<std::uint64_t> candidates;
  const auto [first, last] = by_key_.equal_range(key_of(to));
  for (auto entry = first; entry != last; ++entry) candidates.push_back(entry->second);
  for (const std::uint64_t inode : candidates) {
    const Bind& bind = binds_.at(inode);
    if (!bind.receives || bind.stream != stream || !reaches(bind.address, to)) continue;
    if (is_open(bind)) return true;
    erase(inode);
  }
  return false;
}

// Mostly one stat: where it was bound it mostly still is. Else it may have been inherited or passed on.
bool OwnBinds::is_open(const Bind& bind) const {
  if (socket_inode(static_cast<Tid>(bind.pid), bind.fd) == bind.inode) return true;
  for (const Pid pid : living_()) {
    bool here = false;
    for_each_socket(pid, [&](SocketInode inode) { here = here || inode == bind.inode; });
    if (here) return true;
  }
  return false;
}

}  // namespace bigfoot
