// protocols/postgres/catalogue_data.h - The rows behind catalogue.h.
#pragma once

#include <span>
#include <string_view>

#include "protocols/value.h"

namespace bigfoot {

/// A query that is known by its tokens.
struct CatalogueRow {
  std::string_view name;
  std::string_view sql;      ///< all of it, or how it begins where `begins`
  bool begins = false;
  std::string_view columns;  ///< "oid:oid typarray:oid"
  std::string_view rows;     ///< JSON
  std::string_view params = "";  ///< types of $1, $2...: "oid"
  Value (*make_rows)(std::string_view sql, const Value& params) = nullptr;
};
std::span<const CatalogueRow> catalogue_rows();

/// A statement that is known by its first words.
struct CatalogueVerb {
  std::string_view words;  ///< lower case: "discard all"
  std::string_view tag;
};
std::span<const CatalogueVerb> catalogue_verbs();  ///< those with more words first

/// A setting as SHOW knows it.
struct CatalogueSetting {
  std::string_view asked;   ///< lower case, blanks between words: "transaction isolation level"
  std::string_view column;  ///< "transaction_isolation"
  std::string_view value;
};
std::span<const CatalogueSetting> catalogue_settings();

}  // namespace bigfoot
