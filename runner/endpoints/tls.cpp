// runner/endpoints/tls.cpp - see tls.h.
#include "runner/endpoints/tls.h"

#include <fmt/format.h>

#include <algorithm>

#include "runner/endpoints/tls_cures.h"

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
  terms.protocols = {"http/1.1", "http/1.0"};
  terms.ask_for_certificate = asks_for_certificate(services.spec, to);
  return terms;
}

Value certificate_value(const ClientCertificate& certificate) {
  return {{"subject", certificate.subject}, {"san", certificate.san}};
}

std::string server_name(const TlsFacts& facts, const Destination& to) { return facts.sni.empty() ? to.host : facts.sni; }

std::string alert_text(const TlsAlert& alert) {
  return alert.name.empty() ? fmt::format("alert {}", alert.code) : fmt::format("alert {}, {}", alert.code, alert.name);
}

Finding distrust_finding(const Destination& to, const TlsFacts& facts, const std::string& program, const std::string& how) {
  Finding finding;
  finding.kind = ViolationKind::tls_refused;
  finding.message = fmt::format("{}: {} did not accept the certificate of {} ({})", to.url(), program, server_name(facts, to), how);
  finding.notes = trust_cures(program, server_name(facts, to));
  return finding;
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

/// What went wrong in a handshake that did not end well.
Finding failure(const Services& services, const StreamIo& io, const Connection& connection, TlsSession::Progress progress,
                const TlsFacts& facts) {
  const std::string program = services.journal.program_of(connection.pid);
  const TlsSession& session = *io.tls();
  if (session.alert() && session.alert()->is_distrust())
    return distrust_finding(connection.to, facts, program, alert_text(*session.alert()));
  if (session.alert()) return broken_finding(connection.to, facts, fmt::format("{} sent {}", program, alert_text(*session.alert())));
  if (progress == TlsSession::Progress::failed) return broken_finding(connection.to, facts, session.error());
  return distrust_finding(connection.to, facts, program, "it closed the connection in the handshake, without an alert");
}

}  // namespace

bool terminates_tls(const Services& services, const Destination& to) {
  return services.tls != nullptr && !services.spec.guard.tls_opaque(to);
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
  const bool cut_short = progress == TlsSession::Progress::ended && io.bytes_written() == 0;
  Interaction interaction;
  interaction.protocol = "tls";
  interaction.op = "handshake";
  interaction.request = {{"sni", facts.sni}, {"alpn", facts.offered}};
  std::vector<Finding> findings;
  if (progress == TlsSession::Progress::done) {
    interaction.response = {{"version", facts.version}, {"alpn", facts.alpn}, {"resumed", facts.resumed}};
    if (facts.client) interaction.request["client_cert"] = certificate_value(*facts.client);
    connection.tls = facts;
  } else if (!cut_short) {  // a program that went away within its own first message has refused nothing
    findings.push_back(failure(services, io, connection, progress, facts));
  }
  services.journal.record(ticket, {connection.pid, connection.number, connection.to.url()}, std::move(interaction), nullptr,
                          std::move(findings), "ambient");
  if (connection.tls) co_return true;
  co_await io.close();
  co_return false;
}

void note_unused_tls(Services& services, const Connection& connection) {
  ++services.notices[fmt::format(
      "pid {} ({}) ended its TLS connection to {}:{} after the handshake, without a call: a spare connection, or it did not "
      "trust the run's CA and said so only to itself (Node.js checks after the handshake)",
      services.journal.number_of(connection.pid), services.journal.program_of(connection.pid), connection.to.host, connection.to.port)];
}

}  // namespace bigfoot
