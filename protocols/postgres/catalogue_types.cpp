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
#include "protocols/postgres/types.h"

namespace bigfoot {
namespace {

/// What the catalogue says of a type beside types.h.
struct CatalogueName {
  std::string_view name, input, spoken;  ///< typname, typinput, as format_type() says it
  std::string_view subtype = "";         ///< of a range
};
constexpr CatalogueName kNames[] = {
    {"bool", "boolin", "boolean"},
    {"bytea", "byteain", "bytea"},
    {"char", "charin", "\"char\""},
    {"name", "namein", "name"},
    {"int8", "int8in", "bigint"},
    {"int2", "int2in", "smallint"},
    {"int4", "int4in", "integer"},
    {"text", "textin", "text"},
    {"oid", "oidin", "oid"},
    {"xid", "xidin", "xid"},
    {"json", "json_in", "json"},
    {"xml", "xml_in", "xml"},
    {"cidr", "cidr_in", "cidr"},
    {"float4", "float4in", "real"},
    {"float8", "float8in", "double precision"},
    {"inet", "inet_in", "inet"},
    {"bpchar", "bpcharin", "character"},
    {"varchar", "varcharin", "character varying"},
    {"date", "date_in", "date"},
    {"time", "time_in", "time without time zone"},
    {"timestamp", "timestamp_in", "timestamp without time zone"},
    {"timestamptz", "timestamptz_in", "timestamp with time zone"},
    {"interval", "interval_in", "interval"},
    {"timetz", "timetz_in", "time with time zone"},
    {"numeric", "numeric_in", "numeric"},
    {"void", "void_in", "void"},
    {"uuid", "uuid_in", "uuid"},
    {"jsonb", "jsonb_in", "jsonb"},
    {"int4range", "range_in", "int4range", "int4"},
    {"numrange", "range_in", "numrange", "numeric"},
    {"tsrange", "range_in", "tsrange", "timestamp"},
    {"tstzrange", "range_in", "tstzrange", "timestamptz"},
    {"daterange", "range_in", "daterange", "date"},
    {"int8range", "range_in", "int8range", "int8"},
};

struct CatalogueType {
  std::uint32_t oid = 0, array = 0;
  std::string_view name, input, spoken;
  std::uint32_t subtype = 0;
};

const std::vector<CatalogueType>& catalogue_types() {
  static const std::vector<CatalogueType> kTypes = [] {
    std::vector<CatalogueType> types;
    for (const CatalogueName& row : kNames) {
      const auto known = find_postgres_type(row.name);
      if (!known) continue;
      const auto subtype = row.subtype.empty() ? std::nullopt : find_postgres_type(row.subtype);
      types.push_back({known->type->oid, known->type->array_oid, row.name, row.input, row.spoken, subtype ? subtype->oid() : 0});
    }
    return types;
  }();
  return kTypes;
}

const CatalogueType* find_oid(std::uint64_t oid) {
  const auto found = std::ranges::find(catalogue_types(), oid, &CatalogueType::oid);
  return found == catalogue_types().end() ? nullptr : &*found;
}
const CatalogueType* find_element(std::uint64_t array_oid) {
  const auto found = array_oid == 0 ? catalogue_types().end() : std::ranges::find(catalogue_types(), array_oid, &CatalogueType::array);
  return found == catalogue_types().end() ? nullptr : &*found;
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
                       subtype ? "r" : "b", nullptr, as_array ? type.oid : 0, as_array ? Value(",") : Value(),
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
  const auto type = std::ranges::find(catalogue_types(), name, &CatalogueType::name);
  if (type == catalogue_types().end()) return rows;
  if (!as_array) rows.push_back(kind_row(type->oid, 0, type->subtype != 0));
  else if (type->array != 0) rows.push_back(kind_row(type->array, type->oid, false));
  return rows;
}

Value rows_of_array_types(std::string_view, const Value&) {
  Value rows = Value::array();
  for (const CatalogueType& type : catalogue_types())
    if (type.array != 0) rows.push_back(Value::array({type.oid, type.array}));
  return rows;
}

Value rows_of_all_types(std::string_view, const Value&) {
  Value rows = Value::array();
  for (const CatalogueType& type : catalogue_types()) {
        rows.push_back(Value::array({type.oid, type.name, 0, ",", type.input}));
    if (type.array != 0) rows.push_back(Value::array({type.array, "_" + std::string(type.name), type.oid, ",", "array_in"}));
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
