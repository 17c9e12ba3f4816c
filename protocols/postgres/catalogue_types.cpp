// protocols/postgres/catalogue_types.cpp - see catalogue_types.h. Source: PostgreSQL 15, src/include/catalog/pg_type.dat.
#include "protocols/postgres/catalogue_types.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <iterator>
#include <optional>
#include <string>
#include <vector>

#include "protocols/postgres/sql_tokens.h"

namespace bigfoot {
namespace {

struct CatalogueType {
  std::uint32_t oid;
  std::string_view name, input, spoken;  ///< typname, typinput, as format_type() says it
  std::uint32_t array = 0;               ///< its array type
  std::uint32_t subtype = 0;             ///< of a range
  char delimiter = ',';
};
constexpr CatalogueType kTypes[] = {
    {16, "bool", "boolin", "boolean", 1000},
    {17, "bytea", "byteain", "bytea", 1001},
    {18, "char", "charin", "\"char\"", 1002},
    {19, "name", "namein", "name", 1003},
    {20, "int8", "int8in", "bigint", 1016},
    {21, "int2", "int2in", "smallint", 1005},
    {23, "int4", "int4in", "integer", 1007},
    {24, "regproc", "regprocin", "regproc", 1008},
    {25, "text", "textin", "text", 1009},
    {26, "oid", "oidin", "oid", 1028},
    {27, "tid", "tidin", "tid", 1010},
    {28, "xid", "xidin", "xid", 1011},
    {114, "json", "json_in", "json", 199},
    {142, "xml", "xml_in", "xml", 143},
    {600, "point", "point_in", "point", 1017},
    {601, "lseg", "lseg_in", "lseg", 1018},
    {602, "path", "path_in", "path", 1019},
    {603, "box", "box_in", "box", 1020, 0, ';'},
    {604, "polygon", "poly_in", "polygon", 1027},
    {628, "line", "line_in", "line", 629},
    {650, "cidr", "cidr_in", "cidr", 651},
    {700, "float4", "float4in", "real", 1021},
    {701, "float8", "float8in", "double precision", 1022},
    {718, "circle", "circle_in", "circle", 719},
    {774, "macaddr8", "macaddr8_in", "macaddr8", 775},
    {790, "money", "cash_in", "money", 791},
    {829, "macaddr", "macaddr_in", "macaddr", 1040},
    {869, "inet", "inet_in", "inet", 1041},
    {1042, "bpchar", "bpcharin", "character", 1014},
    {1043, "varchar", "varcharin", "character varying", 1015},
    {1082, "date", "date_in", "date", 1182},
    {1083, "time", "time_in", "time without time zone", 1183},
    {1114, "timestamp", "timestamp_in", "timestamp without time zone", 1115},
    {1184, "timestamptz", "timestamptz_in", "timestamp with time zone", 1185},
    {1186, "interval", "interval_in", "interval", 1187},
    {1266, "timetz", "timetz_in", "time with time zone", 1270},
    {1560, "bit", "bit_in", "bit", 1561},
    {1562, "varbit", "varbit_in", "bit varying", 1563},
    {1700, "numeric", "numeric_in", "numeric", 1231},
    {2278, "void", "void_in", "void"},
    {2950, "uuid", "uuid_in", "uuid", 2951},
    {3614, "tsvector", "tsvectorin", "tsvector", 3643},
    {3615, "tsquery", "tsqueryin", "tsquery", 3645},
    {3802, "jsonb", "jsonb_in", "jsonb", 3807},
    {3904, "int4range", "range_in", "int4range", 3905, 23},
    {3906, "numrange", "range_in", "numrange", 3907, 1700},
    {3908, "tsrange", "range_in", "tsrange", 3909, 1114},
    {3910, "tstzrange", "range_in", "tstzrange", 3911, 1184},
    {3912, "daterange", "range_in", "daterange", 3913, 1082},
    {3926, "int8range", "range_in", "int8range", 3927, 20},
};

const CatalogueType* find_oid(std::uint64_t oid) {
  const auto found = std::ranges::find(kTypes, oid, &CatalogueType::oid);
  return found == std::end(kTypes) ? nullptr : found;
}
const CatalogueType* find_element(std::uint64_t array_oid) {
  const auto found = array_oid == 0 ? std::end(kTypes) : std::ranges::find(kTypes, array_oid, &CatalogueType::array);
  return found == std::end(kTypes) ? nullptr : found;
}

/// The numbers of parameters that came as numbers, as arrays or as text.
void collect_numbers(const Value& value, std::vector<std::uint64_t>& numbers) {
  if (value.is_number_unsigned() || value.is_number_integer()) numbers.push_back(value.get<std::uint64_t>());
  else if (value.is_array()) {
    for (const Value& item : value) collect_numbers(item, numbers);
  } else if (value.is_string()) {
    const std::string& text = value.get_ref<const std::string&>();
    for (const char *at = text.data(), *end = at + text.size(); at < end; ++at) {
      std::uint64_t number = 0;
      const auto [stop, error] = std::from_chars(at, end, number);
      if (error != std::errc{}) continue;
      numbers.push_back(number);
      at = stop;
    }
  }
}

/// A row of asyncpg's type tree. The type itself or, of an array, what it is made of.
Value tree_row(const CatalogueType& type, bool as_array, int depth) {
  const auto named = [](const CatalogueType* of) { return of ? Value(of->spoken) : Value("-"); };
  const CatalogueType* subtype = !as_array ? find_oid(type.subtype) : nullptr;
  return Value::array({as_array ? type.array : type.oid, "pg_catalog", as_array ? "_" + std::string(type.name) : std::string(type.name),
                       subtype ? "r" : "b", nullptr, as_array ? type.oid : 0, as_array ? Value(std::string(1, type.delimiter)) : Value(),
                       subtype ? Value(type.subtype) : Value(), nullptr, nullptr, depth, nullptr, named(as_array ? &type : nullptr),
                       subtype ? Value(subtype->spoken) : Value()});
}

Value kind_row(std::uint32_t oid, std::uint32_t element, bool is_range) { return Value::array({oid, element, is_range ? "r" : "b"}); }

}  // namespace

Value rows_of_type_tree(std::string_view, const Value& params) {
  std::vector<std::uint64_t> oids;
  collect_numbers(params, oids);
  Value parts = Value::array(), types = Value::array();  // what others are made of comes first: ORDER BY depth DESC
  for (const std::uint64_t oid : oids) {
    if (const CatalogueType* element = find_element(oid)) {
      parts.push_back(tree_row(*element, false, 1));
      types.push_back(tree_row(*element, true, 0));
    } else if (const CatalogueType* type = find_oid(oid)) {
      if (const CatalogueType* subtype = find_oid(type->subtype)) parts.push_back(tree_row(*subtype, false, 1));
      types.push_back(tree_row(*type, false, 0));
    }
  }
  for (Value& row : types) parts.push_back(std::move(row));
  return parts;
}

Value rows_of_type_by_oid(std::string_view, const Value& params) {
  std::vector<std::uint64_t> oids;
  collect_numbers(params, oids);
  Value rows = Value::array();
  for (const std::uint64_t oid : oids) {
    if (const CatalogueType* element = find_element(oid)) rows.push_back(kind_row(element->array, element->oid, false));
    else if (const CatalogueType* type = find_oid(oid)) rows.push_back(kind_row(type->oid, 0, type->subtype != 0));
  }
  return rows;
}

Value rows_of_type_by_name(std::string_view, const Value& params) {
  Value rows = Value::array();
  if (!params.is_array() || params.empty() || !params[0].is_string()) return rows;
  std::string_view name = params[0].get_ref<const std::string&>();
  const bool as_array = name.starts_with('_');
  if (as_array) name.remove_prefix(1);
  const auto type = std::ranges::find(kTypes, name, &CatalogueType::name);
  if (type == std::end(kTypes)) return rows;
  if (!as_array) rows.push_back(kind_row(type->oid, 0, type->subtype != 0));
  else if (type->array != 0) rows.push_back(kind_row(type->array, type->oid, false));
  return rows;
}

Value rows_of_array_types(std::string_view, const Value&) {
  Value rows = Value::array();
  for (const CatalogueType& type : kTypes)
    if (type.array != 0) rows.push_back(Value::array({type.oid, type.array}));
  return rows;
}

Value rows_of_all_types(std::string_view, const Value&) {
  Value rows = Value::array();
  for (const CatalogueType& type : kTypes) {
    const std::string delimiter(1, type.delimiter);
    rows.push_back(Value::array({type.oid, type.name, 0, delimiter, type.input}));
    if (type.array != 0) rows.push_back(Value::array({type.array, "_" + std::string(type.name), type.oid, delimiter, "array_in"}));
  }
  return rows;
}

Value rows_of_type_name(std::string_view sql, const Value&) {
  std::vector<std::uint64_t> oids;
  for (const SqlToken& token : sql_tokens(sql))
    if (token.kind == SqlToken::Kind::number) collect_numbers(token.text, oids);
  Value rows = Value::array();
  for (const std::uint64_t oid : oids) {
    if (const CatalogueType* element = find_element(oid)) rows.push_back(Value::array({"_" + std::string(element->name)}));
    else if (const CatalogueType* type = find_oid(oid)) rows.push_back(Value::array({type->name}));
  }
  return rows;
}

Value rows_of_set_config(std::string_view sql, const Value& params) {
  const std::vector<SqlToken> tokens = sql_tokens(sql);
  std::size_t argument = 0;
  for (const SqlToken& token : tokens) {
    if (token.is_op(",")) ++argument;
    if (argument != 1 || token.is_op(",")) continue;
    if (token.kind == SqlToken::Kind::string) return Value::array({Value::array({token.text})});
    std::size_t number = 0;
    if (token.kind == SqlToken::Kind::parameter) std::from_chars(token.text.data(), token.text.data() + token.text.size(), number);
    if (number > 0 && number <= params.size()) return Value::array({Value::array({params[number - 1]})});
  }
  return Value::array();
}

}  // namespace bigfoot
