// protocols/postgres/catalogue_types.h - Rows of the catalogue of types, as far as a query asks for them. For the data's rows.
#pragma once

#include <string_view>

#include "protocols/value.h"

namespace bigfoot {

Value rows_of_type_tree(std::string_view sql, const Value& params);
Value rows_of_type_by_oid(std::string_view sql, const Value& params);
Value rows_of_type_by_name(std::string_view sql, const Value& params);
Value rows_of_array_types(std::string_view sql, const Value& params);
Value rows_of_all_types(std::string_view sql, const Value& params);
Value rows_of_type_name(std::string_view sql, const Value& params);

/// What SELECT set_config(name, value, is_local) gives back: the value.
Value rows_of_set_config(std::string_view sql, const Value& params);

}  // namespace bigfoot
