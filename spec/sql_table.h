// spec/sql_table.h - A result as a text table: column names in the first line, a row in each that follows, `|` between cells,
// \N for NULL. Source: spec-format.md, 4.1.
#pragma once

#include <string_view>

#include "spec/node.h"

namespace bigfoot {

/// The cells of the table as nodes that stand where it stands: columns an array of strings, rows an array of arrays of strings.
struct SqlTable {
  Node columns, rows;
};
SqlTable read_sql_table(const Node& table);

}  // namespace bigfoot
