// runner/endpoints/tls.cpp - see tls.h.
#include "runner/endpoints/tls.h"

#include <fmt/format.h>

#include <algorithm>

#include "protocols/tls_hello.h"
#include "runner/policy.h"

namespace bigfoot {
namespace {

/// The entries decide whether a certificate is asked for: the handshake comes before the call that would tell which.
bool asks_for_certificate(const Spec& spec, const Destination& to) {
  return std::ranges::any_of(spec.entries, [&](const Entry& entry) { return entry.wants_client_cert && entry.endpoint.fits(to); });
}

TlsTerms terms_for(const Services& services, const Destination& to) {
  TlsTerms terms;
  terms.names = {to.host};
  if (to.address != to.host && !to.address.empty() && !is_synthetic(to.address)) terms.names.push_back(to.address);
  terms.protocols = {"http/1.1", "http/1.0", "postgresql"};  // the last where TLS comes before any request: libpq 17
  terms.ask_for_certificate = asks_for_certificate(services.spec, to);
  return terms;
}

Value certificate_value(const ClientCertificate& certificate) {
  return {{"subject", certificate.subject}, {"san", certificate.san}};
}

std::string alert_text(const TlsAlert& alert) {
  return alert.name.empty() ? fmt::format("alert {}", alert.code) : fmt::format("alert {}, {}", alert.code, alert.name);
}

Finding broken_finding(const Destination& to, const TlsFacts& facts, const std::string& why) {
  Finding finding;
  finding.kind = ViolationKind::undecoded;
  finding.message = fmt::format("{}: the TLS handshake failed: {}", to.url(), why);
  const bool http1 = std::ranges::find(facts.offered, "http/1.1") != facts.offered.end();
  if (!facts.offered.empty() && !http1)
    finding.notes.push_back(fmt::format("the program offers {} only (ALPN); this version answers http/1.1", fmt::join(facts.offered, ", ")));
  return finding;
}

/// What went wrong in a handshake that did not end well; nothing where that is to be judged at the end of the run.
std::vector<Finding> failures(Services& services, const StreamIo& io, const Connection& connection, TlsSession::Progress progress,
                              const TlsFacts& facts) {
  const std::string program = services.journal.program_of(connection.pid);
  const TlsSession& session = *io.tls();
  const bool distrust = session.alert() && session.alert()->is_distrust();
  const bool left = progress == TlsSession::Progress::ended;
  if (left && io.bytes_written() == 0) return {};  // within its own first message: it has seen no certificate
  if (distrust || left) {
    const std::string how = distrust ? alert_text(*session.alert()) : "it closed the connection in the handshake, without an alert";
    if (named_by_spec(connection.to, services.spec)) {
      // It may try again in another way, or have changed its mind: judged by what comes of it.
      services.silent_tls.ended_silently(program, connection.to, facts.sni, how);
      return {};
    }
    if (services.spec.guard.level("http") != GuardLevel::error) return {};
    return one(tls_refused(program, connection.to, facts.sni, how));
  }
  if (session.alert()) return one(broken_finding(connection.to, facts, fmt::format("{} sent {}", program, alert_text(*session.alert()))));
  return one(broken_finding(connection.to, facts, session.error()));
}

}  // namespace

bool terminates_tls(const Services& services, const Destination& to) {
  return services.tls != nullptr && !services.spec.guard.tls_opaque(to);
}

asio::awaitable<bool> opens_tls(const Services& services, StreamIo& io, const Destination& to) {
  if (terminates_tls(services, to) && services.spec.guard.tls.empty()) co_return true;
  std::optional<ClientHello> hello = read_client_hello(io.input());
  while (hello && !hello->whole && io.input().size() < kMaxClientHello) {
    if (co_await io.read() != StreamIo::Read::bytes) break;
    hello = read_client_hello(io.input());
  }
  if (!terminates_tls(services, to)) co_return false;
  if (!hello || !hello->sni) co_return true;
  Destination named = to;
  named.host = *hello->sni;
  co_return !services.spec.guard.tls_opaque(named);
}

void add_tls_fields(const Connection& connection, Fields& call) {
  if (!connection.tls) return;
  call["tls"] = {{"version", connection.tls->version}, {"alpn", connection.tls->alpn}, {"sni", connection.tls->sni}};
  if (connection.tls->client) call["client_cert"] = certificate_value(*connection.tls->client);
}

asio::awaitable<bool> accept_tls(Services& services, StreamIo& io, Connection& connection) {
  const CallTicket ticket = services.journal.open_call();
  std::unique_ptr<TlsSession> session = services.tls->server().accept(terms_for(services, connection.to));
  const TlsSession::Progress progress = co_await io.start_tls(std::move(session));
  const TlsFacts facts = io.tls()->facts();
  Interaction interaction;
  interaction.protocol = "tls";
  interaction.op = "handshake";
  interaction.request = {{"sni", facts.sni}, {"alpn", facts.offered}};
  std::vector<Finding> findings;
  if (progress == TlsSession::Progress::done) {
    interaction.response = {{"version", facts.version}, {"alpn", facts.alpn}, {"resumed", facts.resumed}};
    if (facts.client) interaction.request["client_cert"] = certificate_value(*facts.client);
    connection.tls = facts;
  } else {
    interaction.response = {{"error", io.tls()->error().empty() ? "closed by the program" : io.tls()->error()}};
    findings = failures(services, io, connection, progress, facts);
  }
  services.journal.record(ticket, site_of(connection), std::move(interaction), nullptr, std::move(findings), "ambient");
  if (connection.tls) co_return true;
  co_await io.close();
  co_return false;
}

void tls_ended_silently(Services& services, const Connection& connection) {
  services.silent_tls.ended_silently(services.journal.program_of(connection.pid), connection.to, connection.tls->sni,
                                     "it closed the connection after the handshake, without a call");
}

}  // namespace bigfoot
