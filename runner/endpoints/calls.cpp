// runner/endpoints/calls.cpp - see calls.h.
#include "runner/endpoints/calls.h"

#include <fmt/format.h>

#include <algorithm>
#include <deque>

#include "protocols/body.h"
#include "protocols/settled.h"
#include "runner/endpoints/call_memo.h"
#include "runner/endpoints/faults.h"
#include "runner/endpoints/opaque.h"
#include "runner/endpoints/tls.h"

namespace bigfoot {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kMostAnswers = 64 * 1024;  // of a pipeline, before they are sent

/// Something that the server says by itself, and when.
struct Due {
  std::string bytes;
  Clock::time_point at;
};

class CallServer {
 public:
  CallServer(Services& services, StreamIo& io, Connection& connection, std::unique_ptr<Decoder> decoder)
      : services_(services),
        io_(io),
        connection_(connection),
        decoder_(std::move(decoder)),
        settled_(dynamic_cast<const SettledDecoder*>(decoder_.get())),
        site_(site_of(connection)),
        guard_(services.spec.guard.level(decoder_->info().name)) {}

  asio::awaitable<void> serve();

 private:
  enum class Next { go_on, close, gone };

  asio::awaitable<Next> converse();
  asio::awaitable<Next> take(Event event, std::string_view state, std::string request);
  asio::awaitable<Next> open(Opening opening);
  asio::awaitable<Next> answer(Call call, std::string_view state, std::string request);
  std::string_view settled() const { return settled_ != nullptr && !session_ ? settled_->settled() : std::string_view(); }
  bool repeats();
  void remember(std::string_view state, const std::string& request, const Call& call, const Outcome& outcome, std::string_view answer);
  asio::awaitable<Next> start_tls();
  asio::awaitable<Next> wait_for_more();
  asio::awaitable<Next> speak();
  asio::awaitable<Next> break_off(Fault fault, std::string_view truncated);
  asio::awaitable<Next> flush();
  asio::awaitable<void> refuse_bytes(const ProtocolError& error);

  Outcome judge(const Call& call, std::uint64_t seq);
  AfterReply reply_to(const Outcome& outcome);
  std::string_view answered(const Outcome& outcome) const;
  void find_failure(std::vector<Finding>& findings);
  void collect_later();
  std::optional<Clock::time_point> next_due();
  void record(const CallTicket& ticket, Interaction interaction, const Entry* entry, std::vector<Finding> findings, std::string_view state,
              std::string_view answered = "");
  Interaction interaction_of(std::string op, Fields request, Fields response = Fields::object());
  Fields shown_response(const Outcome& outcome) const;
  Fields shown_request(Fields fields) const;
  bool is_any_entry_near() const;
  static Next after(AfterReply after) { return after == AfterReply::close ? Next::close : Next::go_on; }

  Services& services_;
  StreamIo& io_;
  Connection& connection_;
  std::unique_ptr<Decoder> decoder_;
  const SettledDecoder* settled_;         // the decoder, where it is one
  CallSite site_;
  GuardLevel guard_;                      // of sessions that no expectation names
  std::unique_ptr<CallSession> session_;  // of a protocol whose entries have steps, once it has begun
  bool opened_ = false;                   // the opening has been judged, or a first call
  std::string said_;                      // by the program before the opening: the real server must hear it too
  CallMemo memo_;                         // of a protocol without sessions
  std::deque<Due> later_;
  const Entry* served_ = nullptr;    // the entry of the last scripted reply, and where that stands
  Place served_at_;
  std::optional<Clock::time_point> push_due_;  // of the push whose turn it is
  std::string out_;
};

asio::awaitable<CallServer::Next> CallServer::flush() {
  const bool taken = out_.empty() || co_await io_.write(out_);
  out_.clear();
  co_return taken ? Next::go_on : Next::gone;
}

Interaction CallServer::interaction_of(std::string op, Fields request, Fields response) {
  Interaction interaction;
  interaction.protocol = decoder_->info().name;
  interaction.op = std::move(op);
  if (services_.journal.stores_interactions()) {
    interaction.request = std::move(request);
    interaction.response = std::move(response);
  }
  return interaction;
}

void CallServer::record(const CallTicket& ticket, Interaction interaction, const Entry* entry, std::vector<Finding> findings,
                        std::string_view state, std::string_view answered) {
  services_.journal.record(ticket, site_, std::move(interaction), entry, std::move(findings), state, answered);
}

/// Texts and bytes over the limit keep their beginning, size and digest.
void cut_long_values(Value& value, std::size_t limit) {
  if (value.is_string() && value.get_ref<const std::string&>().size() > limit) {
    value = body_view(value.get_ref<const std::string&>(), "text/plain", limit);
  } else if (value.is_structured()) {
    for (Value& part : value) cut_long_values(part, limit);
  }
}

/// As timelines show it: headers without noise, and no more of long values than settings.body_limit.
Fields CallServer::shown_request(Fields fields) const {
  cut_long_values(fields, services_.spec.settings.body_limit);
  const auto headers = fields.find("headers");
  if (headers == fields.end()) return fields;
  Value kept = Value::array();
  for (Value& header : *headers)
    if (!services_.journal.is_noise(header[0].get_ref<const std::string&>())) kept.push_back(std::move(header));
  *headers = std::move(kept);
  return fields;
}

Fields CallServer::shown_response(const Outcome& outcome) const {
  if (outcome.reply != nullptr && outcome.reply->fault != Fault::none) return {{"fault", std::string(to_text(outcome.reply->fault))}};
  if (outcome.refuse) return {{"refused", outcome.refusal}};
  return outcome.rendered.is_object() ? outcome.rendered : Fields::object({{"value", outcome.rendered}});
}

/// Whether an entry of this protocol could be for this connection: else the guard alone decides of it.
bool CallServer::is_any_entry_near() const {
  return std::ranges::any_of(services_.spec.entries, [&](const Entry& entry) {
    const EndpointPattern& place = entry.endpoint;
    return entry.protocol == &decoder_->info() && (place.fits(connection_.to) || (!place.tcp && !place.unix_path));
  });
}

asio::awaitable<CallServer::Next> CallServer::open(Opening opening) {
  if (connection_.tls) add_tls_fields(connection_, opening.fields);
  session_ = services_.ledger_for(site_.pid).open_calls(decoder_->info(), opening);
  if (!session_->is_named() && guard_ != GuardLevel::error) {
    co_await relay_from_here(services_, io_, connection_, decoder_->info().name, std::move(said_), guard_ == GuardLevel::warn);
    session_.reset();
    co_return Next::gone;
  }
  opened_ = true;
  const CallTicket ticket = services_.journal.open_call();
  Outcome outcome;
  outcome.own_answer = outcome.ambient = true;
  if (opening.is_call || session_->answers_opening()) outcome = session_->open(ticket.seq);
  if (outcome.reply != nullptr && outcome.reply->delay.count() > 0) co_await services_.wait(outcome.reply->delay);
  const Fault fault = outcome.reply != nullptr && !outcome.refuse ? outcome.reply->fault : Fault::none;
  AfterReply after_reply = AfterReply::keep_open;
  const std::size_t before = out_.size();
  if (outcome.refuse) {
    after_reply = decoder_->refuse(outcome.refusal, out_);
  } else if (outcome.reply != nullptr && outcome.reply->fields && !outcome.rendered.empty()) {
    if (opening.is_call) after_reply = decoder_->encode(outcome.rendered, out_);
    else after_reply = decoder_->accept(outcome.rendered, out_);
  } else {
    after_reply = decoder_->accept(session_->terms(), out_);
  }
  const std::string reply = out_.substr(before);
  if (fault != Fault::none) out_.resize(before);
  record(ticket, interaction_of(opening.is_call ? "handshake" : "connect", shown_request(std::move(opening.fields)), shown_response(outcome)),
         outcome.entry, std::move(outcome.findings), outcome.ambient ? "ambient" : "asserted", answered(outcome));
  if (fault != Fault::none) co_return co_await break_off(fault, std::string_view(reply).substr(0, reply.size() * 3 / 4));
  if (after_reply == AfterReply::start_tls) co_return co_await start_tls();
  co_return after(after_reply);
}

Outcome CallServer::judge(const Call& call, std::uint64_t seq) {
  Ledger& ledger = services_.ledger_for(site_.pid);
  if (session_) return session_->offer(call, seq);
  const bool courtesy = !services_.spec.settings.ambient_asserted;
  if (courtesy && call.unnamed != Unnamed::unexpected && !ledger.names(decoder_->info(), call.fields)) {
    Outcome own;
    own.own_answer = own.ambient = true;
    return own;
  }
  return ledger.offer(decoder_->info(), call.fields, seq);
}

AfterReply CallServer::reply_to(const Outcome& outcome) {
  if (outcome.refuse) return decoder_->refuse(outcome.refusal, out_);
  if (outcome.own_answer) return decoder_->answer_itself(out_);
  served_ = outcome.entry;
  served_at_ = outcome.reply != nullptr ? outcome.reply->at : Place();
  return decoder_->encode(outcome.rendered, out_);
}

/// What the program saw instead of a reply, in its protocol's words.
std::string_view CallServer::answered(const Outcome& outcome) const {
  if (!outcome.refuse) return "";
  const std::string_view code = decoder_->refusal_code();
  return code.empty() ? "refused" : code;
}

/// A reply that could not be said is a broken rule of its entry.
void CallServer::find_failure(std::vector<Finding>& findings) {
  const std::string why = decoder_->take_failure();
  if (why.empty() || served_ == nullptr) return;
  findings.push_back(services_.ledger_for(site_.pid).reply_failed(*served_, served_at_, why));
}

/// Answers a call that equals an earlier one in every byte.
bool CallServer::repeats() {
  const std::string_view state = settled();
  const CallMemo::Slot* slot = state.empty() ? nullptr : memo_.find(state, io_.input());
  if (slot == nullptr || !slot->filled || !services_.ledger_for(site_.pid).would_repeat(*slot->entry, slot->reply)) return false;
  const CallTicket ticket{services_.journal.next_seq(), services_.journal.now_ms()};
  if (!services_.journal.record_again(ticket, site_, slot->record)) return false;
  services_.journal.open_call();
  services_.ledger_for(site_.pid).repeat(*slot->entry, ticket.seq);
  io_.consume(slot->request.size());
  out_ += slot->answer;
  return true;
}

/// Fills a slot of the memo once the same bytes have come twice.
void CallServer::remember(std::string_view state, const std::string& request, const Call& call, const Outcome& outcome, std::string_view answer) {
  if (state.empty() || request.empty() || settled() != state) return;
  CallMemo::Slot* slot = memo_.find(state, request);
  if (slot == nullptr) {
    memo_.add(state, request);
    return;
  }
  slot->entry = outcome.entry;
  slot->reply = outcome.reply;
  slot->answer = answer;
  slot->record = services_.journal.repeatable(interaction_of(call.op, shown_request(call.fields), shown_response(outcome)), site_, outcome.entry);
  slot->filled = true;
}

asio::awaitable<CallServer::Next> CallServer::answer(Call call, std::string_view state, std::string request) {
  opened_ = true;
  // What was due is said first: else it would depend on the pieces in which bytes come whether it is.
  if (call.ends) {
    const Next said = co_await speak();
    if (said != Next::go_on) co_return said;
  }
  if (!session_ && connection_.tls) add_tls_fields(connection_, call.fields);
  if (call.peek) {
    Outcome ahead = judge(call, services_.journal.next_seq());
    const AfterReply after_reply = reply_to(ahead);
    find_failure(ahead.findings);
    if (!ahead.findings.empty()) {
      const CallTicket ticket = services_.journal.open_call();
      record(ticket, interaction_of(call.op, shown_request(std::move(call.fields)), shown_response(ahead)), ahead.entry,
             std::move(ahead.findings), "asserted", answered(ahead));
    }
    co_return after(after_reply);
  }
  const CallTicket ticket = services_.journal.open_call();
  Outcome outcome = judge(call, ticket.seq);
  if (outcome.reply != nullptr && outcome.reply->delay.count() > 0) {
    if (co_await flush() == Next::gone) co_return Next::gone;  // replies to earlier calls do not wait for this one
    co_await services_.wait(outcome.reply->delay);
  }
  const Fault fault = outcome.reply != nullptr && !outcome.refuse ? outcome.reply->fault : Fault::none;
  const std::size_t before = out_.size();
  const AfterReply after_reply = reply_to(outcome);
  find_failure(outcome.findings);
  collect_later();
  const std::string reply = fault == Fault::none ? std::string() : out_.substr(before);
  if (fault != Fault::none) out_.resize(before);
  const bool plain = outcome.entry != nullptr && outcome.findings.empty() && !outcome.refuse && outcome.rendered_is_constant;
  const bool at_once = fault == Fault::none && (outcome.reply == nullptr || outcome.reply->delay.count() == 0);
  if (plain && at_once && after_reply == AfterReply::keep_open) remember(state, request, call, outcome, std::string_view(out_).substr(before));
  for (const std::string_view field : call.withheld) call.fields.erase(std::string(field));
  // Recorded before the program can see the reply: whatever it does then, the call is not lost.
  record(ticket, interaction_of(std::move(call.op), shown_request(std::move(call.fields)), shown_response(outcome)), outcome.entry,
         std::move(outcome.findings), outcome.ambient ? "ambient" : "asserted", answered(outcome));
  if (fault != Fault::none) co_return co_await break_off(fault, std::string_view(reply).substr(0, reply.size() * 3 / 4));
  if (after_reply == AfterReply::start_tls) co_return co_await start_tls();
  if (out_.size() > kMostAnswers && co_await flush() == Next::gone) co_return Next::gone;
  co_return after(after_reply);
}

asio::awaitable<CallServer::Next> CallServer::break_off(Fault fault, std::string_view truncated) {
  const Next next = co_await flush();
  if (next == Next::gone) co_return next;
  co_await play_fault(io_, fault, truncated);
  co_return fault == Fault::reset ? Next::gone : Next::close;
}

asio::awaitable<CallServer::Next> CallServer::start_tls() {
  // Named results: of a co_await inside a condition g++ 12 makes a frame that is resumed for ever.
  const Next flushed = co_await flush();
  if (flushed == Next::gone) co_return flushed;
  if (!terminates_tls(services_, connection_.to)) co_return Next::close;
  while (io_.input().empty()) {
    const StreamIo::Read read = co_await io_.read();
    if (read != StreamIo::Read::bytes) co_return Next::close;
  }
  const bool secured = co_await accept_tls(services_, io_, connection_);
  if (!secured) co_return Next::gone;
  decoder_->secured();
  said_.clear();
  co_return Next::go_on;
}

void CallServer::collect_later() {
  for (Later& later : decoder_->take_later()) {
    const Clock::time_point from = later_.empty() ? Clock::now() : later_.back().at;
    later_.push_back({std::move(later.bytes), from + later.after});
  }
}

/// When the server has something to say by itself next.
std::optional<Clock::time_point> CallServer::next_due() {
  const Turn* turn = session_ ? session_->waiting_push() : nullptr;
  if (turn == nullptr) {
    push_due_.reset();
  } else if (!push_due_) {
    push_due_ = Clock::now() + turn->reply.delay;
  }
  std::optional<Clock::time_point> due = push_due_;
  if (!later_.empty() && (!due || later_.front().at < *due)) due = later_.front().at;
  return due;
}

/// Says what is due now.
asio::awaitable<CallServer::Next> CallServer::speak() {
  for (;;) {
    const std::optional<Clock::time_point> due = next_due();
    if (!due || (*due > Clock::now() && !services_.hurry)) co_return Next::go_on;
    if (!later_.empty() && later_.front().at <= *due) {
      out_ += later_.front().bytes;
      later_.pop_front();
      continue;
    }
    push_due_.reset();
    const CallTicket ticket = services_.journal.open_call();
    CallSession::Push push = session_->play_push();
    const Fault fault = push.turn->reply.fault;
    AfterReply after_push = AfterReply::keep_open;
    if (fault == Fault::none) after_push = decoder_->push(push.said, out_);
    Fields said = fault == Fault::none ? std::move(push.said) : Fields::object({{"fault", std::string(to_text(fault))}});
    record(ticket, interaction_of(push.turn->verb, Fields::object(), std::move(said)), push.entry, std::move(push.findings), "asserted");
    if (fault != Fault::none) co_return co_await break_off(fault, "");
    if (after_push == AfterReply::close) co_return Next::close;
  }
}

/// Sends what is there to say, and waits for the program; what falls due meanwhile is said.
asio::awaitable<CallServer::Next> CallServer::wait_for_more() {
  for (;;) {
    Next next = co_await speak();
    if (next == Next::go_on) next = co_await flush();
    if (next != Next::go_on) co_return next;
    const std::optional<Clock::time_point> due = next_due();
    StreamIo::Read read;
    if (due) {
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(*due - Clock::now());
      const std::chrono::milliseconds patience = std::max(left, std::chrono::milliseconds(1));
      read = co_await io_.read_within(patience);
    } else {
      read = co_await io_.read();
    }
    if (read != StreamIo::Read::quiet) co_return Next::go_on;
  }
}

asio::awaitable<CallServer::Next> CallServer::take(Event event, std::string_view state, std::string request) {
  if (auto* opening = std::get_if<Opening>(&event)) co_return co_await open(std::move(*opening));
  if (auto* call = std::get_if<Call>(&event)) co_return co_await answer(std::move(*call), state, std::move(request));
  if (auto* aside = std::get_if<Aside>(&event)) {
    record(services_.journal.open_call(), interaction_of(std::move(aside->op), std::move(aside->fields)), nullptr, {}, "ambient");
    co_return Next::go_on;
  }
  const auto* change = std::get_if<Switch>(&event);
  if (change == nullptr || change->protocol != "tls") co_return Next::close;
  const Next next = co_await start_tls();
  co_return next;
}

asio::awaitable<void> CallServer::refuse_bytes(const ProtocolError& error) {
  Finding finding;
  finding.kind = ViolationKind::undecoded;
  finding.message = io_.ended() ? fmt::format("{}: {}: {}", site_.target, decoder_->info().name, error.what)
                                : fmt::format("{}: not {}: {} (byte {})", site_.target, decoder_->info().name, error.what, error.at);
  const std::string_view input = io_.input();
  Fields data = {{"data", std::string(input.substr(0, services_.spec.settings.body_limit))}};
  decoder_->refuse(error.what, out_);
  const std::string_view code = decoder_->refusal_code();
  record(services_.journal.open_call(), interaction_of("bytes", std::move(data)), nullptr, one(std::move(finding)), "", code.empty() ? "refused" : code);
  co_await flush();
}

asio::awaitable<CallServer::Next> CallServer::converse() {
  for (;;) {
    while (repeats()) {
      if (out_.size() > kMostAnswers && co_await flush() == Next::gone) co_return Next::gone;
    }
    const std::string_view input = io_.input();
    const std::string_view state = settled();
    DecodeResult decoded = io_.ended() ? decoder_->finish(input) : decoder_->decode(input, out_);
    if (!decoded) {
      co_await refuse_bytes(decoded.error());
      co_return Next::close;
    }
    std::vector<Finding> late;  // more of a reply was asked for, without a call
    find_failure(late);
    if (!late.empty()) services_.journal.record(std::move(late), false);
    if (!opened_ && guard_ != GuardLevel::error) said_ += input.substr(0, decoded->used);
    std::string request;
    if (!state.empty() && decoded->used <= CallMemo::kMostBytes) request = input.substr(0, decoded->used);
    io_.consume(decoded->used);
    const bool idle = std::holds_alternative<NeedMore>(decoded->event);
    Next next = Next::go_on;
    if (!idle) {
      Event event = std::move(decoded->event);
      next = co_await take(std::move(event), state, std::move(request));
    } else if (io_.ended()) {
      next = Next::close;
    } else {
      next = co_await wait_for_more();
    }
    if (next != Next::go_on) co_return next;
  }
}

asio::awaitable<void> CallServer::serve() {
  Next next = Next::go_on;
  const bool relayed = guard_ != GuardLevel::error && !is_any_entry_near();
  if (relayed) {
    co_await relay_from_here(services_, io_, connection_, decoder_->info().name, "", guard_ == GuardLevel::warn);
    co_return;
  }
  next = co_await converse();
  if (session_) {
    std::vector<Finding> findings = session_->end();
    if (!findings.empty()) services_.journal.record(std::move(findings), false);
  }
  if (next == Next::gone) co_return;
  co_await flush();
  co_await io_.close();
}

}  // namespace

asio::awaitable<void> serve_calls(Services& services, StreamIo& io, Connection& connection, std::unique_ptr<Decoder> decoder) {
  CallServer server(services, io, connection, std::move(decoder));
  co_await server.serve();
}

}  // namespace bigfoot
