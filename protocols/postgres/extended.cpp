// protocols/postgres/extended.cpp - Extended queries: statements are parsed, bound, described and executed, each by itself.
// Source: PostgreSQL documentation, "Extended Query", "Pipelining"; src/backend/tcop/postgres.c (exec_*_message).
#include <fmt/format.h>

#include "protocols/body.h"
#include "protocols/postgres/postgres.h"

namespace bigfoot {
namespace {

ProtocolError cut_short(std::string_view message) { return {5, fmt::format("a {} is cut short, or goes on behind its end", message)}; }

constexpr std::uint32_t kTextOid = 25;  // pg_type.dat

}  // namespace

std::expected<Event, ProtocolError> PostgresDecoder::take_extended(const PostgresMessage& message, std::string& out) {
  MessageReader in(message.body);
  is_simple_ = false;
  if (message.type == 'S') {
    sync(out);
    return NeedMore{};
  }
  if (skips_to_sync_ || message.type == 'H') return NeedMore{};  // Flush: nothing is kept back
  switch (message.type) {
    case 'P': return parse(in, out);
    case 'B': return bind(in, out);
    case 'D': return describe(in, out);
    case 'E': return execute(in, out);
    default: return close(in, out);
  }
}

std::expected<Event, ProtocolError> PostgresDecoder::parse(MessageReader& in, std::string& out) {
  const std::string_view name = in.text(), sql = in.text();
  const auto count = in.number<std::uint16_t>();
  std::vector<std::uint32_t> types;
  for (unsigned i = 0; i < count && in.ok(); ++i) types.push_back(in.number<std::uint32_t>());
  if (!in.ok() || !in.at_end()) return std::unexpected(cut_short("Parse"));
  if (!name.empty() && prepared_.contains(name)) {
    fail("42P05", {{"message", fmt::format("prepared statement \"{}\" already exists", name)}}, out);
    return NeedMore{};
  }
  const auto prepared = std::make_shared<Prepared>(Prepared{Statement(sql), std::move(types)});
  if (is_refused_by_transaction(prepared->statement)) return run({prepared, std::make_shared<Portal>(Portal{prepared})}, out);
  prepared_.insert_or_assign(std::string(name), prepared);
  MessageWriter(out, '1');  // ParseComplete
  return NeedMore{};
}

std::expected<Event, ProtocolError> PostgresDecoder::bind(MessageReader& in, std::string& out) {
  const std::string_view name = in.text(), statement = in.text();
  FormatCodes formats, results;
  for (unsigned i = 0, count = in.number<std::uint16_t>(); i < count && in.ok(); ++i) formats.push_back(in.number<std::int16_t>());
  std::vector<std::optional<std::string_view>> values;
  for (unsigned i = 0, count = in.number<std::uint16_t>(); i < count && in.ok(); ++i) {
    const auto size = in.number<std::int32_t>();
    values.push_back(size < 0 ? std::nullopt : std::optional(in.take(static_cast<std::size_t>(size))));
  }
  for (unsigned i = 0, count = in.number<std::uint16_t>(); i < count && in.ok(); ++i) results.push_back(in.number<std::int16_t>());
  if (!in.ok() || !in.at_end()) return std::unexpected(cut_short("Bind"));
  const auto found = prepared_.find(statement);
  if (found == prepared_.end()) {
    const std::string which = statement.empty() ? "unnamed prepared statement" : fmt::format("prepared statement \"{}\"", statement);
    fail("26000", {{"message", which + " does not exist"}}, out);
    return NeedMore{};
  }
  const std::shared_ptr<Prepared>& prepared = found->second;
  const std::size_t wanted = std::max(prepared->statement.parameters, prepared->given.size());
  if (values.size() != wanted) {
    fail("08P01", {{"message", fmt::format("bind message supplies {} parameters, but prepared statement \"{}\" requires {}", values.size(), statement, wanted)}}, out);
    return NeedMore{};
  }
  Portal portal{prepared};
  for (std::size_t i = 0; i < values.size(); ++i)
    portal.params.push_back(values[i] ? bound_value(*prepared, i, *values[i], is_binary_format(formats, i)) : Value());
  portal.formats = std::move(results);
  portals_.insert_or_assign(std::string(name), std::make_shared<Portal>(std::move(portal)));
  MessageWriter(out, '2');  // BindComplete
  return NeedMore{};
}

std::uint32_t PostgresDecoder::parameter_type(const Prepared& prepared, std::size_t number) const {
  if (number < prepared.given.size() && prepared.given[number] != 0) return prepared.given[number];
  return number < prepared.described.size() ? prepared.described[number] : 0;
}

/// What is of no type that is known here is text where it can be read as such.
Value PostgresDecoder::bound_value(const Prepared& prepared, std::size_t number, std::string_view bytes, bool is_binary) const {
  if (const auto type = find_postgres_type(parameter_type(prepared, number))) {
    if (auto value = postgres_value(*type, bytes, is_binary)) return std::move(*value);
  }
  if (!is_binary || is_text(bytes)) return std::string(bytes);
  return {{"hex", bytea_to_text(bytes)->substr(2)}};
}

std::expected<Event, ProtocolError> PostgresDecoder::describe(MessageReader& in, std::string& out) {
  const auto what = in.number<char>();
  const std::string name(in.text());
  if (!in.ok() || !in.at_end() || (what != 'S' && what != 'P')) return std::unexpected(cut_short("Describe"));
  if (what == 'P') {
    if (!portals_.contains(name)) {
      fail("34000", {{"message", fmt::format("portal \"{}\" does not exist", name)}}, out);
      return NeedMore{};
    }
    described_portal_ = name;
    return NeedMore{};
  }
  const auto found = prepared_.find(name);
  if (found == prepared_.end()) {
    fail("26000", {{"message", fmt::format("prepared statement \"{}\" does not exist", name)}}, out);
    return NeedMore{};
  }
  current_ = Current{found->second, nullptr};
  if (found->second->statement.kind != StatementKind::query) {
    describe_parameters(*found->second, Fields::object(), out);
    MessageWriter(out, 'n');  // NoData
    return NeedMore{};
  }
  asked_ = Asked::columns_of_statement;
  return peek_of(found->second->statement, nullptr);
}

void PostgresDecoder::describe_parameters(Prepared& prepared, const Fields& reply, std::string& out) {
  const auto types = reply.find("param_types");
  const std::size_t count = std::max(prepared.statement.parameters, prepared.given.size());
  prepared.described.clear();
  for (std::size_t i = 0; i < count; ++i) {
    std::uint32_t oid = i < prepared.given.size() ? prepared.given[i] : 0;
    if (oid == 0 && types != reply.end() && types->is_array() && i < types->size() && (*types)[i].is_string())
      if (const auto type = find_postgres_type((*types)[i].get_ref<const std::string&>())) oid = type->oid();
    prepared.described.push_back(oid == 0 ? kTextOid : oid);
  }
  MessageWriter message(out, 't');
  message.number(static_cast<std::uint16_t>(count));
  for (const std::uint32_t oid : prepared.described) message.number(oid);
}

/// Whether the message executes the portal that was described just before: then the one call answers both.
bool PostgresDecoder::executes_described(const PostgresMessage& message) const {
  MessageReader in(message.body);
  return message.type == 'E' && in.text() == *described_portal_ && !portals_.at(*described_portal_)->result;
}

std::optional<Event> PostgresDecoder::describe_portal(std::string& out) {
  const std::shared_ptr<Portal> portal = portals_.at(*described_portal_);
  described_portal_.reset();
  const Statement& statement = portal->prepared->statement;
  if (portal->result) {
    write_columns(*portal->result, portal->formats, out);
    return {};
  }
  if (statement.kind != StatementKind::query) {
    MessageWriter(out, 'n');
    return {};
  }
  current_ = Current{portal->prepared, portal, portal->params};
  asked_ = Asked::columns_of_portal;
  return peek_of(statement, &portal->params);
}

std::expected<Event, ProtocolError> PostgresDecoder::execute(MessageReader& in, std::string& out) {
  const std::string_view name = in.text();
  const auto most = in.number<std::int32_t>();
  if (!in.ok() || !in.at_end()) return std::unexpected(cut_short("Execute"));
  const bool wants_columns = described_portal_.has_value();
  described_portal_.reset();
  const auto found = portals_.find(name);
  if (found == portals_.end()) {
    fail("34000", {{"message", fmt::format("portal \"{}\" does not exist", name)}}, out);
    return NeedMore{};
  }
  const std::shared_ptr<Portal> portal = found->second;
  current_ = Current{portal->prepared, portal, portal->params, most, wants_columns};
  if (!portal->result) return run(current_, out);
  if (portal->result->has_columns) send_rows(*portal, most, out);
  else fail("55000", {{"message", fmt::format("portal \"{}\" cannot be run", name)}}, out);
  return NeedMore{};
}

std::expected<Event, ProtocolError> PostgresDecoder::close(MessageReader& in, std::string& out) {
  const auto what = in.number<char>();
  const std::string name(in.text());
  if (!in.ok() || !in.at_end() || (what != 'S' && what != 'P')) return std::unexpected(cut_short("Close"));
  if (what == 'S') prepared_.erase(name);
  else portals_.erase(name);
  MessageWriter(out, '3');  // CloseComplete
  return NeedMore{};
}

void PostgresDecoder::sync(std::string& out) {
  skips_to_sync_ = false;
  if (transaction_ == Transaction::none) portals_.clear();  // they live as long as their transaction
  ready(out);
}

}  // namespace bigfoot
