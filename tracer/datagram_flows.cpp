// tracer/datagram_flows.cpp - Source: udp(7), ip(7), ipv6(7) (IPV6_V6ONLY), unix(7) (autobind).
#include "tracer/datagram_flows.h"

#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>

namespace bigfoot {
namespace {

SocketAddress name_of(int fd) {
  sockaddr_storage storage{};
  socklen_t length = sizeof storage;
  if (::getsockname(fd, reinterpret_cast<sockaddr*>(&storage), &length) != 0) return OtherAddress{};
  return to_address(&storage, length);
}

std::string raw(const SocketAddress& address) {
  sockaddr_storage storage{};
  const socklen_t length = to_sockaddr(address, storage);
  return std::string(reinterpret_cast<const char*>(&storage), length);
}

InetAddress loopback(int domain) {
  InetAddress address;
  address.family = domain;
  if (domain == AF_INET) {
    address.bytes = {127, 0, 0, 1};
  } else {
    address.bytes[15] = 1;
  }
  return address;
}

// Where an AF_INET6 socket can only talk to ::1: V6ONLY, or bound to an IPv6 address of its own.
bool needs_inet6(int fd) {
  int only = 0;
  socklen_t size = sizeof only;
  if (::getsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &only, &size) == 0 && only != 0) return true;
  const SocketAddress name = name_of(fd);
  const auto* inet = std::get_if<InetAddress>(&name);
  return inet != nullptr && !inet->is_unspecified() && !inet->is_mapped();
}

std::string mapped_name(const sockaddr_storage& address, socklen_t length) {
  InetAddress v4 = std::get<InetAddress>(to_address(&address, length));
  InetAddress out;
  out.family = AF_INET6;
  out.port = v4.port;
  out.bytes[10] = out.bytes[11] = 0xff;
  std::copy_n(v4.bytes.begin(), 4, out.bytes.begin() + 12);
  return raw(out);
}

}  // namespace

OsResult<DatagramFlows::OurSocket> DatagramFlows::make_socket(int domain) {
  UniqueFd made(::socket(domain, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!made) return os_error("socket");
  const SocketAddress wanted =
      domain == AF_UNIX ? SocketAddress(UnixAddress{}) : SocketAddress(loopback(domain));
  OurSocket out;
  out.number = made.get();
  out.length = to_sockaddr(wanted, out.address);
  if (::bind(out.number, reinterpret_cast<sockaddr*>(&out.address), out.length) != 0) return os_error("bind");
  out.length = sizeof out.address;
  if (::getsockname(out.number, reinterpret_cast<sockaddr*>(&out.address), &out.length) != 0) {
    return os_error("getsockname");
  }
  delivery_.datagram_socket(std::move(made));
  return out;
}

OsResult<DatagramFlows::OurSocket> DatagramFlows::pool_socket(std::vector<OurSocket>& pool, int domain,
                                                              std::size_t place) {
  while (pool.size() <= place) {
    const OsResult<OurSocket> made = make_socket(domain);
    if (!made) return made;
    pool.push_back(*made);
  }
  return pool[place];
}

OsResult<DatagramFlows::OurSocket> DatagramFlows::socket_for(const TargetSocket& socket, std::size_t place) {
  if (socket.domain == AF_UNIX) return make_socket(AF_UNIX);
  if (socket.domain == AF_INET6 && needs_inet6(socket.fd->get())) return pool_socket(pool6_, AF_INET6, place);
  return pool_socket(pool4_, AF_INET, place);
}

DatagramFlows::Entry& DatagramFlows::entry_of(SocketInode inode) {
  const auto found = sockets_.find(static_cast<std::uint64_t>(inode));
  if (found != sockets_.end()) return found->second;
  if (sockets_.size() >= kMostSockets) forget_oldest();
  order_.push_front(inode);
  Entry& entry = sockets_[static_cast<std::uint64_t>(inode)];
  entry.place = order_.begin();
  return entry;
}

void DatagramFlows::forget_oldest() {
  sockets_.erase(static_cast<std::uint64_t>(order_.back()));
  order_.pop_back();
}

std::optional<DatagramFlows::Flow> DatagramFlows::find(SocketInode inode, const SocketAddress& asked) {
  if (none()) return std::nullopt;
  const std::lock_guard lock(mutex_);
  const auto entry = sockets_.find(static_cast<std::uint64_t>(inode));
  if (entry == sockets_.end()) return std::nullopt;
  const auto& flows = entry->second.flows;
  const auto flow =
      std::find_if(flows.begin(), flows.end(), [&](const Flow& one) { return one.what.asked == asked; });
  if (flow == flows.end()) return std::nullopt;
  return *flow;
}

OsResult<DatagramFlows::Flow> DatagramFlows::open(const TargetSocket& socket, const Caller& caller,
                                                  const SocketAddress& asked, std::string peer_name) {
  const std::lock_guard lock(mutex_);
  any_ = true;
  Entry& entry = entry_of(socket.inode);
  const bool full = entry.flows.size() >= kMostAddresses;
  const std::size_t place = full ? entry.next_to_replace++ % kMostAddresses : entry.flows.size();
  const OsResult<OurSocket> ours = socket_for(socket, place);
  if (!ours) return std::unexpected(ours.error());
  Flow flow;
  flow.what = {caller, asked, next_id_++};
  flow.peer_name = std::move(peer_name);
  flow.our_socket = ours->number;
  flow.target = socket.domain == AF_INET6 && ours->address.ss_family == AF_INET
                    ? mapped_name(ours->address, ours->length)
                    : std::string(reinterpret_cast<const char*>(&ours->address), ours->length);
  if (full) {
    entry.flows[place] = flow;
  } else {
    entry.flows.push_back(flow);
  }
  return flow;
}

OsResult<void> DatagramFlows::settle_port(const TargetSocket& socket, const Flow& flow) {
  std::uint16_t port = 0;
  if (socket.domain != AF_UNIX) {
    SocketAddress name = name_of(socket.fd->get());
    auto* inet = std::get_if<InetAddress>(&name);
    if (inet == nullptr) return std::unexpected(OsError{"getsockname", EAFNOSUPPORT});
    if (inet->port == 0) {  // what its first send would do
      const std::string any = raw(*inet);
      const auto* address = reinterpret_cast<const sockaddr*>(any.data());
      if (::bind(socket.fd->get(), address, static_cast<socklen_t>(any.size())) != 0) return os_error("bind");
      name = name_of(socket.fd->get());
      inet = std::get_if<InetAddress>(&name);
      if (inet == nullptr) return std::unexpected(OsError{"getsockname", EAFNOSUPPORT});
    }
    port = inet->port;
  }
  const std::lock_guard lock(mutex_);
  by_source_.insert_or_assign({flow.our_socket, port}, flow.what);
  return {};
}

std::optional<std::string> DatagramFlows::asked_of(SocketInode inode, const std::string& source) {
  const SocketAddress from = to_address(source.data(), static_cast<socklen_t>(source.size()));
  const auto* from_inet = std::get_if<InetAddress>(&from);
  const std::lock_guard lock(mutex_);
  const auto entry = sockets_.find(static_cast<std::uint64_t>(inode));
  if (entry == sockets_.end()) return std::nullopt;
  for (const Flow& flow : entry->second.flows) {
    const SocketAddress target = to_address(flow.target.data(), static_cast<socklen_t>(flow.target.size()));
    const auto* inet = std::get_if<InetAddress>(&target);
    const bool same = inet != nullptr && from_inet != nullptr
                          ? inet->port == from_inet->port && from_inet->is_loopback()
                          : target == from;
    if (same) return flow.peer_name;
  }
  return std::nullopt;
}

std::optional<DatagramFlow> DatagramFlows::find_flow(int our_socket, const SocketAddress& source) const {
  const auto* inet = std::get_if<InetAddress>(&source);
  const std::lock_guard lock(mutex_);
  const auto found = by_source_.find({our_socket, inet != nullptr ? inet->port : std::uint16_t{0}});
  if (found == by_source_.end()) return std::nullopt;
  return found->second;
}

bool DatagramFlows::knows(SocketInode inode) const {
  const std::lock_guard lock(mutex_);
  return sockets_.contains(static_cast<std::uint64_t>(inode));
}

}  // namespace bigfoot
