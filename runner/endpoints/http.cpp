// runner/endpoints/http.cpp - HTTP conversations: each decoded call is offered to the ledger and answered as it says.
#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "protocols/http/http.h"
#include "protocols/http/url.h"
#include "protocols/registry.h"
#include "runner/endpoints/faults.h"
#include "runner/endpoints/http_upstream.h"
#include "runner/endpoints/streams.h"
#include "runner/endpoints/tls.h"
#include "runner/endpoints/upgrades.h"

namespace bigfoot {
namespace {

Url url_of(const Fields& call) {
  return Url{call.value("scheme", ""), call.value("host", ""), call.value("port", 0u), call.value("path", ""),
             call.value("query", "")};
}

/// The request as timelines show it: the URL in one piece, headers without noise.
Fields shown_request(Journal& journal, Fields&& call) {
  Fields shown = Fields::object();
  shown["method"] = std::move(call["method"]);
  shown["url"] = to_text(url_of(call));
  Value headers = Value::array();
  for (Value& header : call["headers"])
    if (!journal.is_noise(header[0].get_ref<const std::string&>())) headers.push_back(std::move(header));
  shown["headers"] = std::move(headers);
  shown["body"] = std::move(call["body"]);
  if (auto trailers = call.find("trailers"); trailers != call.end()) shown["trailers"] = std::move(*trailers);
  return shown;
}

/// The scripted answer as timelines show it.
Fields shown_response(const Fields& reply) {
  Fields shown = Fields::object();
  shown["status"] = reply.value("status", 200);
  Value headers = Value::array();
  if (auto given = reply.find("headers"); given != reply.end())
    for (const auto& [name, value] : given->items())
      for (const Value& one : value.is_array() ? value : Value::array({value})) headers.push_back({name, one});
  shown["headers"] = std::move(headers);
  if (auto json = reply.find("json"); json != reply.end()) {
    shown["body"] = json->dump(-1, ' ', false, Value::error_handler_t::replace);
  } else {
    for (const char* name : {"text", "body", "chunks", "sse"})
      if (auto part = reply.find(name); part != reply.end()) shown["body"] = *part;
  }
  return shown;
}

bool passes_through(const Spec& spec) {
  return std::ranges::any_of(spec.entries, [](const Entry& entry) { return entry.pass_through && entry.protocol->name == "http"; });
}

class HttpServer {
 public:
  HttpServer(Services& services, StreamIo& io, Connection& connection)
      : services_(services),
        io_(io),
        connection_(connection),
        scheme_(connection.tls ? "https" : "http"),
        decoder_(make_decoder("http", Peer{scheme_, connection.to.host, connection.to.port})),
        site_{connection.pid, connection.number,
              fmt::format("{}://{}", scheme_, authority(connection.to.host, connection.to.port))},
        guard_(services.spec.guard.level("http")),
        may_pass_on_(guard_ != GuardLevel::error || services.spec.guard.level("websocket") != GuardLevel::error || passes_through(services.spec)) {
    add_tls_fields(connection, tls_fields_);
    peer_ = site_.target + tls_fields_.dump(-1, ' ', false, Value::error_handler_t::replace);
  }

  asio::awaitable<bool> serve();

 private:
  enum class Next { go_on, close, gone, tunnel };

  static std::string authority(std::string_view host, unsigned port) {
    return host.find(':') != host.npos ? fmt::format("[{}]:{}", host, port) : fmt::format("{}:{}", host, port);
  }

  Outcome offer(Call& call, const CallTicket& ticket);
  asio::awaitable<Next> answer(Call call, const CallTicket& ticket, Outcome outcome, std::string_view request);
  bool repeats(const Outcome& outcome, const CallTicket& ticket);
  void remember(std::string_view request, const Call& call, const Outcome& outcome, std::string_view answer);
  asio::awaitable<Next> pass_on(Call call, const CallTicket& ticket, Outcome outcome);
  void consume(std::size_t bytes);
  asio::awaitable<Next> flush();
  Interaction shown(Fields&& call, const Outcome& outcome, std::string_view op);
  void record(const CallTicket& ticket, Fields&& call, const Outcome& outcome, std::vector<Finding>&& findings,
              std::string_view op);
  asio::awaitable<void> refuse_bytes(const ProtocolError& error);

  Services& services_;
  StreamIo& io_;
  Connection& connection_;
  std::string scheme_;
  std::unique_ptr<Decoder> decoder_;
  CallSite site_;
  Fields tls_fields_ = Fields::object();  // what every call over this connection carries of TLS
  std::string peer_;                     // see HttpMemo
  GuardLevel guard_;                     // of calls that no expectation matches
  bool may_pass_on_;                     // such a call, or a WebSocket
  std::optional<HttpUpstream> upstream_; // the real server, once such a call was let through
  std::string request_;                  // the bytes of the request being decoded, kept where they may have to be passed on
  std::string out_;
};

asio::awaitable<HttpServer::Next> HttpServer::flush() {
  const bool taken = out_.empty() || co_await io_.write(out_);
  out_.clear();
  co_return taken ? Next::go_on : Next::gone;
}

Interaction HttpServer::shown(Fields&& call, const Outcome& outcome, std::string_view op) {
  Interaction interaction;
  interaction.protocol = "http";
  interaction.op = op;
  if (services_.journal.stores_interactions()) {
    interaction.request = shown_request(services_.journal, std::move(call));
    if (outcome.reply != nullptr && outcome.reply->fault != Fault::none)
      interaction.response = {{"fault", std::string(to_text(outcome.reply->fault))}};
    else if (outcome.refuse || outcome.entry == nullptr)
      interaction.response = {{"status", 501}, {"headers", Value::array()}, {"body", outcome.refusal}};
    else
      interaction.response = shown_response(outcome.rendered);
  }
  return interaction;
}

void HttpServer::record(const CallTicket& ticket, Fields&& call, const Outcome& outcome, std::vector<Finding>&& findings,
                        std::string_view op) {
  services_.journal.record(ticket, site_, shown(std::move(call), outcome, op), outcome.entry, std::move(findings), "asserted",
                           outcome.refuse || outcome.entry == nullptr ? "501" : "");
}

/// What a fault leaves of a reply: the body is cut where there is one, for a cut head is no reply at all, and some clients
/// take it for an empty one.
std::string_view truncated(std::string_view reply) {
  const std::size_t head = reply.find("\r\n\r\n");
  const std::size_t body = head == reply.npos ? 0 : reply.size() - head - 4;
  const std::size_t missing = std::max<std::size_t>((body > 0 ? body : reply.size()) / 4, 1);
  return reply.substr(0, reply.size() - missing);
}

Outcome HttpServer::offer(Call& call, const CallTicket& ticket) {
  call.fields.update(tls_fields_);
  return services_.ledger_for(site_.pid).offer(decoder_->info(), call.fields, ticket.seq);
}

/// Answers and records the call that the memo holds, if the ledger says the same of it as before.
bool HttpServer::repeats(const Outcome& outcome, const CallTicket& ticket) {
  const HttpMemo& memo = services_.http_memo;
  if (outcome.reply != memo.reply || outcome.refuse || !outcome.findings.empty()) return false;
  if (!services_.journal.record_again(ticket, site_, memo.record)) return false;
  out_ += memo.answer;
  return true;
}

/// Fills the memo once the same bytes have come twice.
void HttpServer::remember(std::string_view request, const Call& call, const Outcome& outcome, std::string_view answer) {
  HttpMemo& memo = services_.http_memo;
  if (request.empty() || request.size() > HttpMemo::kMostBytes || guard_ != GuardLevel::error) return;
  const bool twice = memo.request == request && memo.peer == peer_;
  if (twice && memo.filled) return;
  memo = HttpMemo{};
  memo.request = request;
  memo.peer = peer_;
  if (!twice) return;
  memo.call = call.fields;
  memo.reply = outcome.reply;
  memo.answer = answer;
  memo.record = services_.journal.repeatable(shown(Fields(call.fields), outcome, call.op), site_, outcome.entry);
  memo.filled = true;
}

asio::awaitable<HttpServer::Next> HttpServer::answer(Call call, const CallTicket& ticket, Outcome outcome,
                                                     std::string_view request) {
  const bool passes = outcome.entry != nullptr ? outcome.entry->pass_through && !outcome.refuse : guard_ != GuardLevel::error;
  if (passes) co_return co_await pass_on(std::move(call), ticket, std::move(outcome));
  std::vector<Finding> findings = std::move(outcome.findings);
  if (outcome.reply != nullptr && outcome.reply->delay.count() > 0) {
    if (co_await flush() == Next::gone) co_return Next::gone;  // replies to earlier calls do not wait for this one
    co_await services_.wait(outcome.reply->delay);
  }
  const bool refused = outcome.refuse || outcome.entry == nullptr;
  const std::size_t before = out_.size();
  AfterReply after = refused ? decoder_->refuse(outcome.refusal, out_) : decoder_->encode(outcome.rendered, out_);
  if (outcome.reply != nullptr && outcome.reply->fault != Fault::none && !refused) {
    const std::string reply = out_.substr(before);
    out_.resize(before);
    const Next next = co_await flush();
    record(ticket, std::move(call.fields), outcome, std::move(findings), call.op);
    if (next == Next::gone) co_return next;
    co_await play_fault(io_, outcome.reply->fault, truncated(reply));
    co_return outcome.reply->fault == Fault::reset ? Next::gone : Next::close;
  }
  if (!refused && outcome.reply != nullptr && outcome.rendered_is_constant && outcome.reply->delay.count() == 0 &&
      findings.empty() && before == 0 && after == AfterReply::keep_open)
    remember(request, call, outcome, out_);
  // Recorded before the program can see the reply: whatever it does then, even kill -9 to us, the call is not lost.
  record(ticket, std::move(call.fields), outcome, std::move(findings), call.op);
  const Next next = co_await flush();
  request_.clear();
  co_return next == Next::gone ? next : after == AfterReply::close ? Next::close : Next::go_on;
}

/// The real server answers: a call that the guard lets through, or one of a pass-through entry, which judges the answer too.
asio::awaitable<HttpServer::Next> HttpServer::pass_on(Call call, const CallTicket& ticket, Outcome outcome) {
  const Entry* entry = outcome.entry;
  if (co_await flush() == Next::gone) co_return Next::gone;
  if (!upstream_) {
    const bool tls = connection_.tls.has_value();
    upstream_.emplace(services_, connection_.to, tls, tls && !connection_.tls->sni.empty() ? connection_.tls->sni : connection_.to.host);
  }
  const std::string method = call.fields.value("method", "");
  auto reply = co_await upstream_->exchange(method, request_, io_);
  request_.clear();
  Interaction interaction;
  interaction.protocol = "http";
  interaction.op = call.op;
  interaction.request = shown_request(services_.journal, std::move(call.fields));
  if (entry == nullptr && guard_ == GuardLevel::warn)
    ++services_.warnings[fmt::format("{} {} was let through: no expectation matches it and [guard] says \"warn\"",
                                             method, interaction.request.value("url", ""))];
  if (!reply) {
    interaction.response = {{"error", reply.error()}};
    decoder_->refuse(fmt::format("bigfoot-run let this call through, but {}\n", reply.error()), out_);
    co_await flush();
  } else {
    interaction.response = {{"status", (*reply)["status"]}, {"headers", (*reply)["headers"]}, {"body", (*reply)["body"]}};
  }
  std::vector<Finding> findings;
  if (entry != nullptr) {
    findings = std::move(outcome.findings);
    Ledger& ledger = services_.ledger_for(site_.pid);
    for (Finding& finding : ledger.judge_response(*entry, reply ? &interaction.response : nullptr, reply ? "" : reply.error()))
      findings.push_back(std::move(finding));
  }
  services_.journal.record(ticket, site_, std::move(interaction), entry, std::move(findings), entry != nullptr ? "asserted" : "allowed");
  co_return reply && !upstream_->ended() ? Next::go_on : Next::close;
}

void HttpServer::consume(std::size_t bytes) {
  if (may_pass_on_) request_ += io_.input().substr(0, bytes);
  io_.consume(bytes);
}

asio::awaitable<void> HttpServer::refuse_bytes(const ProtocolError& error) {
  Interaction interaction;
  interaction.protocol = "http";
  interaction.op = "bytes";
  const std::string_view input = io_.input();
  interaction.request = {{"data", std::string(input.substr(0, services_.spec.settings.body_limit))}};
  Finding finding;
  finding.kind = ViolationKind::undecoded;
  finding.message = fmt::format("{}: not HTTP: {} (byte {})", site_.target, error.what, error.at);
  out_ += http_bad_request(error);
  co_await flush();
  services_.journal.record(services_.journal.open_call(), site_, std::move(interaction), nullptr, one(std::move(finding)),
                           "", "400");
  co_await io_.close();
}

asio::awaitable<bool> HttpServer::serve() {
  bool between = true;  // the decoder has seen nothing of a next message
  for (;;) {
    std::optional<CallTicket> ticket;
    Outcome outcome;
    if (HttpMemo& memo = services_.http_memo;
        between && memo.filled && memo.begins(io_.input(), peer_)) {
      ticket = services_.journal.open_call();
      outcome = services_.ledger_for(site_.pid).offer(decoder_->info(), memo.call, ticket->seq);
      if (repeats(outcome, *ticket)) {
        consume(memo.request.size());
        request_.clear();
        if (co_await flush() == Next::gone) co_return false;
        continue;
      }
    }
    const std::string_view input = io_.input();
    DecodeResult decoded = decoder_->decode(input, out_);
    if (!decoded) {
      co_await refuse_bytes(decoded.error());
      co_return false;
    }
    Next next = Next::go_on;
    if (auto* call = std::get_if<Call>(&decoded->event)) {
      // Whole, in one piece, and without an answer on the way (100 Continue): then its bytes stand for it.
      const std::string request(input.substr(0, between && out_.empty() ? std::min(decoded->used, HttpMemo::kMostBytes + 1) : 0));
      consume(decoded->used);
      if (!ticket && asks_for_websocket(services_, site_.pid, call->fields)) {
        if (co_await flush() == Next::gone) co_return false;
        co_await serve_websocket(services_, io_, connection_, std::move(call->fields), std::move(request_));
        co_return false;
      }
      if (!ticket) {
        ticket = services_.journal.open_call();
        outcome = offer(*call, *ticket);
      }
      next = co_await answer(std::move(*call), *ticket, std::move(outcome), request);
      between = true;
    } else if (auto* change = std::get_if<Switch>(&decoded->event)) {
      consume(decoded->used);
      if (co_await flush() == Next::gone) co_return false;
      Interaction interaction;
      interaction.protocol = "http";
      interaction.op = "CONNECT";
      interaction.request = {{"authority", change->authority}};
      services_.journal.record(services_.journal.open_call(), site_, std::move(interaction), nullptr, {}, "ambient");
      const std::size_t colon = change->authority.rfind(':');
      connection_.to.host = change->authority.substr(0, colon);
      if (connection_.to.host.starts_with('[')) connection_.to.host = connection_.to.host.substr(1, connection_.to.host.size() - 2);
      connection_.to.address.clear();
      connection_.to.port = colon == std::string::npos ? 0 : static_cast<unsigned>(std::atoi(change->authority.c_str() + colon + 1));
      co_return true;
    } else {
      if (!input.empty()) between = false;  // used or not, the decoder remembers how far it has looked
      consume(decoded->used);
      if (co_await flush() == Next::gone) co_return false;
      if (!std::holds_alternative<NeedMore>(decoded->event)) continue;
      if (co_await io_.read() == StreamIo::Read::ended) {
        DecodeResult last = decoder_->finish(io_.input());
        if (!last) {
          co_await refuse_bytes(last.error());
          co_return false;
        }
        if (auto* call = std::get_if<Call>(&last->event)) {
          consume(last->used);
          const CallTicket late = services_.journal.open_call();
          Outcome outcome = offer(*call, late);
          co_await answer(std::move(*call), late, std::move(outcome), "");
        }
        co_await io_.close();
        co_return false;
      }
    }
    if (next == Next::gone) co_return false;
    if (next == Next::close) {
      co_await io_.close();
      co_return false;
    }
  }
}

}  // namespace

asio::awaitable<bool> serve_http(Services& services, StreamIo& io, Connection& connection) {
  co_return co_await HttpServer(services, io, connection).serve();
}

}  // namespace bigfoot
