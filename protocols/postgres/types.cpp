// protocols/postgres/types.cpp - see types.h.
#include "protocols/postgres/types.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <iterator>
#include <limits>
#include <vector>

#include "protocols/body.h"
#include "protocols/postgres/arrays.h"
#include "protocols/postgres/codecs.h"
#include "protocols/postgres/ranges.h"

namespace bigfoot {
namespace {

using enum PostgresJson;

constexpr std::string_view kInt2 = "a whole number from -32768 to 32767";
constexpr std::string_view kInt4 = "a whole number from -2147483648 to 2147483647";
constexpr std::string_view kInt8 = "a whole number from -9223372036854775808 to 9223372036854775807";
constexpr std::string_view kOid = "a whole number from 0 to 4294967295";
constexpr std::string_view kText = "a string, in quotes";
constexpr std::string_view kJson = "JSON: as a value, or as its text";

// name, oid, array oid, length, json, form, to binary, to text. pg_type.dat.
constexpr PostgresType kTypes[] = {
    {"bool", 16, 1000, 1, boolean, "true or false", bool_to_binary, bool_to_text},
    {"int2", 21, 1005, 2, integer, kInt2, int2_to_binary, int2_to_text},
    {"int4", 23, 1007, 4, integer, kInt4, int4_to_binary, int4_to_text},
    {"int8", 20, 1016, 8, integer, kInt8, int8_to_binary, int8_to_text},
    {"float4", 700, 1021, 4, floating, "a number, or \"NaN\", \"Infinity\", \"-Infinity\"", float4_to_binary, float4_to_text},
    {"float8", 701, 1022, 8, floating, "a number, or \"NaN\", \"Infinity\", \"-Infinity\"", float8_to_binary, float8_to_text},
    {"numeric", 1700, 1231, -1, numeric, "a number, as text where its digits count: \"1.50\"", numeric_to_binary, numeric_to_text},
    {"text", 25, 1009, -1, text, kText, text_as_it_is, text_as_it_is},
    {"varchar", 1043, 1015, -1, text, kText, text_as_it_is, text_as_it_is},
    {"bpchar", 1042, 1014, -1, text, kText, text_as_it_is, text_as_it_is},
    {"name", 19, 1003, 64, text, kText, text_as_it_is, text_as_it_is},
    {"char", 18, 1002, 1, text, kText, text_as_it_is, text_as_it_is},
    {"unknown", 705, 0, -2, text, kText, text_as_it_is, text_as_it_is},
    {"bytea", 17, 1001, -1, bytes, "{ hex = \"cafe\" }, or \"\\\\xcafe\"", bytea_to_binary, bytea_to_text},
    {"date", 1082, 1182, 4, text, "\"2026-01-02\"", date_to_binary, date_to_text},
    {"time", 1083, 1183, 8, text, "\"03:04:05.678\"", time_to_binary, time_to_text},
    {"timetz", 1266, 1270, 12, text, "\"03:04:05+00\"", timetz_to_binary, timetz_to_text},
    {"timestamp", 1114, 1115, 8, text, "\"2026-01-02 03:04:05\"", timestamp_to_binary, timestamp_to_text},
    {"timestamptz", 1184, 1185, 8, text, "\"2026-01-02 03:04:05+00\"", timestamptz_to_binary, timestamptz_to_text},
    {"interval", 1186, 1187, 16, text, "\"1 year 2 mons 3 days 04:05:06\", or \"P1Y2M3DT4H5M6S\"", interval_to_binary, interval_to_text},
    {"uuid", 2950, 2951, 16, text, "\"6f1c8dd0-5b7a-4c1e-9a55-0d6b1f1d2c3e\"", uuid_to_binary, uuid_to_text},
    {"json", 114, 199, -1, json, kJson, json_to_binary, text_as_it_is},
    {"jsonb", 3802, 3807, -1, json, kJson, jsonb_to_binary, jsonb_to_text},
    {"inet", 869, 1041, -1, text, "\"192.0.2.1\", or \"192.0.2.1/24\"", inet_to_binary, inet_to_text},
    {"cidr", 650, 651, -1, text, "\"192.0.2.0/24\"", cidr_to_binary, inet_to_text},
    {"oid", 26, 1028, 4, integer, kOid, oid_to_binary, oid_to_text},
    {"xid", 28, 1011, 4, integer, kOid, oid_to_binary, oid_to_text},
    {"regtype", 2206, 2211, 4, integer, kOid, oid_to_binary, oid_to_text},
    {"void", 2278, 0, 4, text, "\"\"", nothing_at_all, nothing_at_all},
    {"xml", 142, 143, -1, text, kText, text_as_it_is, text_as_it_is},
    {"int4range", 3904, 3905, -1, text, "\"[1,10)\"", range_to_binary<int4_to_binary>, range_to_text<int4_to_text>},
    {"int8range", 3926, 3927, -1, text, "\"[1,10)\"", range_to_binary<int8_to_binary>, range_to_text<int8_to_text>},
    {"numrange", 3906, 3907, -1, text, "\"[1.5,2.5)\"", range_to_binary<numeric_to_binary>, range_to_text<numeric_to_text>},
    {"daterange", 3912, 3913, -1, text, "\"[2026-01-01,2026-02-01)\"", range_to_binary<date_to_binary>, range_to_text<date_to_text>},
    {"tsrange", 3908, 3909, -1, text, "\"[\\\"2026-01-01 00:00:00\\\",)\"", range_to_binary<timestamp_to_binary>,
     range_to_text<timestamp_to_text>},
    {"tstzrange", 3910, 3911, -1, text, "\"[\\\"2026-01-01 00:00:00+00\\\",)\"", range_to_binary<timestamptz_to_binary>,
     range_to_text<timestamptz_to_text>},
};

// Other names of SQL for the same: "Data Types", table of names and aliases.
struct Alias {
  std::string_view alias, name;
};
constexpr Alias kAliases[] = {
    {"boolean", "bool"},       {"smallint", "int2"},          {"integer", "int4"},
    {"int", "int4"},           {"bigint", "int8"},            {"real", "float4"},
    {"float", "float8"},       {"double precision", "float8"}, {"decimal", "numeric"},
    {"character varying", "varchar"}, {"character", "bpchar"}, {"serial", "int4"},
    {"bigserial", "int8"},     {"smallserial", "int2"},       {"time with time zone", "timetz"},
    {"time without time zone", "time"}, {"timestamp with time zone", "timestamptz"}, {"timestamp without time zone", "timestamp"},
};

/// Without a modifier: "varchar(20)", "numeric(10, 2)", "timestamp(3) with time zone".
std::string without_modifier(std::string_view name) {
  std::string out(name.substr(0, name.find('(')));
  if (const std::size_t close = name.find(')'); close != name.npos && !out.empty()) out += name.substr(close + 1);
  while (out.ends_with(' ')) out.pop_back();
  std::ranges::transform(out, out.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; });
  return out;
}

const PostgresType* element_type(std::string_view name) {
  const auto alias = std::ranges::find(kAliases, name, &Alias::alias);
  if (alias != std::end(kAliases)) name = alias->name;
  const auto row = std::ranges::find(kTypes, name, &PostgresType::name);
  return row == std::end(kTypes) ? nullptr : row;
}

std::string wrong(PostgresTypeRef type, std::string_view shown) {
  return fmt::format("{} is no {}: {}", shown, type.name(), type.is_array ? "an array, or \"{a,b}\"" : type.type->form);
}

std::string shown(const Value& value) { return value.dump(-1, ' ', false, Value::error_handler_t::replace); }

/// Text as it would be written in SQL, not yet checked. Nothing where the JSON is of another kind.
std::optional<std::string> written(PostgresTypeRef type, const Value& value);

std::optional<std::string> array_written(PostgresTypeRef type, const Value& value) {
  std::string out = "{";
  for (const Value& element : value) {
    if (out.size() > 1) out += ',';
    if (element.is_null()) out += "NULL";
    else if (element.is_array()) {
      const auto inner = array_written(type, element);
      if (!inner) return {};
      out += *inner;
    } else {
      const auto text = written({type.type, false}, element);
      if (!text) return {};
      out += quoted_array_element(*text);
    }
  }
  return out + "}";
}

std::optional<std::string> written(PostgresTypeRef type, const Value& value) {
  if (value.is_string()) return value.get<std::string>();
  if (type.is_array) return value.is_array() ? array_written(type, value) : std::nullopt;
  switch (type.type->json) {
    case boolean: return value.is_boolean() ? std::optional<std::string>(value.get<bool>() ? "t" : "f") : std::nullopt;
    case integer: return value.is_number_integer() ? std::optional(value.dump()) : std::nullopt;
    case floating:
    case numeric: return value.is_number() ? std::optional(value.is_number_float() ? fmt::format("{}", value.get<double>()) : value.dump()) : std::nullopt;
    case json: return shown(value);
    case bytes:
      if (const auto hex = value.is_object() && value.size() == 1 ? value.find("hex") : value.end(); hex != value.end() && hex->is_string())
        if (const auto bytes = from_hex(hex->get<std::string>())) return bytea_to_text(*bytes);
      return {};
    case text: return {};
  }
  return {};
}

std::optional<std::string> to_binary(PostgresTypeRef type, std::string_view text) {
  return type.is_array ? array_to_binary(text, *type.type) : type.type->to_binary(text);
}

Value number_of(std::string_view text) {
  Value parsed = Value::parse(text, nullptr, false);
  return parsed.is_number() ? parsed : Value(std::string(text));
}

/// A number where a double holds all of its digits, else its text.
Value numeric_value(std::string_view text) {
  const auto digits = std::ranges::count_if(text, [](char c) { return c >= '0' && c <= '9'; });
  return digits <= std::numeric_limits<double>::digits10 ? number_of(text) : Value(std::string(text));
}

std::optional<Value> scalar_value(const PostgresType& type, std::string_view text) {
  switch (type.json) {
    case boolean: return Value(text == "t");
    case integer:
    case floating: return number_of(text);
    case numeric: return numeric_value(text);
    case bytes: return Value{{"hex", std::string(text.substr(2))}};
    case json:
    case PostgresJson::text: return Value(std::string(text));
  }
  return {};
}

std::optional<Value> array_value(const PostgresType& type, const ArrayText& array) {
  Value out = Value::array();
  for (const ArrayText& element : array.elements) {
    if (element.kind == ArrayText::Kind::null) {
      out.push_back(nullptr);
      continue;
    }
    const auto value = element.kind == ArrayText::Kind::array ? array_value(type, element) : postgres_value({&type}, element.text, false);
    if (!value) return {};
    out.push_back(*value);
  }
  return out;
}

}  // namespace

std::span<const PostgresType> postgres_types() { return kTypes; }

std::optional<PostgresTypeRef> find_postgres_type(std::string_view name) {
  std::string bare = without_modifier(name);
  bool is_array = false;
  while (bare.ends_with("[]")) {
    bare.resize(bare.size() - 2);
    is_array = true;
  }
  if (!is_array && bare.starts_with('_')) {
    bare.erase(0, 1);
    is_array = true;
  }
  const PostgresType* type = element_type(bare);
  if (!type || (is_array && type->array_oid == 0)) return {};
  return PostgresTypeRef{type, is_array};
}

std::optional<PostgresTypeRef> find_postgres_type(std::uint32_t oid) {
  for (const PostgresType& type : kTypes) {
    if (type.oid == oid) return PostgresTypeRef{&type, false};
    if (type.array_oid == oid && oid != 0) return PostgresTypeRef{&type, true};
  }
  return {};
}

std::optional<std::string> problem_with_type(std::string_view type) {
  if (find_postgres_type(type)) return {};
  return fmt::format("'{}' is no type that is known here", type);
}

std::optional<std::string> problem_with(std::string_view type, const Value& value) {
  const auto found = find_postgres_type(type);
  if (!found || value.is_null()) return {};
  const auto text = postgres_text(*found, value);
  return text ? std::nullopt : std::optional(text.error());
}

std::expected<std::string, std::string> postgres_binary(PostgresTypeRef type, const Value& value) {
  const auto text = written(type, value);
  if (!text) return std::unexpected(wrong(type, shown(value)));
  auto binary = to_binary(type, *text);
  if (!binary) return std::unexpected(wrong(type, shown(value)));
  return std::move(*binary);
}

std::expected<std::string, std::string> postgres_text(PostgresTypeRef type, const Value& value) {
  auto text = written(type, value);
  if (!text) return std::unexpected(wrong(type, shown(value)));
  const auto binary = to_binary(type, *text);
  if (!binary) return std::unexpected(wrong(type, shown(value)));
  if (type.is_array) return array_to_text(*binary, *type.type).value_or(*text);
  if (type.type->json == PostgresJson::json) return std::move(*text);  // json keeps its blanks, and jsonb's own order is not ours to make
  return type.type->to_text(*binary).value_or(*text);
}

std::optional<Value> postgres_value(PostgresTypeRef type, std::string_view bytes, bool is_binary) {
  std::optional<std::string> text(bytes);
  if (is_binary) {
    text = type.is_array ? array_to_text(bytes, *type.type) : type.type->to_text(bytes);
  } else if (!type.is_array && type.type->json != PostgresJson::json) {
    const auto binary = type.type->to_binary(bytes);  // 't' and 'yes' are one
    text = binary ? type.type->to_text(*binary) : std::nullopt;
  }
  if (!text) return {};
  if (!type.is_array) return scalar_value(*type.type, *text);
  const auto array = parse_array(*text);
  return array ? array_value(*type.type, *array) : std::nullopt;
}

std::string_view type_of_parameter(const Value& value) {
  switch (value.type()) {
    case Value::value_t::boolean: return "bool";
    case Value::value_t::number_float: return "float8";
    case Value::value_t::number_unsigned:
      if (value.get<std::uint64_t>() > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) return "numeric";
      [[fallthrough]];
    case Value::value_t::number_integer: {
      const auto number = value.get<std::int64_t>();
      return number >= std::numeric_limits<std::int32_t>::min() && number <= std::numeric_limits<std::int32_t>::max() ? "int4" : "int8";
    }
    case Value::value_t::object: return value.size() == 1 && value.contains("hex") ? "bytea" : "jsonb";
    case Value::value_t::array: {
      const auto first = std::ranges::find_if(value, [](const Value& element) { return !element.is_null(); });
      if (first == value.end()) return "text[]";
      const auto type = find_postgres_type(type_of_parameter(*first));
      static const auto kNames = [] {
        std::vector<std::string> names;
        for (const PostgresType& row : kTypes) names.push_back(std::string(row.name) + "[]");
        return names;
      }();
      return kNames[static_cast<std::size_t>(type->type - kTypes)];
    }
    default: return "text";
  }
}

}  // namespace bigfoot
