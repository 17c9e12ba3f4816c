// spec/sql_pattern.h - SQL of a step against SQL of a program, token by token. A $1 of the step stands for a value that the
// program bound, under any number, or wrote into the text: VALUES ($1), VALUES ('alice') and VALUES( 'x'::text ) are one.
// Source: spec-format.md, 4.1; PostgreSQL documentation, "Value Expressions".
#pragma once

#include <cstddef>
#include <optional>

#include "spec/pattern.h"
#include "spec/spec.h"

namespace bigfoot {

struct SqlStatement {
  PatternPtr pattern;          ///< of the field `query`, once `view` has seen the call
  CallView view;               ///< null where there is one way only to write the statement
  std::size_t parameters = 0;  ///< the highest $n
};
/// The text of a `query`, holes allowed. Nothing where it is no single statement (reported).
std::optional<SqlStatement> compile_sql(const Node& text, Diagnostics& problems);

}  // namespace bigfoot
