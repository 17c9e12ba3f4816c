// protocols/postgres/catalogue_data.cpp - see catalogue_data.h. Every row was seen on the wire or stands in the driver's source
// that its name tells. Answers are those of PostgreSQL 15 with nothing but its own types.
#include "protocols/postgres/catalogue_data.h"

#include "protocols/postgres/catalogue_types.h"

namespace bigfoot {
namespace {

constexpr std::string_view kVersion = R"v([["PostgreSQL 15.0 (bigfoot-run)"]])v";
constexpr std::string_view kTypeColumns = "oid:oid elemtype:oid kind:char";

constexpr CatalogueRow kRows[] = {
    {"version", "select version()", false, "version:text", kVersion},
    {"SQLAlchemy, version", "select pg_catalog.version()", false, "version:text", kVersion},
    {"SQLAlchemy and pgjdbc, schema", "select current_schema()", false, "current_schema:name", R"([["public"]])"},
    {"SQLAlchemy 1.3, text of a plain string", "SELECT CAST('test plain returns' AS VARCHAR(60)) AS anon_1", false, "anon_1:varchar", R"([["test plain returns"]])"},
    {"SQLAlchemy 1.3, text of a Unicode string", "SELECT CAST('test unicode returns' AS VARCHAR(60)) AS anon_1", false, "anon_1:varchar",
     R"([["test unicode returns"]])"},
    {"psycopg2, hstore", "SELECT t.oid, typarray FROM pg_type t JOIN pg_namespace ns ON typnamespace = ns.oid WHERE typname = 'hstore'", false,
     "oid:oid typarray:oid", "[]"},
    {"libpq and pgx, target_session_attrs", "SELECT pg_is_in_recovery()", false, "pg_is_in_recovery:bool", "[[false]]"},
    {"libpq, target_session_attrs", "SELECT pg_catalog.pg_is_in_recovery()", false, "pg_is_in_recovery:bool", "[[false]]"},
    {"asyncpg, release to the pool", "SELECT pg_advisory_unlock_all()", false, "pg_advisory_unlock_all:void", R"([[""]])"},
    {"pgjdbc, longest index", "SELECT setting FROM pg_catalog.pg_settings WHERE name='max_index_keys'", false, "setting:text", R"([["32"]])"},
    {"Django, set_config", "SELECT set_config(", true, "set_config:text", "[]", "", rows_of_set_config},
    {"asyncpg, jit off", "SELECT current_setting('jit') AS cur, set_config('jit', 'off', false) AS new", false, "cur:text new:text", R"([["off", "off"]])"},
    {"asyncpg, jit back", "SELECT set_config('jit', $1, false)", false, "set_config:text", "[]", "text", rows_of_set_config},
    {"asyncpg, types by OID", "WITH RECURSIVE typeinfo_tree(oid, ns, name, kind, basetype, elemtype, elemdelim, range_subtype, attrtypoids, attrnames, depth)", true,
     "oid:oid ns:name name:name kind:char basetype:oid elemtype:oid elemdelim:char range_subtype:oid attrtypoids:oid[] attrnames:text[] "
     "depth:int4 basetype_name:text elemtype_name:text range_subtype_name:text",
     "[]", "oid[]", rows_of_type_tree},
    {"asyncpg, a type by OID", "SELECT t.oid, t.typelem AS elemtype, t.typtype AS kind FROM pg_catalog.pg_type AS t WHERE t.oid = $1", false, kTypeColumns, "[]", "oid",
     rows_of_type_by_oid},
    {"asyncpg, a type by name",
     "SELECT t.oid, t.typelem AS elemtype, t.typtype AS kind FROM pg_catalog.pg_type AS t "
     "INNER JOIN pg_catalog.pg_namespace ns ON (ns.oid = t.typnamespace) WHERE t.typname = $1 AND ns.nspname = $2",
     false, kTypeColumns, "[]", "name name", rows_of_type_by_name},
    {"postgres.js, array types",
     "select b.oid, b.typarray from pg_catalog.pg_type a left join pg_catalog.pg_type b on b.oid = a.typelem "
     "where a.typcategory = 'A' group by b.oid, b.typarray order by b.oid",
     false, "oid:oid typarray:oid", "[]", "", rows_of_array_types},
    {"Ruby pg, all types", "SELECT t.oid, t.typname, t.typelem, t.typdelim, ti.proname AS typinput FROM pg_type as t JOIN pg_proc as ti ON ti.oid = t.typinput", false,
     "oid:oid typname:name typelem:oid typdelim:char typinput:name", "[]", "", rows_of_all_types},
    {"PHP PDO, name of a type", "SELECT TYPNAME FROM PG_TYPE WHERE OID=", true, "typname:name", "[]", "", rows_of_type_name},
};

// PostgreSQL documentation, "SQL Commands"; the tags are of src/include/tcop/cmdtaglist.h.
constexpr CatalogueVerb kVerbs[] = {
    {"set constraints", "SET CONSTRAINTS"},
    {"set", "SET"},
    {"reset", "RESET"},
    {"discard all", "DISCARD ALL"},
    {"discard plans", "DISCARD PLANS"},
    {"discard sequences", "DISCARD SEQUENCES"},
    {"discard temp", "DISCARD TEMP"},
    {"discard temporary", "DISCARD TEMP"},
    {"deallocate prepare all", "DEALLOCATE ALL"},
    {"deallocate all", "DEALLOCATE ALL"},
    {"deallocate", "DEALLOCATE"},
    {"close all", "CLOSE CURSOR ALL"},
    {"close", "CLOSE CURSOR"},
    {"unlisten", "UNLISTEN"},
};

// What the session announces in ParameterStatus says the same here.
constexpr CatalogueSetting kSettings[] = {
    {"application_name", "application_name", ""},
    {"bytea_output", "bytea_output", "hex"},
    {"client_encoding", "client_encoding", "UTF8"},
    {"client_min_messages", "client_min_messages", "notice"},
    {"datestyle", "DateStyle", "ISO, MDY"},
    {"default_transaction_isolation", "default_transaction_isolation", "read committed"},
    {"default_transaction_read_only", "default_transaction_read_only", "off"},
    {"extra_float_digits", "extra_float_digits", "1"},
    {"idle_in_transaction_session_timeout", "idle_in_transaction_session_timeout", "0"},
    {"in_hot_standby", "in_hot_standby", "off"},
    {"integer_datetimes", "integer_datetimes", "on"},
    {"intervalstyle", "IntervalStyle", "postgres"},
    {"is_superuser", "is_superuser", "off"},
    {"jit", "jit", "on"},
    {"lock_timeout", "lock_timeout", "0"},
    {"max_connections", "max_connections", "100"},
    {"max_identifier_length", "max_identifier_length", "63"},
    {"max_index_keys", "max_index_keys", "32"},
    {"search_path", "search_path", "\"$user\", public"},
    {"server_encoding", "server_encoding", "UTF8"},
    {"server_version", "server_version", "15.0"},
    {"server_version_num", "server_version_num", "150000"},
    {"standard_conforming_strings", "standard_conforming_strings", "on"},
    {"statement_timeout", "statement_timeout", "0"},
    {"time zone", "TimeZone", "Etc/UTC"},
    {"timezone", "TimeZone", "Etc/UTC"},
    {"transaction isolation level", "transaction_isolation", "read committed"},
    {"transaction_isolation", "transaction_isolation", "read committed"},
    {"transaction_read_only", "transaction_read_only", "off"},
    {"wal_level", "wal_level", "replica"},
};

}  // namespace

std::span<const CatalogueRow> catalogue_rows() { return kRows; }
std::span<const CatalogueVerb> catalogue_verbs() { return kVerbs; }
std::span<const CatalogueSetting> catalogue_settings() { return kSettings; }

}  // namespace bigfoot
