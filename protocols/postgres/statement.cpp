// protocols/postgres/statement.cpp - see statement.h.
#include "protocols/postgres/statement.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <iterator>
#include <span>
#include <vector>

#include "protocols/postgres/sql_tokens.h"

namespace bigfoot {
namespace {

using Tokens = std::vector<SqlToken>;

constexpr std::string_view kWithResult[] = {"select", "values", "table", "show", "fetch", "explain"};

// Words between CREATE, ALTER or DROP and what they are about that the tag leaves out.
constexpr std::string_view kNotInTags[] = {"or", "replace", "temp", "temporary", "unlogged", "unique", "global", "local", "recursive", "constraint", "trusted"};
// Objects of two words and more. cmdtaglist.h.
constexpr std::string_view kLongObjects[] = {"materialized view", "foreign table", "foreign data", "event trigger", "access method", "user mapping",
                                             "text search", "default privileges", "operator class", "operator family", "large object"};

bool is_word_at(const Tokens& tokens, std::size_t i, std::string_view word) { return i < tokens.size() && tokens[i].is_word(word); }

std::string name_at(const Tokens& tokens, std::size_t i) {
  if (i >= tokens.size()) return {};
  const auto kind = tokens[i].kind;
  return kind == SqlToken::Kind::word || kind == SqlToken::Kind::quoted || kind == SqlToken::Kind::string ? tokens[i].text : std::string();
}

/// Where the words WORK or TRANSACTION, which say nothing, are passed.
std::size_t behind_noise(const Tokens& tokens, std::size_t i) {
  return is_word_at(tokens, i, "work") || is_word_at(tokens, i, "transaction") ? i + 1 : i;
}

bool is_chained(const Tokens& tokens, std::size_t i) { return is_word_at(tokens, i, "and") && is_word_at(tokens, i + 1, "chain"); }

void read_rollback(const Tokens& tokens, Statement& out) {
  const std::size_t next = behind_noise(tokens, 1);
  out.kind = StatementKind::rollback;
  out.chained = is_chained(tokens, next);
  if (is_word_at(tokens, next, "to")) out.kind = StatementKind::rollback_to;
}

void read_copy(const Tokens& tokens, Statement& out) {
  for (std::size_t i = 1; i < tokens.size(); ++i) {
    if (tokens[i].is_word("from") && is_word_at(tokens, i + 1, "stdin")) out.kind = StatementKind::copy_in;
    if (tokens[i].is_word("to") && is_word_at(tokens, i + 1, "stdout")) out.kind = StatementKind::copy_out;
    if (out.kind != StatementKind::query && (tokens[i].text == "binary" || tokens[i].text == "BINARY")) out.is_binary = true;
  }
  if (is_word_at(tokens, 1, "binary")) out.is_binary = true;
}

void read_kind(const Tokens& tokens, Statement& out) {
  if (tokens.empty()) {
    out.kind = StatementKind::empty;
    return;
  }
  const std::string& verb = tokens.front().kind == SqlToken::Kind::word ? tokens.front().text : std::string();
  const bool two_phase = is_word_at(tokens, 1, "prepared");
  if (verb == "begin" || (verb == "start" && is_word_at(tokens, 1, "transaction"))) {
    out.kind = StatementKind::begin;
  } else if ((verb == "commit" && !two_phase) || verb == "end") {
    out.kind = StatementKind::commit;
    out.chained = is_chained(tokens, behind_noise(tokens, 1));
  } else if ((verb == "rollback" && !two_phase) || verb == "abort") {
    read_rollback(tokens, out);
  } else if (verb == "savepoint") {
    out.kind = StatementKind::savepoint;
  } else if (verb == "release") {
    out.kind = StatementKind::release;
  } else if (verb == "listen") {
    out.kind = StatementKind::listen;
  } else if (verb == "copy") {
    read_copy(tokens, out);
  }
  out.has_result = std::ranges::find(kWithResult, verb) != std::end(kWithResult);
}

std::string upper(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c & ~0x20) : c; });
  return out;
}

/// "CREATE TABLE", "DROP MATERIALIZED VIEW"
std::string tag_of_definition(const Tokens& tokens) {
  std::size_t i = 1;
  while (i < tokens.size() && std::ranges::find(kNotInTags, tokens[i].text) != std::end(kNotInTags)) ++i;
  if (i >= tokens.size()) return upper(tokens.front().text);
  std::string object = tokens[i].text;
  if (i + 1 < tokens.size() && std::ranges::find(kLongObjects, object + " " + tokens[i + 1].text) != std::end(kLongObjects)) object += " " + tokens[i + 1].text;
  return upper(tokens.front().text + " " + object);
}

/// Settings whose changes a server reports to its clients. "Asynchronous Operations"; client_encoding stays UTF8 here.
struct Reported {
  std::string_view asked, name;
};
constexpr Reported kReported[] = {{"application_name", "application_name"}, {"datestyle", "DateStyle"}, {"intervalstyle", "IntervalStyle"},
                                  {"timezone", "TimeZone"}, {"standard_conforming_strings", "standard_conforming_strings"}};

void read_setting(const Tokens& tokens, SessionChange& out) {
  std::size_t i = is_word_at(tokens, 1, "session") || is_word_at(tokens, 1, "local") ? 2 : 1;
  std::string name = name_at(tokens, i++);
  if (name == "time" && is_word_at(tokens, i, "zone")) {
    name = "timezone";
  } else if (i >= tokens.size() || (!tokens[i].is_op("=") && !tokens[i].is_word("to"))) {
    return;
  }
  const auto row = std::ranges::find(kReported, name, &Reported::asked);
  if (row == std::end(kReported) || i + 1 >= tokens.size() || tokens[i + 1].is_word("default")) return;
  out.setting = row->name;
  out.value = tokens[i + 1].text;
}

}  // namespace

Statement::Statement(std::string_view text) : sql(text) {
  const Tokens tokens = sql_statement_tokens(text);
  read_kind(tokens, *this);
  for (const SqlToken& token : tokens) {
    if (token.kind != SqlToken::Kind::parameter) continue;
    std::size_t number = 0;
    std::from_chars(token.text.data(), token.text.data() + token.text.size(), number);
    parameters = std::max(parameters, std::min<std::size_t>(number, 65535));  // a Bind counts them in 16 bits
  }
  if (kind == StatementKind::query) catalogue = find_catalogue(text);
}

std::string_view Statement::op() const {
  switch (kind) {
    case StatementKind::begin: return "begin";
    case StatementKind::commit: return "commit";
    case StatementKind::rollback: return "rollback";
    default: return "query";
  }
}

std::string Statement::tag(std::size_t rows, bool has_columns) const {
  const Tokens tokens = sql_statement_tokens(sql);
  const std::string verb = tokens.empty() ? "" : upper(tokens.front().text);
  const std::size_t changed = has_columns ? rows : 1;  // a mock that says nothing of a change means that it took place
  if (verb == "INSERT") return fmt::format("INSERT 0 {}", changed);
  if (verb == "UPDATE" || verb == "DELETE" || verb == "MERGE") return fmt::format("{} {}", verb, changed);
  if (verb == "SELECT" || verb == "VALUES" || verb == "TABLE" || verb == "WITH" || verb == "EXECUTE") return fmt::format("SELECT {}", rows);
  if (verb == "FETCH" || verb == "MOVE" || verb == "COPY") return fmt::format("{} {}", verb, rows);
  if (verb == "CREATE" || verb == "ALTER" || verb == "DROP") return tag_of_definition(tokens);
  if (verb == "DECLARE") return "DECLARE CURSOR";
  if (verb == "TRUNCATE") return "TRUNCATE TABLE";
  if (verb == "LOCK") return "LOCK TABLE";
  if (verb == "REFRESH") return "REFRESH MATERIALIZED VIEW";
  return verb;
}

std::string Statement::counted(std::string_view tag, std::size_t rows) {
  const std::size_t blank = tag.rfind(' ');
  const bool counts = tag.starts_with("SELECT ") || tag.starts_with("FETCH ") || tag.starts_with("INSERT ") || tag.starts_with("UPDATE ") || tag.starts_with("DELETE ");
  return counts ? fmt::format("{} {}", tag.substr(0, blank), rows) : std::string(tag);
}

SessionChange session_change_of(std::string_view sql) {
  SessionChange out;
  const Tokens tokens = sql_statement_tokens(sql);
  if (is_word_at(tokens, 0, "deallocate")) {
    const std::size_t at = is_word_at(tokens, 1, "prepare") ? 2 : 1;
    out.all_statements = is_word_at(tokens, at, "all");
    if (!out.all_statements) out.statement = name_at(tokens, at);
  } else if (is_word_at(tokens, 0, "discard") && is_word_at(tokens, 1, "all")) {
    out.all_statements = true;
  } else if (is_word_at(tokens, 0, "set")) {
    read_setting(tokens, out);
  }
  return out;
}

}  // namespace bigfoot
