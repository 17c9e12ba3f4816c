// runner/endpoints/streams.cpp - see streams.h.
#include "runner/endpoints/streams.h"

#include <fmt/format.h>

#include <algorithm>

#include "protocols/registry.h"
#include "runner/endpoints/calls.h"
#include "runner/endpoints/opaque.h"
#include "runner/endpoints/resolver.h"
#include "runner/endpoints/tls.h"
#include "runner/policy.h"
#include "tracer/proc.h"

namespace bigfoot {
namespace {

constexpr std::chrono::milliseconds kSilence{250};  // spec-format.md, section 10: server-first protocols say nothing first
constexpr std::chrono::milliseconds kHalfALine{5000};  // for the rest of a first line that an expected client began
constexpr int kPatience = 40;                      // times kSilence: 10 s for a program that is busy all the time
constexpr std::size_t kShownBytes = 256;            // of an unexpected stream, for the report

bool http_is_named(const Spec& spec, const Destination& to) {
  return std::ranges::any_of(spec.entries, [&](const Entry& entry) {
    const bool begins_as_http = entry.protocol->name == "http" || entry.protocol->name == "websocket";
    return begins_as_http && entry.endpoint.fits(to);
  });
}

/// What is wrong with a stream that is refused. Bytes of a protocol that this version cannot answer are nobody's to
/// paste: the report says what to do instead.
Finding refusal(Services& services, const StreamIo& io, const Connection& connection, Sniffed spoken) {
  const Destination& to = connection.to;
  Finding finding = services.ledger_for(connection.pid).unexpected_bytes(to, io.input().substr(0, kShownBytes));
  if (connection.tls) {
    finding.notes.push_back(spoken == Sniffed::tls ? "TLS inside TLS: a proxy that is itself reached by https is not answered; name it with http://"
                                                   : "these bytes came inside TLS; a socket entry would see the TLS itself");
    finding.suggestion.clear();
    finding.suggestion_verb.clear();
  }
  if (spoken == Sniffed::need_more)
    finding.notes.push_back(io.ended() ? "it was closed without a byte" : "nothing was sent within 250 ms");
  if (spoken != Sniffed::http2) return finding;
  finding.message = fmt::format("{}: the program began HTTP/2, which this version does not answer yet", to.url());
  finding.notes = {fmt::format("let it use plain HTTP/1.1 under test, or let it through: [guard] allow = [\"{}\"]", to.url())};
  finding.suggestion.clear();
  finding.suggestion_verb.clear();
  return finding;
}

/// Refuses a stream that nothing in the spec speaks of, or that speaks something else than the spec says.
void refuse(Services& services, StreamIo& io, const Connection& connection, Sniffed spoken) {
  const std::string_view first = io.input().substr(0, kShownBytes);
  Finding finding = refusal(services, io, connection, spoken);
  Interaction interaction;
  interaction.protocol = "socket";
  interaction.op = first.empty() ? "connect" : "send";
  if (!first.empty()) interaction.request = {{"data", std::string(first)}};
  services.journal.record(services.journal.open_call(), site_of(connection), std::move(interaction), nullptr,
                          one(std::move(finding)), "", "RST");
  io.reset();
}

/// Waits until it is clear what the client speaks. An unnamed destination gets no longer than kSilence to say something;
/// on a busy machine, the time in which the program wants to run and cannot does not count.
asio::awaitable<Sniffed> recognise(StreamIo& io, Pid pid, bool named) {
  int patience = kPatience;
  for (;;) {
    const Sniffed sniffed = sniff(io.input());
    if (sniffed != Sniffed::need_more) co_return sniffed;
    StreamIo::Read read;
    if (named && io.input().empty())
      read = co_await io.read();
    else
      read = co_await io.read_within(named ? kHalfALine : kSilence);
    if (read == StreamIo::Read::quiet && patience-- > 0 && is_running(pid)) continue;
    if (read != StreamIo::Read::bytes) co_return io.input().empty() ? Sniffed::need_more : Sniffed::unknown;
  }
}

/// Whether the session entries of a destination are to have this connection. Where http entries name it too, its first
/// bytes decide: what speaks HTTP, in TLS or not, is theirs.
bool goes_to_http(const Services& services, const Connection& connection, std::string_view first) {
  if (!http_is_named(services.spec, connection.to)) return false;
  const Sniffed spoken = sniff(first);
  return spoken == Sniffed::http || (spoken == Sniffed::tls && terminates_tls(services, connection.to));
}

asio::awaitable<std::unique_ptr<RawSession>> find_session(Services& services, StreamIo& io, const Connection& connection) {
  if (connection.tls || !services.ledger_for(connection.pid).has_session(connection.to)) co_return nullptr;  // their bytes are the raw ones
  const std::uint64_t seq = services.journal.next_seq();
  std::unique_ptr<RawSession> session = services.ledger_for(connection.pid).open_session(connection.to, io.input(), seq);
  if (session) co_return session;
  if (io.input().empty()) (void)co_await io.read();
  if (goes_to_http(services, connection, io.input())) co_return nullptr;
  co_return services.ledger_for(connection.pid).open_session(connection.to, io.input(), seq);
}

/// What an expected connection is where its server speaks first (RFC 5321, 3.1), so that its first bytes cannot tell.
enum class SpeaksFirst { no, after_silence, at_once };

SpeaksFirst server_speaks_first(const Spec& spec, const Connection& connection) {
  constexpr unsigned kMailPorts[] = {25, 465, 587, 2525};  // RFC 5321, 4.5.4.2; RFC 8314, 7.3; RFC 6409, 3.1; what many services use
  SpeaksFirst found = SpeaksFirst::no;
  for (const Entry& entry : spec.entries) {
    const EndpointPattern& place = entry.endpoint;
    if (entry.protocol->name != "smtp" || !place.fits(connection.to) || place.tls != connection.tls.has_value()) continue;
    if (place.port) return SpeaksFirst::at_once;
    found = SpeaksFirst::after_silence;
  }
  const bool mail = std::ranges::find(kMailPorts, connection.to.port) != std::end(kMailPorts);
  return mail && !named_by_spec(connection.to, spec) ? SpeaksFirst::after_silence : found;
}

/// The protocol of calls that a connection speaks; "" for none. Words of a line are taken for an inline command of Redis
/// only where an entry expects Redis there.
std::string_view protocol_of_calls(const Spec& spec, const Connection& connection, Sniffed spoken) {
  if (spoken == Sniffed::postgres) return "postgres";
  if (spoken == Sniffed::redis) return "redis";
  const bool expected = spoken == Sniffed::unknown && std::ranges::any_of(spec.entries, [&](const Entry& entry) {
    return entry.protocol->name == "redis" && entry.endpoint.fits(connection.to);
  });
  return expected ? "redis" : "";
}

std::unique_ptr<Decoder> decoder_for(const Services& services, const Connection& connection, std::string_view protocol) {
  const Spec& spec = services.spec;
  const Destination& to = connection.to;
  const bool is_said = std::ranges::any_of(
      spec.entries, [&](const Entry& entry) { return entry.protocol->name == protocol && entry.offers_tls && entry.endpoint.fits(to); });
  const bool offers_tls = is_said || (protocol == "smtp" && terminates_tls(services, to));  // of a mail server its terms have the last word
  return make_decoder(protocol, Peer{connection.tls ? "tls" : "tcp", to.host.empty() ? to.path : to.host, to.port, offers_tls && !connection.tls});
}

asio::awaitable<void> converse(Services& services, Resolver& resolver, StreamIo& io, Connection& connection) {
  for (;;) {  // once more for what comes out of a tunnel, and out of TLS
    const bool named = named_by_spec(connection.to, services.spec);
    if (is_dns(connection.to) && !named) co_return co_await serve_dns_stream(resolver, io, connection);
    std::unique_ptr<RawSession> session = co_await find_session(services, io, connection);
    if (session) co_return co_await serve_session(services, io, connection, std::move(session));
    const SpeaksFirst first = server_speaks_first(services.spec, connection);
    Sniffed spoken = Sniffed::need_more;
    if (first != SpeaksFirst::at_once) spoken = co_await recognise(io, connection.pid, named && first == SpeaksFirst::no);
    const bool silent = first != SpeaksFirst::no && spoken == Sniffed::need_more && !io.ended();
    const std::string_view protocol = silent ? "smtp" : protocol_of_calls(services.spec, connection, spoken);
    if (std::unique_ptr<Decoder> decoder = decoder_for(services, connection, protocol)) {
      if (connection.tls) services.silent_tls.spoke(services.journal.program_of(connection.pid), connection.to);
      co_return co_await serve_calls(services, io, connection, std::move(decoder));
    }
    if (spoken == Sniffed::tls && !connection.tls) {
      const bool open = co_await opens_tls(services, io, connection.to);
      if (!open) co_return refuse_opaque(services, io, connection);
      if (!co_await accept_tls(services, io, connection)) co_return;
      continue;
    }
    // A client that opens a second connection in reserve and never uses it has made no call.
    if (spoken == Sniffed::need_more && named && io.ended()) {
      if (connection.tls) tls_ended_silently(services, connection);
      co_return co_await io.close();
    }
    if (connection.tls) services.silent_tls.spoke(services.journal.program_of(connection.pid), connection.to);
    if (spoken != Sniffed::http) co_return refuse(services, io, connection, spoken);
    if (!co_await serve_http(services, io, connection)) co_return;
  }
}

}  // namespace

CallSite site_of(const Connection& connection) { return {connection.pid, connection.number, connection.to.url()}; }

asio::awaitable<void> serve_stream(Services& services, Resolver& resolver, Connection connection, UniqueFd stream) {
  ++services.live_streams;
  {
    StreamIo io(services, std::move(stream));
    co_await converse(services, resolver, io, connection);
  }
  --services.live_streams;
}

void record_played(Services& services, RawSession& session, Pid pid, std::uint64_t connection, const Destination& to) {
  for (RawSession::Played& played : session.take_played()) {
    if (played.op == "end") {  // no call, but maybe steps left over
      services.journal.record(std::move(played.findings), false);
      continue;
    }
    Interaction interaction;
    interaction.protocol = "socket";
    interaction.op = played.op;
    if (!played.data.empty()) (played.op == "recv" ? interaction.response : interaction.request) = {{"data", played.data}};
    services.journal.record(services.journal.open_call(), {pid, connection, to.url()}, std::move(interaction),
                            &session.entry(), std::move(played.findings), "asserted");
  }
}

asio::awaitable<void> serve_session(Services& services, StreamIo& io, const Connection& connection,
                                    std::unique_ptr<RawSession> session) {
  if (!io.input().empty()) {
    session->received(io.input());
    io.consume(io.input().size());
  }
  bool over = false;
  while (!over) {
    const RawSession::Action action = session->next();
    record_played(services, *session, connection.pid, connection.number, connection.to);
    if (const auto* send = std::get_if<RawSession::Send>(&action)) {
      over = !co_await io.write(send->bytes);
    } else if (const auto* pause = std::get_if<RawSession::Pause>(&action)) {
      co_await services.wait(pause->time);
    } else if (std::holds_alternative<RawSession::Close>(action)) {
      co_await io.close();
      over = true;
    } else if (std::holds_alternative<RawSession::Reset>(action)) {
      io.reset();
      over = true;
    } else if (io.ended()) {
      over = true;
    } else {
      StreamIo::Read read;
      if (session->settling())
        read = co_await io.read_within(kSettleTime);
      else
        read = co_await io.read();
      if (read == StreamIo::Read::bytes) {
        session->received(io.input());
        io.consume(io.input().size());
      } else if (read == StreamIo::Read::ended) {
        session->client_ended();
      } else {
        session->settle();
      }
    }
  }
  session->end();
  record_played(services, *session, connection.pid, connection.number, connection.to);
}

asio::awaitable<void> serve_dns_stream(Resolver& resolver, StreamIo& io, const Connection& connection) {
  constexpr std::size_t kPrefix = 2, kLargest = 65535;
  for (;;) {
    const std::string_view input = io.input();
    const std::size_t length =
        input.size() < kPrefix ? 0 : static_cast<unsigned char>(input[0]) * 256u + static_cast<unsigned char>(input[1]);
    if (input.size() < kPrefix || input.size() < kPrefix + length) {
      if (co_await io.read() == StreamIo::Read::ended) break;
      continue;
    }
    const std::string message(input.substr(kPrefix, length));
    io.consume(kPrefix + length);
    // A named local: g++ 12 destroys an aggregate made inside a co_await expression twice.
    DnsClient client{connection.pid, connection.to, kLargest};
    std::optional<std::string> answer = co_await resolver.answer(message, client);
    if (!answer) continue;
    const char prefix[kPrefix] = {static_cast<char>(answer->size() >> 8), static_cast<char>(answer->size() & 255)};
    answer->insert(0, prefix, kPrefix);
    if (!co_await io.write(*answer)) break;
  }
  co_await io.close();
}

}  // namespace bigfoot
