// protocols/postgres/result.cpp - see result.h.
#include "protocols/postgres/result.h"

#include <fmt/format.h>

#include "protocols/postgres/wire.h"

namespace bigfoot {
namespace {

constexpr std::string_view kTextType = "text";

// How the spec names the fields of errors and notices.
struct ReportField {
  std::string_view name;
  char code;
};
constexpr ReportField kReportFields[] = {
    {"message", 'M'}, {"detail", 'D'},     {"hint", 'H'},  {"position", 'P'}, {"internal_position", 'p'}, {"internal_query", 'q'}, {"where", 'W'},
    {"schema", 's'},  {"table", 't'},      {"column", 'c'}, {"datatype", 'd'}, {"constraint", 'n'},        {"file", 'F'},           {"line", 'L'},
    {"routine", 'R'},
};

std::string text_of_member(const Value& fields, std::string_view name) {
  const auto found = fields.is_object() ? fields.find(std::string(name)) : fields.end();
  if (!fields.is_object() || found == fields.end() || found->is_null()) return {};
  return found->is_string() ? found->get<std::string>() : found->dump();
}

}  // namespace

bool is_binary_format(const FormatCodes& codes, std::size_t column) {
  if (codes.empty()) return false;
  return (codes.size() == 1 ? codes.front() : column < codes.size() ? codes[column] : 0) == 1;
}

ResultSet result_of(const Value& reply, bool has_result) {
  ResultSet out;
  out.has_columns = has_result;
  if (!reply.is_object()) return out;
  if (const auto columns = reply.find("columns"); columns != reply.end() && columns->is_array()) {
    out.has_columns = has_result || !columns->empty();
    for (const Value& column : *columns) {
      const auto type = find_postgres_type(text_of_member(column, "type"));
      out.columns.push_back({text_of_member(column, "name"), type ? *type : *find_postgres_type(kTextType)});
    }
  }
  if (const auto rows = reply.find("rows"); rows != reply.end() && rows->is_array()) out.rows = *rows;
  out.tag = text_of_member(reply, "tag");
  return out;
}

void write_row_description(const ResultSet& result, const FormatCodes& formats, std::string& out) {
  MessageWriter message(out, 'T');
  message.number(static_cast<std::int16_t>(result.columns.size()));
  for (std::size_t i = 0; i < result.columns.size(); ++i) {
    const ResultColumn& column = result.columns[i];
    constexpr std::int32_t kNoTable = 0, kNoModifier = -1;
    constexpr std::int16_t kNoAttribute = 0;
    message.text(column.name).number(kNoTable).number(kNoAttribute).number(column.type.oid()).number(column.type.length());
    message.number(kNoModifier).number<std::int16_t>(is_binary_format(formats, i) ? 1 : 0);
  }
}

std::expected<void, std::string> write_row(const ResultSet& result, std::size_t row, const FormatCodes& formats, std::string& out) {
  const std::size_t before = out.size();
  std::string problem;
  {
    MessageWriter message(out, 'D');
    message.number(static_cast<std::int16_t>(result.columns.size()));
    const Value& cells = result.rows[row];
    for (std::size_t i = 0; i < result.columns.size(); ++i) {
      const Value cell = cells.is_array() && i < cells.size() ? cells[i] : Value();
      if (cell.is_null()) {
        message.null();
        continue;
      }
      const ResultColumn& column = result.columns[i];
      const auto bytes = is_binary_format(formats, i) ? postgres_binary(column.type, cell) : postgres_text(column.type, cell);
      if (bytes) message.value(*bytes);
      else if (problem.empty()) problem = fmt::format("row {}, column {}: {}", row + 1, column.name, bytes.error());
    }
  }
  if (problem.empty()) return {};
  out.resize(before);
  return std::unexpected(problem);
}

void write_report(char type, std::string_view severity, std::string_view code, const Value& fields, std::string& out) {
  const std::string own_severity = text_of_member(fields, "severity"), own_code = text_of_member(fields, "code");
  const std::string_view said = own_severity.empty() ? severity : own_severity;
  MessageWriter message(out, type);
  message.bytes("S").text(said).bytes("V").text(said).bytes("C").text(own_code.empty() ? code : own_code);
  for (const ReportField& field : kReportFields) {
    const std::string text = text_of_member(fields, field.name);
    if (!text.empty()) message.bytes({&field.code, 1}).text(text);
  }
  message.bytes(std::string_view("\0", 1));
}

void write_error(std::string_view code, std::string_view message, std::string& out) { write_report('E', "ERROR", code, Value{{"message", message}}, out); }

void write_complete(std::string_view tag, std::string& out) { MessageWriter(out, 'C').text(tag); }

}  // namespace bigfoot
