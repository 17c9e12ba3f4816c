// protocols/postgres/types.h - PostgreSQL's types: their numbers, and their values as JSON, as text and in binary.
// Source: PostgreSQL documentation, "Data Types"; src/include/catalog/pg_type.dat; the *recv and *send functions of src/backend/utils/adt.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "protocols/value.h"

namespace bigfoot {

/// How values of a type are shown in calls and may be written in specs, beside their text form, which is always allowed.
enum class PostgresJson { text, boolean, integer, floating, numeric, bytes, json };

/// One row of the table: a type that is no array. Both functions give nothing where the form is wrong.
struct PostgresType {
  std::string_view name;      ///< pg_type.typname
  std::uint32_t oid, array_oid;
  std::int16_t length;        ///< pg_type.typlen
  PostgresJson json;
  std::string_view form;      ///< what its text looks like, for messages
  std::optional<std::string> (*to_binary)(std::string_view text);
  std::optional<std::string> (*to_text)(std::string_view binary);
};

std::span<const PostgresType> postgres_types();

/// A type of a column or of a parameter.
struct PostgresTypeRef {
  const PostgresType* type = nullptr;  ///< of an array: of its elements
  bool is_array = false;
  std::uint32_t oid() const { return is_array ? type->array_oid : type->oid; }
  std::int16_t length() const { return is_array ? std::int16_t{-1} : type->length; }
  std::string name() const { return std::string(type->name) + (is_array ? "[]" : ""); }
};

/// By the name that SQL or the catalogue has for it: int4, integer, varchar(20), timestamp with time zone, text[], _text.
std::optional<PostgresTypeRef> find_postgres_type(std::string_view name);
std::optional<PostgresTypeRef> find_postgres_type(std::uint32_t oid);

/// What is wrong with a type's name, for the check of a spec; nothing where it is one.
std::optional<std::string> problem_with_type(std::string_view type);
/// What is wrong with a value of a result; null is right for every type. The type's name is right.
std::optional<std::string> problem_with(std::string_view type, const Value& value);

/// The text form of a value that is not null, as the server would print it; else what is wrong with it.
std::expected<std::string, std::string> postgres_text(PostgresTypeRef type, const Value& value);
std::expected<std::string, std::string> postgres_binary(PostgresTypeRef type, const Value& value);

/// A value off the wire as JSON: numbers of int2/4/8, float4/8, numeric (where a double holds it) and oid, booleans, arrays;
/// {hex} of bytea; else text. Nothing where the bytes are no value of the type.
std::optional<Value> postgres_value(PostgresTypeRef type, std::string_view bytes, bool is_binary);

/// The type that a parameter has by its value in a spec: 1 is int4, "a" text, [1] int4[].
std::string_view type_of_parameter(const Value& value);

}  // namespace bigfoot
