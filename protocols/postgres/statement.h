// protocols/postgres/statement.h - What a statement is to the session: a query, or something that the server itself knows.
// Source: PostgreSQL documentation, "SQL Commands"; src/include/tcop/cmdtaglist.h.
#pragma once

#include <string>
#include <string_view>

#include "protocols/postgres/catalogue.h"

namespace bigfoot {

enum class StatementKind { empty, query, begin, commit, rollback, rollback_to, savepoint, release, listen, copy_in, copy_out };

/// One statement, read once.
struct Statement {
  explicit Statement(std::string_view sql);

  std::string sql;
  StatementKind kind = StatementKind::query;
  bool chained = false;     ///< COMMIT AND CHAIN: the next transaction has begun
  bool is_binary = false;   ///< COPY ... WITH BINARY
  bool has_result = false;  ///< gives rows, even where the spec has no columns for it
  std::size_t parameters = 0;  ///< the highest $n
  const CatalogueAnswer* catalogue = nullptr;  ///< the driver's own, not its user's

  /// Op of its call: the verb of a step.
  std::string_view op() const;
  /// The tag that ends it, where a step has none: "SELECT 2", "INSERT 0 1", "CREATE TABLE".
  std::string tag(std::size_t rows, bool has_columns) const;
  /// How many rows an Execute gave, in a tag that counts them: "SELECT 2" of 10.
  static std::string counted(std::string_view tag, std::size_t rows);
};

/// What of the session's own memory a statement drops or sets.
struct SessionChange {
  bool all_statements = false;  ///< DEALLOCATE ALL, DISCARD ALL
  std::string statement{};      ///< DEALLOCATE name
  std::string setting{}, value{};  ///< SET name = value, where clients are told of it: "application_name"
};
SessionChange session_change_of(std::string_view sql);

}  // namespace bigfoot
