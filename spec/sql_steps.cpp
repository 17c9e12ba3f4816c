// spec/sql_steps.cpp - Result sets of scripted queries must be rectangles. Source: spec-format.md 4.1 and 4.11.
#include "spec/sql_steps.h"

#include <algorithm>

#include <fmt/format.h>

#include "spec/check.h"
#include "spec/pattern.h"

namespace bigfoot {
namespace {

void check_columns(const Node& columns, bool typed, Diagnostics& problems) {
  if (!columns.array()) return;
  for (const Node& column : *columns.array()) {
    const std::string* text = column.text();
    if (!text) refuse(problems, column, fmt::format("a column is a string, not {}", kind_of(column)), typed ? "\"id:int4\"" : "\"id\"");
    else if (typed && (text->find(':') == text->npos || text->ends_with(':') || text->starts_with(':')))
      refuse(problems, column, fmt::format("the column '{}' has no type", *text), fmt::format("\"{}:text\", \"{}:int4\"", *text, *text));
  }
}

void check_rows(const Node& rows, const Node* columns, Diagnostics& problems) {
  if (!columns) {
    refuse_key(problems, rows, "rows", "'rows' needs 'columns'", "columns = [\"id:int4\", \"name:text\"]");
    return;
  }
  if (!rows.array() || !columns->array()) return;
  const std::size_t wanted = columns->array()->size();
  for (const Node& row : *rows.array()) {
    if (!row.array()) refuse(problems, row, fmt::format("a row is an array, not {}", kind_of(row)), "rows = [[1, \"Alice\"]]");
    else if (row.array()->size() != wanted)
      refuse(problems, row, fmt::format("this row has {} value{}, but there are {} columns", row.array()->size(), row.array()->size() == 1 ? "" : "s", wanted));
    else compile_template(row, problems);
  }
}

std::size_t cells(std::string_view line) { return static_cast<std::size_t>(std::ranges::count(line, '|')) + 1; }

void check_table(const Node& table, Diagnostics& problems) {
  std::string_view text = *table.text();
  std::size_t wanted = 0, number = 0;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.find_first_not_of(" \t\r") == line.npos) continue;
    ++number;
    if (wanted == 0) wanted = cells(line);
    if (cells(line) != wanted) refuse(problems, table, fmt::format("line {} of the table has {} columns, its first line has {}", number, cells(line), wanted));
  }
  if (wanted == 0) refuse(problems, table, "the table is empty", "its first line names the columns: id:int4 | note:text");
}

}  // namespace

void check_sql_step(const Node& step, std::string_view protocol, Diagnostics& problems) {
  const Node* columns = step.find("columns");
  const Node* rows = step.find("rows");
  const Node* table = step.find("table");
  if (const Node* params = step.find("params")) {
    if (params->text() && *params->text() != "*") refuse(problems, *params, "'params' is an array, or \"*\"");
  }
  if (columns) check_columns(*columns, protocol == "postgres", problems);
  if (rows) check_rows(*rows, columns, problems);
  if (table && (columns || rows)) refuse_key(problems, *table, "table", "'table' and 'columns' with 'rows' both give the result", "keep one");
  else if (table && table->text()) check_table(*table, problems);
  const Node* error = step.find("error");
  if (!error || !error->is_table()) return;
  check_keys(*error, part_keys("sql error"), "error", problems);
  const std::string* code = text_of(*error, "code");
  if (protocol == "postgres" && code && code->size() != 5) refuse(problems, *error->find("code"), fmt::format("'{}' is no SQLSTATE", *code), "five letters or digits: \"23505\"");
}

}  // namespace bigfoot
