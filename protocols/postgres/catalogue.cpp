// protocols/postgres/catalogue.cpp - see catalogue.h.
#include "protocols/postgres/catalogue.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <vector>

#include "protocols/postgres/catalogue_data.h"
#include "protocols/postgres/sql_tokens.h"

namespace bigfoot {
namespace {

std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    if (end > 0) words.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return words;
}

Value columns_of(std::string_view text) {
  Value columns = Value::array();
  for (const std::string_view column : words_of(text)) {
    const std::size_t colon = column.find(':');
    columns.push_back({{"name", column.substr(0, colon)}, {"type", column.substr(colon + 1)}});
  }
  return columns;
}

CatalogueAnswer answer_of(const CatalogueRow& row) {
  CatalogueAnswer answer{row.name, Fields::object(), row.make_rows};
  answer.reply["columns"] = columns_of(row.columns);
  answer.reply["rows"] = Value::parse(row.rows);
  answer.reply["param_types"] = words_of(row.params);
  return answer;
}

/// The answers by their SQL, written one way: those that are whole queries, and those that begin like one.
struct Queries {
  std::map<std::string, CatalogueAnswer, std::less<>> whole, beginnings;
  Queries() {
    for (const CatalogueRow& row : catalogue_rows()) (row.begins ? beginnings : whole).emplace(normal_sql(row.sql), answer_of(row));
  }
  const CatalogueAnswer* find(std::string_view normal) const {
    if (const auto found = whole.find(normal); found != whole.end()) return &found->second;
    auto after = beginnings.upper_bound(normal);  // of two that begin alike the longer one is the nearer
    while (after != beginnings.begin()) {
      --after;
      if (normal.starts_with(after->first)) return &after->second;
      if (after->first.front() != normal.front()) break;
    }
    return nullptr;
  }
};

std::vector<CatalogueAnswer> verb_answers() {
  std::vector<CatalogueAnswer> answers;
  for (const CatalogueVerb& verb : catalogue_verbs()) answers.push_back({"state of the session", {{"tag", verb.tag}}});
  return answers;
}

const CatalogueAnswer* find_verb(std::string_view normal) {
  static const std::vector<CatalogueAnswer> kAnswers = verb_answers();
  const auto verbs = catalogue_verbs();
  for (std::size_t i = 0; i < verbs.size(); ++i) {
    const std::string_view words = verbs[i].words;
    if (normal.starts_with(words) && (normal.size() == words.size() || normal[words.size()] == ' ')) return &kAnswers[i];
  }
  return nullptr;
}

CatalogueAnswer shown_setting(const CatalogueSetting& setting) {
  Fields reply;
  reply["columns"] = Value::array({{{"name", setting.column}, {"type", "text"}}});
  reply["rows"] = Value::array({Value::array({setting.value})});
  reply["tag"] = "SHOW";
  return {"SHOW", std::move(reply)};
}

const CatalogueAnswer* find_setting(std::string_view asked) {
  static const std::vector<CatalogueAnswer> kAnswers = [] {
    std::vector<CatalogueAnswer> answers;
    for (const CatalogueSetting& setting : catalogue_settings()) answers.push_back(shown_setting(setting));
    return answers;
  }();
  static const CatalogueAnswer kUnknown{
      "SHOW", {{"error", {{"code", "42704"}, {"message", "unrecognized configuration parameter"}, {"hint", "bigfoot-run has no value of it: add a step { query = \"SHOW ...\" }"}}}}};
  const auto settings = catalogue_settings();
  const auto found = std::ranges::find(settings, asked, &CatalogueSetting::asked);
  return found == settings.end() ? &kUnknown : &kAnswers[static_cast<std::size_t>(found - settings.begin())];
}

}  // namespace

const CatalogueAnswer* find_catalogue(std::string_view sql) {
  static const Queries kQueries;
  static const CatalogueAnswer kEmpty{"empty query", Fields::object()};
  const std::string normal = normal_sql(sql);
  if (normal.empty()) return &kEmpty;
  if (normal.starts_with("show ")) return find_setting(std::string_view(normal).substr(5));
  if (const CatalogueAnswer* verb = find_verb(normal)) return verb;
  return kQueries.find(normal);
}

Fields catalogue_reply(const CatalogueAnswer& answer, std::string_view sql, const Value& params) {
  Fields reply = answer.reply;
  if (answer.rows) reply["rows"] = answer.rows(sql, params);
  return reply;
}

}  // namespace bigfoot
