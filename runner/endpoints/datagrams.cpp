// runner/endpoints/datagrams.cpp - see datagrams.h.
#include "runner/endpoints/datagrams.h"

#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "runner/endpoints/datagram_in.h"
#include "runner/endpoints/streams.h"
#include "runner/policy.h"

namespace bigfoot {
namespace {

bool is_datagrams(const Channel& channel) { return channel.endpoint.udp || channel.endpoint.unix_path; }

}  // namespace

Datagrams::Datagrams(Services& services, Resolver& resolver, Logs& logs, FindFlow find_flow, DestinationOf destination_of)
    : services_(services),
      resolver_(resolver),
      logs_(logs),
      has_log_channels_(std::ranges::any_of(services.spec.channels, is_datagrams)),
      find_flow_(std::move(find_flow)),
      destination_of_(std::move(destination_of)) {}

void Datagrams::add(UniqueFd socket) {
  Socket& mine = sockets_.emplace_back(services_.loop);
  sockaddr_storage address{};
  socklen_t length = sizeof address;
  ::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&address), &length);
  mine.fd = socket.get();
  mine.io.assign(asio::generic::datagram_protocol(address.ss_family, 0), socket.release());
  asio::co_spawn(services_.loop, serve(mine), asio::detached);
}

asio::awaitable<void> Datagrams::serve(Socket& socket) {
  for (;;) {
    auto [error] = co_await socket.io.async_wait(asio::socket_base::wait_read, asio::as_tuple(asio::use_awaitable));
    if (error) co_return;
    services_.catch_up();
    read(socket);
  }
}

void Datagrams::read(Socket& socket) {
  for (;;) {
    const OsResult<DatagramIn> datagram = receive_datagram(socket.fd);
    if (datagram) received(socket, datagram->source, datagram->bytes);
    else if (datagram.error().code == EAGAIN) return;  // ECONNREFUSED: a program socket that we answered has gone
  }
}

void Datagrams::read_logs() {
  if (!has_log_channels_) return;
  for (Socket& socket : sockets_)
    if (socket.may_log) read(socket);
}

void Datagrams::received(Socket& socket, const SocketAddress& source, std::string_view bytes) {
  const std::optional<DatagramFlow> known = find_flow_(socket.fd, source);
  if (!known) return;  // not from the supervised tree: another program of the machine knocked at a loopback port
  std::shared_ptr<Flow>& flow = flows_[known->id];
  if (!flow) {
    flow = std::make_shared<Flow>();
    flow->pid = known->caller.pid;
    flow->to = destination_of_(known->asked);
    flow->connection = services_.journal.new_connection();
    flow->socket = &socket;
    flow->channel = channel_of(flow->to, services_.spec);
  }
  flow->source = source;
  socket.may_log = flow->channel != nullptr;
  if (flow->channel != nullptr) return logs_.message(*flow->channel, flow->pid, bytes);
  if (is_dns(flow->to) && !named_by_spec(flow->to, services_.spec)) {
    asio::co_spawn(services_.loop, answer_dns(socket, source, std::string(bytes), DnsClient{flow->pid, flow->to, 512}),
                   asio::detached);
    return;
  }
  // A finished session makes room for the next entry of the same address: a program keeps its socket for all it sends.
  if (!flow->session || flow->session->done())
    if (auto next = services_.ledger_for(flow->pid).open_session(flow->to, bytes, services_.journal.next_seq()))
      flow->session = std::move(next);
  if (!flow->session) return refuse(*flow, bytes);
  flow->session->received(bytes);
  if (!flow->playing) asio::co_spawn(services_.loop, play(flow), asio::detached);
}

asio::awaitable<void> Datagrams::answer_dns(Socket& socket, SocketAddress source, std::string message, DnsClient client) {
  if (auto answer = co_await resolver_.answer(std::move(message), std::move(client))) send(socket, source, *answer);
}

asio::awaitable<void> Datagrams::play(std::shared_ptr<Flow> flow) {
  flow->playing = true;
  for (bool more = true; more;) {
    const RawSession::Action action = flow->session->next();
    record_played(services_, *flow->session, flow->pid, flow->connection, flow->to);
    if (const auto* answer = std::get_if<RawSession::Send>(&action))
      send(*flow->socket, flow->source, answer->bytes);
    else if (const auto* pause = std::get_if<RawSession::Pause>(&action))
      co_await services_.wait(pause->time);
    else
      more = false;  // wait for the next datagram; a datagram socket has nothing to close or reset
  }
  flow->playing = false;
}

void Datagrams::refuse(const Flow& flow, std::string_view bytes) {
  Interaction interaction;
  interaction.protocol = "socket";
  interaction.op = "send";
  interaction.request = {{"data", std::string(bytes)}};
  services_.journal.record(services_.journal.open_call(), {flow.pid, flow.connection, flow.to.url()}, std::move(interaction),
                           nullptr, one(services_.ledger_for(flow.pid).unexpected_bytes(flow.to, bytes)), "", "silence");
}

void Datagrams::send(Socket& socket, const SocketAddress& to, std::string_view bytes) {
  sockaddr_storage address{};
  const socklen_t length = to_sockaddr(to, address);
  // A full or closed receiver loses a datagram, as on any network.
  (void)::sendto(socket.fd, bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL,
                 reinterpret_cast<const sockaddr*>(&address), length);
}

void Datagrams::end() {
  for (auto& [id, flow] : flows_) {
    if (!flow->session) continue;
    flow->session->end();
    record_played(services_, *flow->session, flow->pid, flow->connection, flow->to);
  }
  flows_.clear();
}

}  // namespace bigfoot
