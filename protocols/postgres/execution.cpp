// protocols/postgres/execution.cpp - Statements as calls, and their answers as messages; transactions; COPY.
// Source: PostgreSQL documentation, "Simple Query", "COPY Operations"; src/backend/access/transam/xact.c.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "protocols/postgres/postgres.h"
#include "protocols/postgres/sql_tokens.h"

namespace bigfoot {
namespace {

/// The rows in a binary COPY: a header, then a count of fields and the fields, each with its length. "COPY", "Binary Format".
std::size_t rows_of_binary_copy(std::string_view data) {
  constexpr std::size_t kSignature = 11;
  MessageReader in(data);
  in.take(kSignature + 4);
  in.take(in.number<std::uint32_t>());
  std::size_t rows = 0;
  for (auto fields = in.number<std::int16_t>(); in.ok() && fields >= 0; fields = in.number<std::int16_t>()) {
    for (int i = 0; i < fields; ++i) {
      const auto size = in.number<std::int32_t>();
      if (size > 0) in.take(static_cast<std::size_t>(size));
    }
    if (in.ok()) ++rows;
  }
  return rows;
}

std::size_t rows_of_copy(std::string_view data, bool is_binary) {
  if (is_binary) return rows_of_binary_copy(data);
  const auto ends = static_cast<std::size_t>(std::ranges::count(data, '\n'));
  return data.empty() || data.ends_with('\n') ? ends : ends + 1;
}

void write_copy_response(char type, std::size_t columns, bool is_binary, std::string& out) {
  MessageWriter message(out, type);
  message.number<std::int8_t>(is_binary ? 1 : 0).number(static_cast<std::int16_t>(columns));
  for (std::size_t i = 0; i < columns; ++i) message.number<std::int16_t>(is_binary ? 1 : 0);
}

std::size_t columns_of(const Fields& reply) {
  const auto columns = reply.find("columns");
  return columns != reply.end() && columns->is_array() ? columns->size() : 1;
}

}  // namespace

Event PostgresDecoder::start_query(std::string_view sql, std::string& out) {
  is_simple_ = true;
  for (const std::string_view statement : sql_statements(sql)) query_.emplace_back(statement);
  std::ranges::reverse(query_);
  portals_.erase("");
  if (!query_.empty()) return next_of_query(out);
  MessageWriter(out, 'I');  // EmptyQueryResponse
  ready(out);
  return Aside{"query", {{"query", sql}}};
}

Event PostgresDecoder::next_of_query(std::string& out) {
  const std::string sql = std::move(query_.back());
  query_.pop_back();
  return run(Current{std::make_shared<Prepared>(Prepared{Statement(sql)}), nullptr}, out);
}

bool PostgresDecoder::is_refused_by_transaction(const Statement& statement) const {
  if (transaction_ != Transaction::failed) return false;
  switch (statement.kind) {
    case StatementKind::empty:
    case StatementKind::commit:
    case StatementKind::rollback:
    case StatementKind::rollback_to: return false;
    default: return true;
  }
}

Event PostgresDecoder::run(Current current, std::string& out) {
  current_ = std::move(current);
  const Statement& statement = current_.prepared->statement;
  const Fields shown = {{"query", statement.sql}};
  if (statement.kind == StatementKind::empty) {
    if (current_.wants_columns) MessageWriter(out, 'n');
    MessageWriter(out, 'I');  // EmptyQueryResponse
    if (is_simple_) finish_simple(out);
    return Aside{"query", shown};
  }
  if (is_refused_by_transaction(statement)) {  // whatever the spec says of it; but it says something of every query
    asked_ = Asked::in_failed_transaction;
    Call call = call_of(statement, current_.params);
    if (call.unnamed == Unnamed::unexpected) call.unnamed = Unnamed::unasserted;
    return call;
  }
  if (statement.kind == StatementKind::copy_in) {
    asked_ = Asked::start_of_copy;
    Call call = peek_of(statement, &current_.params);
    call.withheld.push_back("copy");
    return call;
  }
  asked_ = Asked::statement;
  return call_of(statement, current_.params);
}

Call PostgresDecoder::call_of(const Statement& statement, const Value& params) const {
  Call call;
  call.op = statement.op();
  const bool is_touched = touched_ && transaction_ != Transaction::none;
  switch (statement.kind) {
    case StatementKind::begin:
      call.fields = {{call.op, true}};
      call.unnamed = Unnamed::ambient;
      break;
    case StatementKind::commit:
    case StatementKind::rollback:
      call.fields = {{call.op, true}};
      call.unnamed = is_touched ? Unnamed::unasserted : Unnamed::ambient;
      break;
    case StatementKind::savepoint:
    case StatementKind::release:
    case StatementKind::rollback_to:
    case StatementKind::listen:
      call.fields = {{"query", statement.sql}, {"params", params}};
      call.unnamed = statement.kind == StatementKind::rollback_to && is_touched ? Unnamed::unasserted : Unnamed::ambient;
      break;
    default:
      call.fields = {{"query", statement.sql}, {"params", params}};
      if (statement.catalogue) call.unnamed = Unnamed::ambient;
  }
  return call;
}

Call PostgresDecoder::peek_of(const Statement& statement, const Value* params) const {
  Call call = call_of(statement, params ? *params : Value());
  call.peek = true;
  if (!params) {
    call.fields.erase("params");
    call.withheld.push_back("params");
  }
  return call;
}

AfterReply PostgresDecoder::start_copy(const Fields& reply, std::string& out) {
  if (reply.contains("error")) {  // it is refused before any data comes: the call is made all the same
    next_call_ = call_of(current_.prepared->statement, current_.params);
    next_call_->withheld.push_back("copy");
    asked_ = Asked::statement;
    return AfterReply::keep_open;
  }
  if (current_.wants_columns) MessageWriter(out, 'n');
  current_.wants_columns = false;
  phase_ = Phase::copying;
  write_copy_response('G', columns_of(reply), current_.prepared->statement.is_binary, out);
  return AfterReply::keep_open;
}

std::expected<Event, ProtocolError> PostgresDecoder::take_copy(const PostgresMessage& message, std::string& out) {
  switch (message.type) {
    case 'd': current_.copied += message.body; return NeedMore{};
    case 'H':
    case 'S': return NeedMore{};  // "COPY Operations": ignored during copy-in
    case 'X': phase_ = Phase::ready; return take(message, out);
    case 'c': break;
    case 'f': {
      MessageReader in(message.body);
      current_.copy_failure = fmt::format("COPY from stdin failed: {}", in.text());
      break;
    }
    default: return std::unexpected(ProtocolError{0, fmt::format("a message '{}' came in the middle of COPY data", message.type)});
  }
  phase_ = Phase::ready;
  asked_ = Asked::statement;
  Call call = call_of(current_.prepared->statement, current_.params);
  call.fields["copy"] = current_.copied;
  return call;
}

AfterReply PostgresDecoder::fail(std::string_view code, const Value& fields, std::string& out) {
  const std::string severity = fields.value("severity", "ERROR");
  write_report('E', "ERROR", code, fields, out);
  if (transaction_ == Transaction::open) transaction_ = Transaction::failed;
  described_portal_.reset();
  query_.clear();
  if (severity == "FATAL" || severity == "PANIC") {
    phase_ = Phase::over;
    return AfterReply::close;
  }
  if (is_simple_) ready(out);
  else skips_to_sync_ = true;
  return AfterReply::keep_open;
}

/// A value of the spec, or what became of its holes, that its column cannot carry.
AfterReply PostgresDecoder::fail_unsayable(std::string why, std::string& out) {
  failure_ = std::move(why);
  return fail("XX000", {{"message", "bigfoot: " + failure_}}, out);
}

AfterReply PostgresDecoder::finish_statement(const Fields& reply, std::string& out) {
  const Statement& statement = current_.prepared->statement;
  if (const auto notices = reply.find("notices"); notices != reply.end() && notices->is_array())
    for (const Value& notice : *notices) write_report('N', "NOTICE", "00000", notice, out);
  if (!current_.copy_failure.empty()) return fail("57014", {{"message", current_.copy_failure}}, out);
  if (const auto error = reply.find("error"); error != reply.end()) {
    if (statement.kind == StatementKind::commit || statement.kind == StatementKind::rollback) end_transaction(Transaction::none);
    return fail("XX000", *error, out);
  }
  std::string tag = take_effect(statement, out);
  ResultSet result;
  if (statement.kind == StatementKind::query) result = result_of(reply, statement.has_result);
  if (statement.kind == StatementKind::copy_out) tag = send_copy(reply, out);
  if (statement.kind == StatementKind::copy_in) tag = fmt::format("COPY {}", rows_of_copy(current_.copied, statement.is_binary));
  if (tag.empty()) tag = statement.tag(result.rows.size(), result.has_columns);
  result.tag = reply.value("tag", tag);
  if (!is_simple_) {
    if (current_.wants_columns) write_columns(result, current_.portal->formats, out);
    current_.portal->result = std::move(result);
    return send_rows(*current_.portal, current_.most_rows, out);
  }
  if (result.has_columns) write_columns(result, {}, out);
  for (std::size_t row = 0; row < result.rows.size() && result.has_columns; ++row)
    if (const auto written = write_row(result, row, {}, out); !written) return fail_unsayable(written.error(), out);
  write_complete(result.tag, out);
  return finish_simple(out);
}

/// As many rows as were asked for. Where that many come, nobody knows yet whether there are more: the portal is suspended.
AfterReply PostgresDecoder::send_rows(Portal& portal, std::int32_t most, std::string& out) {
  ResultSet& result = *portal.result;
  const bool goes_on = result.sent > 0;
  std::size_t count = result.has_columns ? result.rows.size() - result.sent : 0;
  const bool is_limited = result.has_columns && most > 0 && count >= static_cast<std::size_t>(most);
  if (is_limited) count = static_cast<std::size_t>(most);
  for (std::size_t i = 0; i < count; ++i, ++result.sent)
    if (const auto written = write_row(result, result.sent, portal.formats, out); !written) return fail_unsayable(written.error(), out);
  if (is_limited) MessageWriter(out, 's');  // PortalSuspended
  else write_complete(goes_on ? Statement::counted(result.tag, count) : result.tag, out);
  return AfterReply::keep_open;
}

/// COPY ... TO STDOUT: a message a line, as the server does it.
std::string PostgresDecoder::send_copy(const Fields& reply, std::string& out) {
  if (std::exchange(current_.wants_columns, false)) MessageWriter(out, 'n');
  const bool is_binary = current_.prepared->statement.is_binary;
  write_copy_response('H', columns_of(reply), is_binary, out);
  std::string data = reply.value("copy_out", "");
  if (!is_binary && !data.empty() && !data.ends_with('\n')) data += '\n';
  for (std::string_view rest = data; !rest.empty();) {
    const std::string_view line = is_binary ? rest : rest.substr(0, rest.find('\n') + 1);
    MessageWriter(out, 'd').bytes(line);
    rest.remove_prefix(line.size());
  }
  MessageWriter(out, 'c');  // CopyDone
  return fmt::format("COPY {}", rows_of_copy(data, is_binary));
}

void PostgresDecoder::write_columns(const ResultSet& result, const FormatCodes& formats, std::string& out) {
  if (result.has_columns) write_row_description(result, formats, out);
  else MessageWriter(out, 'n');  // NoData
}

void PostgresDecoder::end_transaction(Transaction next) {
  transaction_ = next;
  touched_ = false;
  portals_.clear();
}

/// What a statement does to the session. Gives the tag of those that the server knows.
std::string PostgresDecoder::take_effect(const Statement& statement, std::string& out) {
  const auto warn = [&](std::string_view code, std::string_view message) { write_report('N', "WARNING", code, {{"message", message}}, out); };
  const bool ends = statement.kind == StatementKind::commit || statement.kind == StatementKind::rollback;
  if (ends) {
    if (transaction_ == Transaction::none) warn("25P01", "there is no transaction in progress");
    const bool keeps = statement.kind == StatementKind::commit && transaction_ != Transaction::failed;
    end_transaction(statement.chained ? Transaction::open : Transaction::none);
    return keeps ? "COMMIT" : "ROLLBACK";
  }
  switch (statement.kind) {
    case StatementKind::begin:
      if (transaction_ != Transaction::none) warn("25001", "there is already a transaction in progress");
      else touched_ = false;
      transaction_ = Transaction::open;
      return sql_verb(statement.sql) == "START" ? "START TRANSACTION" : "BEGIN";
    case StatementKind::rollback_to: transaction_ = Transaction::open; return "ROLLBACK";
    case StatementKind::savepoint: return "SAVEPOINT";
    case StatementKind::release: return "RELEASE";
    case StatementKind::listen: return "LISTEN";
    default: break;
  }
  if (!statement.catalogue) return {};
  const SessionChange change = session_change_of(statement.sql);
  if (change.all_statements) prepared_.clear();
  if (!change.statement.empty()) prepared_.erase(change.statement);
  if (!change.setting.empty()) MessageWriter(out, 'S').text(change.setting).text(change.value);  // ParameterStatus
  return {};
}

AfterReply PostgresDecoder::finish_simple(std::string& out) {
  if (query_.empty()) ready(out);
  return AfterReply::keep_open;
}

}  // namespace bigfoot
