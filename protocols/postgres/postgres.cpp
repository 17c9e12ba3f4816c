// protocols/postgres/postgres.cpp - see postgres.h. Here: the start of a session, logins, and who answers what.
#include "protocols/postgres/postgres.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace bigfoot {
namespace {

// What a server says of itself. Drivers ask for some of these by name; see wire-notes.md, "Rules for the engine".
struct Setting {
  std::string_view name, value;
};
constexpr Setting kSettings[] = {
    {"client_encoding", "UTF8"},     {"DateStyle", "ISO, MDY"},   {"default_transaction_read_only", "off"}, {"in_hot_standby", "off"},
    {"integer_datetimes", "on"},     {"IntervalStyle", "postgres"}, {"is_superuser", "off"},                {"server_encoding", "UTF8"},
    {"server_version", "15.0"},      {"standard_conforming_strings", "on"},
};
// The key of a CancelRequest: nobody compares it, there is nothing to cancel.
constexpr std::int32_t kProcessId = 1, kSecretKey = 1;
constexpr std::int32_t kAuthenticationOk = 0;

}  // namespace

DecodeResult PostgresDecoder::decode(std::string_view in, std::string& out) {
  std::size_t used = 0;
  if (phase_ == Phase::over) return Decoded{0, Goodbye{}};  // whoever cancels waits for the server to hang up
  for (;;) {
    if (next_call_) {
      Call call = std::move(*next_call_);
      next_call_.reset();
      return Decoded{used, std::move(call)};
    }
    if (!query_.empty() && phase_ == Phase::ready) {
      Event event = next_of_query(out);
      if (!std::holds_alternative<NeedMore>(event)) return Decoded{used, std::move(event)};
      continue;
    }
    const std::string_view rest = in.substr(used);
    const auto message = phase_ == Phase::startup ? read_startup_packet(rest) : read_message(rest);
    if (!message) return std::unexpected(ProtocolError{used + message.error().at, message.error().what});
    if (message->size == 0) return Decoded{used, NeedMore{}};
    if (described_portal_ && !executes_described(*message)) {
      if (auto event = describe_portal(out)) return Decoded{used, std::move(*event)};
    }
    auto event = phase_ == Phase::startup   ? take_startup(*message, out)
                 : phase_ == Phase::login   ? take_login(*message, out)
                 : phase_ == Phase::copying ? take_copy(*message, out)
                                            : take(*message, out);
    if (!event) return std::unexpected(ProtocolError{used + event.error().at, event.error().what});
    used += message->size;
    if (!std::holds_alternative<NeedMore>(*event)) return Decoded{used, std::move(*event)};
  }
}

DecodeResult PostgresDecoder::finish(std::string_view in) {
  if (!in.empty()) return std::unexpected(ProtocolError{in.size(), "the connection ended in the middle of a message"});
  return Decoded{0, NeedMore{}};
}

std::expected<Event, ProtocolError> PostgresDecoder::take_startup(const PostgresMessage& message, std::string& out) {
  MessageReader in(message.body);
  const auto number = in.number<std::uint32_t>();
  if (number == kSslRequest && peer_.offers_tls) {
    peer_.offers_tls = false;  // inside TLS there is no second one
    out += 'S';
    return Switch{"tls", ""};
  }
  if (number == kSslRequest || number == kGssRequest) {
    out += 'N';
    return Aside{number == kSslRequest ? "ssl request" : "gss request", {{"answer", "N"}}};
  }
  if (number == kCancelRequest) {
    phase_ = Phase::over;
    return Aside{"cancel", {{"pid", in.number<std::int32_t>()}}};
  }
  if (number >> 16 != kProtocol30 >> 16) {
    phase_ = Phase::over;
    const std::string what = fmt::format("unsupported frontend protocol {}.{}: server supports 3.0 to 3.0", number >> 16, number & 0xFFFF);
    write_report('E', "FATAL", "0A000", Value{{"message", what}}, out);
    return std::unexpected(ProtocolError{4, what});
  }
  is_newer_ = number > kProtocol30;
  return open(in);
}

Event PostgresDecoder::open(MessageReader& in) {
  settings_.clear();
  unknown_options_.clear();
  for (std::string_view name = in.text(); !name.empty(); name = in.text()) {
    const std::string_view value = in.text();
    if (name.starts_with("_pq_.")) unknown_options_.emplace_back(name);
    else settings_.insert_or_assign(std::string(name), std::string(value));
  }
  phase_ = Phase::opening;
  return Opening{opening_fields()};
}

Fields PostgresDecoder::opening_fields() {
  const std::string& user = settings_["user"];
  const std::string& database = settings_["database"];
  return {{"user", user}, {"host", peer_.host}, {"port", peer_.port}, {"database", database.empty() ? user : database}};
}

AfterReply PostgresDecoder::refuse_login(std::string& out) {
  phase_ = Phase::over;
  refusal_code_ = "28P01";  // invalid_password
  write_report('E', "FATAL", refusal_code_, {{"message", fmt::format("password authentication failed for user \"{}\"", settings_["user"])}}, out);
  return AfterReply::close;
}

AfterReply PostgresDecoder::accept(const Fields& terms, std::string& out) {
  if (phase_ == Phase::refused) return refuse_login(out);
  if (const auto error = terms.find("error"); error != terms.end()) {
    phase_ = Phase::over;
    write_report('E', "FATAL", "28000", *error, out);
    return AfterReply::close;
  }
  if (is_newer_ || !unknown_options_.empty()) {  // NegotiateProtocolVersion: what we speak, and the options that we do not
    MessageWriter message(out, 'v');
    message.number(kProtocol30).number(static_cast<std::int32_t>(unknown_options_.size()));
    for (const std::string& option : unknown_options_) message.text(option);
  }
  const std::string user = settings_["user"];
  login_ = make_login(terms.value("auth", "trust"), user, terms.value("password", ""), fmt::format("{}@{}:{}", user, peer_.host, peer_.port));
  if (login_) {
    phase_ = Phase::login;
    login_->ask(out);
  } else {
    greet(out);
  }
  return AfterReply::keep_open;
}

std::expected<Event, ProtocolError> PostgresDecoder::take_login(const PostgresMessage& message, std::string& out) {
  if (message.type == 'X') {
    phase_ = Phase::over;
    return Goodbye{};
  }
  if (message.type != 'p') return std::unexpected(ProtocolError{0, "a message that is no password came before the end of the login"});
  LoginStep step = login_->take(message.body, out);
  switch (step.state) {
    case LoginStep::State::go_on: return NeedMore{};
    case LoginStep::State::accepted: greet(out); return NeedMore{};
    case LoginStep::State::broken: return std::unexpected(ProtocolError{0, std::move(step.problem)});
    case LoginStep::State::wrong: break;
  }
  phase_ = Phase::refused;
  Opening told{opening_fields(), true};
  const auto shown = login_->shown_password();
  told.fields["password"] = shown ? Value(*shown) : Value{{"hidden_by", login_->method()}};
  return told;
}

void PostgresDecoder::greet(std::string& out) {
  phase_ = Phase::ready;
  const auto status = [&](std::string_view name, std::string_view value) { MessageWriter(out, 'S').text(name).text(value); };
  MessageWriter(out, 'R').number(kAuthenticationOk);
  status("application_name", settings_["application_name"]);
  for (const Setting& setting : kSettings) status(setting.name, setting.value);
  status("session_authorization", settings_["user"]);
  const auto zone = settings_.find("TimeZone");
  status("TimeZone", zone == settings_.end() ? "Etc/UTC" : zone->second);
  MessageWriter(out, 'K').number(kProcessId).number(kSecretKey);
  ready(out);
}

void PostgresDecoder::ready(std::string& out) { MessageWriter(out, 'Z').bytes(std::string(1, static_cast<char>(transaction_))); }

std::expected<Event, ProtocolError> PostgresDecoder::take(const PostgresMessage& message, std::string& out) {
  MessageReader in(message.body);
  switch (message.type) {
    case 'X':
      asked_ = Asked::end;
      return Call{.op = "close", .fields = {{"close", true}}, .unnamed = Unnamed::unasserted, .ends = true};
    case 'd':
    case 'c':
    case 'f': return NeedMore{};  // the rest of a COPY that was broken off: "COPY Operations"
    case 'Q': {
      const std::string_view sql = in.text();
      if (!in.ok() || !in.at_end()) return std::unexpected(ProtocolError{5, "a Query is one text with a zero byte behind it"});
      if (skips_to_sync_) return NeedMore{};
      return start_query(sql, out);
    }
    case 'F': {
      asked_ = Asked::function;
      const auto oid = in.number<std::uint32_t>();
      if (!in.ok()) return std::unexpected(ProtocolError{5, "a FunctionCall is cut short"});
      if (skips_to_sync_) return NeedMore{};
      return Call{"function", {{"function", oid}}};
    }
    case 'p': return std::unexpected(ProtocolError{0, "a password came outside of a login"});
    default: return take_extended(message, out);
  }
}

AfterReply PostgresDecoder::encode(const Fields& reply, std::string& out) {
  if (phase_ == Phase::refused) return refuse_login(out);
  if (asked_ == Asked::statement) touched_ = true;
  return answer(reply.is_object() ? reply : Fields::object(), out);
}

AfterReply PostgresDecoder::answer_itself(std::string& out) {
  const bool is_query = asked_ == Asked::statement || asked_ == Asked::columns_of_portal || asked_ == Asked::columns_of_statement;
  const CatalogueAnswer* own = is_query ? current_.prepared->statement.catalogue : nullptr;
  return answer(own ? catalogue_reply(*own, current_.prepared->statement.sql, current_.params) : Fields::object(), out);
}

AfterReply PostgresDecoder::answer(const Fields& reply, std::string& out) {
  switch (std::exchange(asked_, Asked::nothing)) {
    case Asked::statement: return finish_statement(reply, out);
    case Asked::columns_of_statement:
      describe_parameters(*current_.prepared, reply, out);
      [[fallthrough]];
    case Asked::columns_of_portal: {
      const ResultSet result = result_of(reply, current_.prepared->statement.has_result);
      write_columns(result, current_.portal ? current_.portal->formats : FormatCodes{}, out);
      return AfterReply::keep_open;
    }
    case Asked::start_of_copy: return start_copy(reply, out);
    case Asked::function:
      asked_ = Asked::function;
      return refuse("a function call by number cannot be scripted", out);
    case Asked::in_failed_transaction:
      fail("25P02", {{"message", "current transaction is aborted, commands ignored until end of transaction block"}}, out);
      return AfterReply::keep_open;
    case Asked::end:
    case Asked::nothing: break;
  }
  phase_ = Phase::over;
  return AfterReply::close;
}

AfterReply PostgresDecoder::refuse(std::string_view why, std::string& out) {
  constexpr std::string_view kRefused = "BF001";
  const std::size_t line = std::min(why.find('\n'), why.size());
  Value fields = {{"message", fmt::format("bigfoot: {}", why.substr(0, line))}, {"detail", why.substr(std::min(line + 1, why.size()))}};
  const Asked asked = std::exchange(asked_, Asked::nothing);
  refusal_code_ = asked == Asked::end && phase_ == Phase::ready ? "" : kRefused;
  if (phase_ == Phase::refused) return refuse_login(out);
  if (phase_ == Phase::opening) {
    phase_ = Phase::over;
    write_report('E', "FATAL", kRefused, fields, out);
    return AfterReply::close;
  }
  if (asked == Asked::function) {
    write_report('E', "ERROR", kRefused, fields, out);
    if (transaction_ == Transaction::open) transaction_ = Transaction::failed;
    ready(out);
    return AfterReply::keep_open;
  }
  if (asked == Asked::end) return AfterReply::close;
  return fail(kRefused, fields, out);
}

AfterReply PostgresDecoder::push(const Fields& said, std::string& out) {
  if (const auto channel = said.find("channel"); channel != said.end() && channel->is_string()) {
    const auto payload = said.find("payload");
    const std::string text = payload == said.end() ? "" : payload->is_string() ? payload->get<std::string>() : payload->dump();
    MessageWriter(out, 'A').number(said.value("pid", kProcessId)).text(channel->get<std::string>()).text(text);
  }
  if (const auto notices = said.find("notices"); notices != said.end())
    for (const Value& notice : *notices) write_report('N', "NOTICE", "00000", notice, out);
  const auto error = said.find("error");
  if (error == said.end()) return AfterReply::keep_open;
  phase_ = Phase::over;
  write_report('E', "FATAL", "57P01", *error, out);
  return AfterReply::close;
}

}  // namespace bigfoot
