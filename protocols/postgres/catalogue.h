// protocols/postgres/catalogue.h - What drivers ask a server for themselves, between their users' statements: settings, the
// catalogue of types, the state of the session; and what PostgreSQL 15 answers.
// Source: wire-notes.md in the design notes, "Postgres, as seen"; the drivers' sources, named in catalogue_data.cpp.
#pragma once

#include <string_view>

#include "protocols/value.h"

namespace bigfoot {

struct CatalogueAnswer {
  std::string_view name;  ///< who asks what: "asyncpg, types by OID"
  Fields reply;           ///< columns, rows, tag, param_types, error: the reply fields of a step
  /// Rows that depend on what is asked; null: those of `reply`. `params` as a call carries them.
  Value (*rows)(std::string_view sql, const Value& params) = nullptr;
};

/// The answer to one statement that belongs to the driver and not to its user's work; null where it is none.
const CatalogueAnswer* find_catalogue(std::string_view sql);

/// The reply to a statement of which find_catalogue() gave this.
Fields catalogue_reply(const CatalogueAnswer& answer, std::string_view sql, const Value& params);

}  // namespace bigfoot
