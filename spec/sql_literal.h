// spec/sql_literal.h - Values that a driver writes into the text of a statement: 'alice', -1, ARRAY['a'], '2026-01-02'::date.
// Source: PostgreSQL documentation, "Constants", "Type Casts" and "Array Constructors"; wire-notes.md, "Postgres, as seen".
#pragma once

#include <cstddef>
#include <vector>

#include "protocols/postgres/sql_tokens.h"
#include "protocols/value.h"

namespace bigfoot {

struct SqlLiteral {
  std::size_t end = 0;                ///< the token behind it
  Value value;                        ///< a cast leaves it as it is written: '5'::int4 is "5"
  bool is_known = true;               ///< false: a parameter whose value has not come yet
  std::vector<std::size_t> bound{};   ///< numbers of the parameters that it is made of
};

/// Every value that begins at a token, the shortest first: each cast behind it makes one more. `params`: what is bound to
/// $1, $2...; null while that is not known.
std::vector<SqlLiteral> sql_literals(const std::vector<SqlToken>& tokens, std::size_t at, const Value* params);

}  // namespace bigfoot
