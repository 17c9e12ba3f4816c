// protocols/postgres/postgres.h - PostgreSQL, the server's side of protocol 3.0: from the StartupMessage to the end.
// Source: PostgreSQL documentation, "Frontend/Backend Protocol"; wire-notes.md in the design notes, "Postgres, as seen".
//
// Calls, by op: query {query, params, copy}: `params` are JSON (types.h), `copy` is what COPY FROM STDIN was given, only there.
// begin, commit, rollback, close {OP: true}. Savepoints and LISTEN are queries that nobody has to name. function {function: OID}
// is never served. What cannot be known at a Describe (params), or before COPY's data (copy), is withheld and peeked at. A wrong
// password is told by an Opening that is a call, with `password` among its fields.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "protocols/postgres/passwords.h"
#include "protocols/postgres/result.h"
#include "protocols/postgres/statement.h"
#include "protocols/postgres/wire.h"
#include "protocols/protocol.h"

namespace bigfoot {

extern const ProtocolInfo kPostgresInfo;

class PostgresDecoder : public Decoder {
 public:
  explicit PostgresDecoder(const Peer& peer) : peer_(peer) {}

  const ProtocolInfo& info() const override { return kPostgresInfo; }
  DecodeResult decode(std::string_view in, std::string& out) override;
  DecodeResult finish(std::string_view in) override;
  /// `terms`: auth (trust, cleartext, md5, scram-sha-256), password; or error, with which the session is refused.
  AfterReply accept(const Fields& terms, std::string& out) override;
  AfterReply encode(const Fields& reply, std::string& out) override;
  AfterReply refuse(std::string_view why, std::string& out) override;
  std::string_view refusal_code() const override { return refusal_code_; }
  std::string take_failure() override { return std::exchange(failure_, ""); }
  AfterReply answer_itself(std::string& out) override;
  /// `said`: channel, payload and pid of a notification; notices; or an error that ends the session.
  AfterReply push(const Fields& said, std::string& out) override;
  void secured() override { phase_ = Phase::startup; }

 private:
  enum class Phase { startup, opening, login, refused, ready, copying, over };  // refused: the password was wrong
  /// What the last call, or opening, asks for.
  enum class Asked { nothing, statement, columns_of_statement, columns_of_portal, start_of_copy, in_failed_transaction, end, function };
  enum class Transaction : char { none = 'I', open = 'T', failed = 'E' };

  struct Prepared {
    Statement statement;
    std::vector<std::uint32_t> given{};      ///< types of parameters that the client named; 0: it left that to us
    std::vector<std::uint32_t> described{};  ///< those that we told it; empty: it has not asked
  };
  struct Portal {
    std::shared_ptr<Prepared> prepared;
    Value params = Value::array();
    FormatCodes formats{};
    std::optional<ResultSet> result{};  ///< once it has been executed
  };
  /// The statement that is being served.
  struct Current {
    std::shared_ptr<Prepared> prepared;
    std::shared_ptr<Portal> portal;  ///< null in a simple query
    Value params = Value::array();
    std::int32_t most_rows = 0;  ///< of an Execute; 0: all
    bool wants_columns = false;  ///< a Describe of the portal stands before the Execute
    std::string copied{};        ///< of COPY FROM STDIN
    std::string copy_failure{};  ///< the client broke it off
  };

  // postgres.cpp: the session
  std::expected<Event, ProtocolError> take_startup(const PostgresMessage& message, std::string& out);
  Event open(MessageReader& in);
  Fields opening_fields();
  AfterReply refuse_login(std::string& out);
  std::expected<Event, ProtocolError> take_login(const PostgresMessage& message, std::string& out);
  std::expected<Event, ProtocolError> take(const PostgresMessage& message, std::string& out);
  void greet(std::string& out);
  void ready(std::string& out);
  AfterReply answer(const Fields& reply, std::string& out);

  // extended.cpp: Parse, Bind, Describe, Execute, Close, Sync
  std::expected<Event, ProtocolError> take_extended(const PostgresMessage& message, std::string& out);
  std::expected<Event, ProtocolError> parse(MessageReader& in, std::string& out);
  std::expected<Event, ProtocolError> bind(MessageReader& in, std::string& out);
  std::expected<Event, ProtocolError> describe(MessageReader& in, std::string& out);
  std::expected<Event, ProtocolError> execute(MessageReader& in, std::string& out);
  std::expected<Event, ProtocolError> close(MessageReader& in, std::string& out);
  void sync(std::string& out);
  bool executes_described(const PostgresMessage& message) const;
  std::optional<Event> describe_portal(std::string& out);
  void describe_parameters(Prepared& prepared, const Fields& reply, std::string& out);
  Value bound_value(const Prepared& prepared, std::size_t number, std::string_view bytes, bool is_binary) const;
  std::uint32_t parameter_type(const Prepared& prepared, std::size_t number) const;

  // execution.cpp: statements and what comes of them
  Event start_query(std::string_view sql, std::string& out);
  Event next_of_query(std::string& out);
  Event run(Current current, std::string& out);
  Call call_of(const Statement& statement, const Value& params) const;
  Call peek_of(const Statement& statement, const Value* params) const;
  std::expected<Event, ProtocolError> take_copy(const PostgresMessage& message, std::string& out);
  AfterReply start_copy(const Fields& reply, std::string& out);
  AfterReply finish_statement(const Fields& reply, std::string& out);
  AfterReply fail_unsayable(std::string why, std::string& out);
  AfterReply fail(std::string_view code, const Value& fields, std::string& out);
  AfterReply finish_simple(std::string& out);
  std::string send_copy(const Fields& reply, std::string& out);
  AfterReply send_rows(Portal& portal, std::int32_t most, std::string& out);
  static void write_columns(const ResultSet& result, const FormatCodes& formats, std::string& out);
  void end_transaction(Transaction next);
  std::string take_effect(const Statement& statement, std::string& out);
  bool is_refused_by_transaction(const Statement& statement) const;

  Peer peer_;
  Phase phase_ = Phase::startup;
  Asked asked_ = Asked::nothing;
  Transaction transaction_ = Transaction::none;
  bool touched_ = false;  ///< the transaction did something that the spec knows of
  std::map<std::string, std::string> settings_;  ///< of the StartupMessage
  std::vector<std::string> unknown_options_;     ///< "_pq_.…": none is served
  bool is_newer_ = false;                        ///< the client asked for more than 3.0
  std::unique_ptr<Login> login_;

  std::map<std::string, std::shared_ptr<Prepared>, std::less<>> prepared_;
  std::map<std::string, std::shared_ptr<Portal>, std::less<>> portals_;
  std::optional<std::string> described_portal_;  ///< an Execute is likely to follow, and then both are one call
  bool is_simple_ = false;  ///< the statement came in a Query
  bool skips_to_sync_ = false;
  std::vector<std::string> query_;  ///< statements of a simple query that are still to come, the next one last
  Current current_;
  std::string_view refusal_code_;
  std::string failure_;
  std::optional<Call> next_call_;   ///< to be asked before more is read
};

}  // namespace bigfoot
