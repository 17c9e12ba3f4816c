// protocols/postgres/result.h - A reply of the spec as messages: descriptions, rows, errors, notices.
// Source: PostgreSQL documentation, "Message Formats" and "Error and Notice Message Fields".
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/postgres/types.h"

namespace bigfoot {

/// Format codes of a Bind: none is text for all, one is for all, else one each.
using FormatCodes = std::vector<std::int16_t>;
bool is_binary_format(const FormatCodes& codes, std::size_t column);

struct ResultColumn {
  std::string name;
  PostgresTypeRef type;
};

/// What a statement gives: columns and the rows that are still to be sent.
struct ResultSet {
  bool has_columns = false;
  std::vector<ResultColumn> columns{};
  Value rows = Value::array();
  std::string tag{};
  std::size_t sent = 0;  ///< rows
};

/// Of the reply of a step; `has_result`: there are columns, even where the reply names none.
ResultSet result_of(const Value& reply, bool has_result);

void write_row_description(const ResultSet& result, const FormatCodes& formats, std::string& out);
/// One row; what is wrong with it where a value is none of its column's type.
std::expected<void, std::string> write_row(const ResultSet& result, std::size_t row, const FormatCodes& formats, std::string& out);

/// Members of `fields` as the spec names them: code, message, severity, detail... `type`: 'E' of errors, 'N' of notices.
void write_report(char type, std::string_view severity, std::string_view code, const Value& fields, std::string& out);
void write_error(std::string_view code, std::string_view message, std::string& out);
void write_complete(std::string_view tag, std::string& out);

}  // namespace bigfoot
