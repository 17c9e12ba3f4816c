// spec/turns_postgres.cpp - see turns_postgres.h. Source: spec-format.md, 4.1; wire-notes.md, "Rules for the engine".
#include "spec/turns_postgres.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "protocols/postgres/sql_tokens.h"
#include "protocols/postgres/types.h"
#include "spec/check.h"
#include "spec/pattern_parts.h"
#include "spec/reply_template.h"
#include "spec/sql_params.h"
#include "spec/sql_pattern.h"
#include "spec/sql_steps.h"
#include "spec/sql_table.h"

namespace bigfoot {
namespace {

/// What a step gives back, on its way to Decoder::encode().
struct SqlReply {
  Node holes;                         ///< a table: members that may have holes
  Value constants = Value::object();  ///< the others
};

Node text_node(const Node& like, std::string text) {
  Node out = like;
  out.value = std::move(text);
  return out;
}

void put(SqlReply& reply, std::string name, Node value) { std::get<Node::Table>(reply.holes.value).emplace_back(std::move(name), std::move(value)); }

std::string hex_of(std::string_view bytes) {
  std::string out = "\\x";
  for (const char c : bytes) out += fmt::format("{:02x}", static_cast<unsigned char>(c));
  return out;
}

/// A value of a row: { hex }, { base64 } and { file } are a bytea, { json } is what it holds.
Node cell_of(const Node& cell, Diagnostics& problems) {
  if (!cell.is_table() || cell.table()->size() != 1) return cell;
  const auto& [name, argument] = cell.table()->front();
  if (name == "json") return argument;
  const BytesResult bytes = compile_bytes(name, argument, problems);
  if (!bytes.is_bytes) return cell;
  return text_node(cell, name == "text" ? bytes.bytes.value_or("") : hex_of(bytes.bytes.value_or("")));
}

Value columns_value(const Node& columns) {
  Value out = Value::array();
  for (const Node& column : *columns.array()) {
    const std::string* text = column.text();
    const std::size_t colon = text ? text->rfind(':') : std::string::npos;
    if (colon == std::string::npos) continue;  // reported by check_sql_step()
    out.push_back({{"name", text->substr(0, colon)}, {"type", text->substr(colon + 1)}});
  }
  return out;
}

/// The types of the columns; empty where one is wrong (reported).
std::vector<std::string> check_types(const Node& columns, bool of_table, Diagnostics& problems) {
  std::vector<std::string> types;
  bool good = true;
  for (const Node& column : *columns.array()) {
    const std::string* text = column.text();
    const std::size_t colon = text ? text->rfind(':') : std::string::npos;
    if (colon == std::string::npos || colon + 1 == text->size()) {  // of `columns` check_sql_step() tells it
      if (of_table) refuse(problems, column, fmt::format("the column '{}' of the table has no type", text ? *text : ""), "its first line: id:int4 | note:text");
      return {};
    }
    types.push_back(text->substr(colon + 1));
    const auto problem = problem_with_type(types.back());
    if (!problem) continue;
    refuse_part(problems, column, colon + 1, types.back(), *problem, "an enum or a type of your own goes as text");
    good = false;
  }
  if (!good) types.clear();
  return types;
}

/// A value that holds no hole is one of its column's type.
void check_cell(const Node& cell, std::size_t column, const std::vector<std::string>& types, const Node& columns, Diagnostics& problems) {
  if (column >= types.size()) return;
  Diagnostics ignored;  // the whole reply is compiled later, and tells what is wrong with holes
  const TemplatePtr made = compile_template(cell, ignored);
  const Value* value = made ? made->constant() : nullptr;
  if (!value) return;
  if (const auto problem = problem_with(types[column], *value))
    refuse(problems, cell, *problem, fmt::format("its column is {}", Value(*(*columns.array())[column].text()).dump()));
}

void read_result(const Node& step, SqlReply& reply, Diagnostics& problems) {
  const Node* columns = step.find("columns");
  const Node* rows = step.find("rows");
  SqlTable table;
  if (const Node* text = step.find("table"); text && text->text()) {
    table = read_sql_table(*text);
    columns = &table.columns;
    rows = &table.rows;
  }
  if (!columns || !columns->array()) return;
  reply.constants["columns"] = columns_value(*columns);
  const std::vector<std::string> types = check_types(*columns, columns == &table.columns, problems);
  if (!rows || !rows->array()) return;
  Node cells = *rows;
  for (Node& row : std::get<Node::Array>(cells.value)) {
    if (!row.array()) continue;
    std::size_t column = 0;
    for (Node& cell : std::get<Node::Array>(row.value)) {
      cell = cell_of(cell, problems);
      check_cell(cell, column++, types, *columns, problems);
    }
  }
  put(reply, "rows", std::move(cells));
}

/// A row of COPY's text format, "Text Format": a tab between values, \\N for null. Holes stay as they are.
std::optional<std::string> copy_line(const Node& row, Diagnostics& problems) {
  std::string out;
  bool is_first = true;
  for (const Node& cell : *row.array()) {
    if (!std::exchange(is_first, false)) out += '\t';
    if (const std::string* text = cell.text()) {
      if (*text == "{{null}}") {
        out += "\\N";
        continue;
      }
      for (const char c : *text) {
        if (c == '\t') out += "\\t";
        else if (c == '\n') out += "\\n";
        else if (c == '\r') out += "\\r";
        else if (c == '\\') out += "\\\\";
        else out += c;
      }
    } else if (const std::int64_t* number = cell.integer()) {
      out += std::to_string(*number);
    } else if (const bool* flag = std::get_if<bool>(&cell.value)) {
      out += *flag ? "t" : "f";
    } else if (const double* fraction = std::get_if<double>(&cell.value)) {
      out += Value(*fraction).dump();
    } else {
      refuse(problems, cell, fmt::format("a value of COPY is a text, a number or a boolean, not {}", kind_of(cell)), "write it as COPY's text format has it");
      return std::nullopt;
    }
  }
  return out;
}

/// Rows as COPY's text format has them, a line each. Nothing where one is none (reported).
std::optional<Node> copy_text(const Node& rows, std::string_view key, Diagnostics& problems) {
  std::string text;
  for (const Node& row : *rows.array()) {
    if (!row.array()) {
      refuse(problems, row, fmt::format("a row is an array, not {}", kind_of(row)), fmt::format("{} = [[1, \"Alice\"]]", key));
      return std::nullopt;
    }
    const auto line = copy_line(row, problems);
    if (!line) return std::nullopt;
    text += *line + "\n";
  }
  return text_node(rows, std::move(text));
}

/// What goes out by COPY TO, as text.
void read_copy_out(const Node& step, SqlReply& reply, Diagnostics& problems) {
  const Node* out = step.find("copy_out");
  if (!out) return;
  if (out->text()) return put(reply, "copy_out", *out);
  if (const auto text = out->array() ? copy_text(*out, "copy_out", problems) : std::nullopt) put(reply, "copy_out", *text);
}

/// A message of the server: a text, or a table of its fields.
Node notice_of(const Node& notice, Diagnostics& problems) {
  if (notice.is_table()) {
    check_keys(notice, part_keys("sql error"), "a notice", problems);
    if (!notice.find("message")) refuse(problems, notice, "a notice says no 'message'", "{ message = \"table is empty\" }");
    return notice;
  }
  if (!notice.text()) refuse(problems, notice, fmt::format("a notice is a text or a table, not {}", kind_of(notice)), "\"table is empty\", or { message = …, code = \"01000\" }");
  Node out = notice;
  out.value = Node::Table{{"message", notice}};
  return out;
}

void read_messages(const Node& step, SqlReply& reply, Diagnostics& problems) {
  if (const Node* error = step.find("error"); error && error->is_table()) {
    if (!error->find("message")) refuse(problems, *error, "an error says no 'message'", "error = { code = \"23505\", message = \"duplicate key value\" }");
    put(reply, "error", *error);
  }
  const Node* notices = step.find("notices");
  if (!notices || !notices->array()) return;
  Node out = *notices;
  for (Node& notice : std::get<Node::Array>(out.value)) notice = notice_of(notice, problems);
  put(reply, "notices", std::move(out));
}

void check_result_of_error(const Node& step, Diagnostics& problems) {
  if (!step.find("error")) return;
  for (const std::string_view key : {"columns", "rows", "table", "tag", "copy_out"})
    if (const Node* node = step.find(key)) {
      refuse_key(problems, *node, key, fmt::format("'{}' and 'error' stand in one step", key), "a statement that fails gives nothing else: keep one");
      return;
    }
}

/// COPY FROM STDIN: what the program sends, as bytes.
PatternPtr compile_copy(const Node& copy, Diagnostics& problems) {
  if (!copy.array()) return compile_body_pattern(copy, problems);
  const auto text = copy_text(copy, "copy", problems);
  return text ? compile_body_pattern(*text, problems) : nullptr;
}

void check_param_types(const Node& types, const Node* params, Diagnostics& problems) {
  if (!types.array()) return;
  for (const Node& type : *types.array()) {
    if (!type.text()) refuse(problems, type, fmt::format("a type is a string, not {}", kind_of(type)), "param_types = [\"int8\", \"uuid\"]");
    else if (const auto problem = problem_with_type(*type.text())) refuse(problems, type, *problem, "an enum or a type of your own goes as text");
  }
  if (params && params->array() && params->array()->size() != types.array()->size())
    refuse(problems, types, fmt::format("{} types for {} parameters", types.array()->size(), params->array()->size()), "one type for each, in order");
}

struct Ending {
  std::string_view sql, verb;
};
// Statements that are steps of their own name: drivers write them in many ways, and some never as a query.
constexpr Ending kEndings[] = {{"begin", "begin"},   {"start transaction", "begin"}, {"commit", "commit"},
                               {"end", "commit"},    {"rollback", "rollback"},       {"abort", "rollback"}};

void check_own_verb(const Node& query, Diagnostics& problems) {
  const std::string normal = normal_sql(*query.text());
  for (const Ending& ending : kEndings) {
    if (normal != ending.sql && normal != fmt::format("{} transaction", ending.sql) && normal != fmt::format("{} work", ending.sql)) continue;
    refuse(problems, query, fmt::format("'{}' is a step of its own", *query.text()), fmt::format("{{ {} = true }}: drivers write it in many ways", ending.verb));
    return;
  }
}

void read_query(EntryDraft& draft, const Node& content, const Node& step, Turn& turn, SqlReply& reply) {
  Diagnostics& problems = draft.problems;
  if (!content.text()) {
    refuse(problems, content, fmt::format("a query is a string, not {}", kind_of(content)), "holes may stand in it: \"SELECT * FROM t WHERE id = {{int}}\"");
    return;
  }
  check_own_verb(content, problems);
  const auto statement = compile_sql(content, problems);
  if (!statement) return;
  turn.view = statement->view;
  turn.identity.push_back({"query", statement->pattern, content.at});
  const Node* params = step.find("params");
  FieldPattern asserted{"params", nullptr, params ? params->at : turn.at};
  if (params) {
    asserted.pattern = compile_sql_params(*params, problems);
    if (const Node::Array* values = params->array(); values && values->size() != statement->parameters) {
      const std::size_t wanted = statement->parameters;
      refuse(problems, *params, fmt::format("{} value{} for {} parameter{}", values->size(), values->size() == 1 ? "" : "s", wanted, wanted == 1 ? "" : "s"),
             wanted == 0 ? "the query has no $1" : fmt::format("the query's highest is ${}", wanted));
    }
    reply.constants["param_types"] = types_of_sql_params(*params);
  } else if (statement->pattern->is_any()) {
    asserted.pattern = any_pattern();
  }
  if (const Node* types = step.find("param_types"); types && types->array()) {
    check_param_types(*types, params, problems);
    Value names = Value::array();
    for (const Node& type : *types->array()) names.push_back(type.text() ? *type.text() : "");
    reply.constants["param_types"] = std::move(names);
  }
  turn.asserted.push_back(std::move(asserted));
  const Node* copy = step.find("copy");
  turn.asserted.push_back({"copy", copy ? compile_copy(*copy, problems) : nullptr, copy ? copy->at : turn.at});
}

void read_notify(EntryDraft& draft, const Node& content, Turn& turn, SqlReply& reply) {
  turn.push = true;
  check_keys(content, part_keys("notify"), "notify", draft.problems);
  const Node* channel = content.find("channel");
  if (!channel) refuse(draft.problems, content, "notify says no 'channel'", "notify = { channel = \"jobs\", payload = \"42\" }");
  for (const auto& [name, node] : *content.table())
    if (is_kind(node, kText | kInteger)) put(reply, name, node);
}

/// Keys that say what a query asks or gives.
void check_beside(EntryDraft& draft, std::string_view verb, const Node& step) {
  if (verb == "query") return;
  for (const std::string_view key : {"params", "param_types", "columns", "rows", "table", "copy", "copy_out"})
    if (const Node* node = step.find(key)) {
      refuse_key(draft.problems, *node, key, fmt::format("'{}' has no meaning beside '{}'", key, verb), "it belongs to a query");
      return;
    }
}

void check_flag(EntryDraft& draft, std::string_view verb, const Node& content) {
  const bool* flag = std::get_if<bool>(&content.value);
  if (flag && !*flag) refuse(draft.problems, content, fmt::format("{} = false says nothing", verb), fmt::format("{} = true, or leave the step out", verb));
}

}  // namespace

void read_postgres_turn(EntryDraft& draft, std::string_view verb, const Node& content, const Node& step, Turn& turn) {
  SqlReply reply;
  check_sql_step(step, draft.protocol.name, draft.problems);
  check_beside(draft, verb, step);
  check_result_of_error(step, draft.problems);
  if (verb == "query") read_query(draft, content, step, turn, reply);
  else if (verb == "notify") read_notify(draft, content, turn, reply);
  else check_flag(draft, verb, content);
  read_result(step, reply, draft.problems);
  read_copy_out(step, reply, draft.problems);
  read_messages(step, reply, draft.problems);
  if (const Node* tag = step.find("tag"); tag && tag->text()) put(reply, "tag", *tag);
  reply.holes.at = turn.at;
  turn.reply.fields = with_constants(compile_template(reply.holes, draft.problems), std::move(reply.constants));
}

void read_postgres_terms(EntryDraft& draft) {
  const Node* auth = draft.field("auth");
  const Node* password = draft.field("password");
  if (const Node* tls = draft.field("tls"))
    if (const bool* flag = std::get_if<bool>(&tls->value)) draft.entry.offers_tls = *flag;
  const std::string* method = auth ? auth->text() : nullptr;
  if (method && *method == "trust" && password)
    refuse_key(draft.problems, *password, "password", "'password' has no meaning with auth = \"trust\"", "the server asks for none: leave 'auth' or 'password' out");
  if (method && *method != "trust" && !password)
    refuse_key(draft.problems, *auth, "auth", fmt::format("auth = \"{}\" needs a password", *method), "password = \"secret\": what the client has to prove that it knows");
  if (method) draft.entry.terms["auth"] = *method;
  else if (password) draft.entry.terms["auth"] = "scram-sha-256";  // what PostgreSQL has done since version 14
  if (!password || !password->text()) return;
  draft.entry.terms["password"] = *password->text();
  // A wrong one is told as an opening of its own.
  if (draft.table.find("steps")) draft.set("password", literal_pattern(*password->text()), password->at);
}

}  // namespace bigfoot
