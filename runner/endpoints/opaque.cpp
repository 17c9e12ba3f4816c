// runner/endpoints/opaque.cpp - see opaque.h.
#include "runner/endpoints/opaque.h"

#include <fmt/format.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>

#include "protocols/tls_hello.h"
#include "runner/endpoints/upstream.h"

namespace bigfoot {
namespace {

/// One relayed connection; its two pumps share it, and the one that ends last records it.
struct Relayed {
  Services& services;
  Connection connection;
  CallTicket ticket;
  std::unique_ptr<StreamIo> program, server;
  std::string head;  // what the program said first, until it is clear whether that is a ClientHello
  bool head_is_read = false;
  std::string sni;
  bool is_tls = false;
  int pumps = 2;
};

void record(const Relayed& relayed, const std::string& error) {
  Interaction interaction;
  interaction.protocol = relayed.is_tls ? "tls" : "socket";
  interaction.op = relayed.is_tls ? "opaque" : "connect";
  if (relayed.is_tls) interaction.request["sni"] = relayed.sni;
  interaction.request["bytes"] = relayed.program->bytes_read();
  if (error.empty())
    interaction.response = {{"bytes", relayed.program->bytes_written()}};
  else
    interaction.response = {{"error", error}};
  relayed.services.journal.record(relayed.ticket, site_of(relayed.connection), std::move(interaction), nullptr, {}, "allowed",
                                  error.empty() ? "" : "RST");
  --relayed.services.live_streams;
}

/// Learns what a connection is from what the program says first, in however many pieces.
void read_head(Relayed& relayed, std::string_view bytes) {
  if (relayed.head_is_read) return;
  relayed.head += bytes;
  const std::optional<ClientHello> hello = read_client_hello(relayed.head);
  relayed.is_tls = hello.has_value();
  if (hello && hello->sni) relayed.sni = *hello->sni;
  relayed.head_is_read = !hello || hello->whole || relayed.head.size() > kMaxClientHello;
  if (relayed.head_is_read) std::string().swap(relayed.head);
}

asio::awaitable<void> pump(std::shared_ptr<Relayed> relayed, bool from_program) {
  StreamIo& from = from_program ? *relayed->program : *relayed->server;
  StreamIo& to = from_program ? *relayed->server : *relayed->program;
  for (;;) {
    if (from.input().empty() && co_await from.read() != StreamIo::Read::bytes) break;
    if (from_program) read_head(*relayed, from.input());
    const bool taken = co_await to.write(from.input());
    from.consume(from.input().size());
    if (!taken) break;
  }
  to.end_writing();
  if (--relayed->pumps == 0) record(*relayed, "");
}

/// Passes on what comes, until one side ends.
asio::awaitable<void> pass_on(StreamIo& from, StreamIo& to) {
  for (;;) {
    if (from.input().empty() && co_await from.read() != StreamIo::Read::bytes) break;
    const bool taken = co_await to.write(from.input());
    from.consume(from.input().size());
    if (!taken) break;
  }
  to.end_writing();
}

}  // namespace

asio::awaitable<void> relay_from_here(Services& services, StreamIo& io, const Connection& connection, std::string_view protocol, std::string said,
                                      bool warned) {
  using namespace boost::asio::experimental::awaitable_operators;
  const CallTicket ticket = services.journal.open_call();
  Interaction interaction;
  interaction.protocol = protocol;
  interaction.op = "session";
  if (warned)
    ++services.warnings[fmt::format("{} {} was let through: no expectation names it and [guard] says \"warn\"", protocol, connection.to.url())];
  std::expected<std::unique_ptr<StreamIo>, std::string> server;
  if (connection.tls) server = co_await connect_upstream_tls(services, connection.to, connection.tls->sni.empty() ? connection.to.host : connection.tls->sni);
  else server = co_await connect_upstream(services, connection.to);
  std::string error;
  if (!server) {
    error = server.error();
    io.reset();
  } else {
    StreamIo& real = **server;
    if (co_await real.write(said)) co_await (pass_on(io, real) && pass_on(real, io));
    co_await io.close();
  }
  interaction.request = {{"bytes", io.bytes_read()}};
  if (error.empty()) interaction.response = {{"bytes", io.bytes_written()}};
  else interaction.response = {{"error", error}};
  services.journal.record(ticket, site_of(connection), std::move(interaction), nullptr, {}, "allowed", error.empty() ? "" : "RST");
}

void refuse_opaque(Services& services, StreamIo& io, const Connection& connection) {
  const Destination& to = connection.to;
  const std::string sni = sni_of(io.input()).value_or("");
  Finding finding;
  finding.kind = ViolationKind::unexpected;
  finding.message = fmt::format("{}: TLS{}, which is not opened here and not allowed", to.url(), sni.empty() ? "" : " for " + sni);
  finding.notes.push_back(services.tls == nullptr ? "--no-tls leaves all TLS unopened" : "[guard] tls leaves it unopened");
  finding.suggestion_verb = "add";
  finding.suggestion = fmt::format("[guard]\nallow = [\"https://{}{}\"]", to.host, to.port == 443 ? "" : fmt::format(":{}", to.port));
  Interaction interaction;
  interaction.protocol = "tls";
  interaction.op = "opaque";
  interaction.request = {{"sni", sni}, {"bytes", io.input().size()}};
  services.journal.record(services.journal.open_call(), site_of(connection), std::move(interaction), nullptr, one(std::move(finding)),
                          "", "RST");
  io.reset();
}

asio::awaitable<void> relay(Services& services, Connection connection, UniqueFd stream) {
  ++services.live_streams;
  auto relayed = std::make_shared<Relayed>(Relayed{services, std::move(connection), services.journal.open_call(),
                                                   std::make_unique<StreamIo>(services, std::move(stream)), nullptr});
  auto server = co_await connect_upstream(services, relayed->connection.to);
  if (!server) {
    record(*relayed, server.error());
    relayed->program->reset();
    co_return;
  }
  relayed->server = std::move(*server);
  asio::co_spawn(services.loop, pump(relayed, true), asio::detached);
  asio::co_spawn(services.loop, pump(relayed, false), asio::detached);
}

}  // namespace bigfoot
