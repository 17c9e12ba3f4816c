// protocols/postgres/codecs.h - Text and binary forms of single types, for the table in types.cpp.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace bigfoot {

using PostgresForm = std::optional<std::string>;

/// Whole numbers of the wire, big-endian.
template <class Int>
std::string to_network(Int value) {
  std::string out(sizeof value, '\0');
  for (std::size_t i = 0; i < sizeof value; ++i)
    out[sizeof value - 1 - i] = static_cast<char>(static_cast<std::uint64_t>(value) >> (8 * i));
  return out;
}
/// The number in the first bytes of `bytes`, which has enough.
template <class Int>
Int from_network(std::string_view bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < sizeof(Int); ++i) value = value << 8 | static_cast<unsigned char>(bytes[i]);
  return static_cast<Int>(value);
}

PostgresForm text_as_it_is(std::string_view bytes);
PostgresForm nothing_at_all(std::string_view bytes);

PostgresForm bool_to_binary(std::string_view text);
PostgresForm bool_to_text(std::string_view binary);
PostgresForm int2_to_binary(std::string_view text);
PostgresForm int2_to_text(std::string_view binary);
PostgresForm int4_to_binary(std::string_view text);
PostgresForm int4_to_text(std::string_view binary);
PostgresForm int8_to_binary(std::string_view text);
PostgresForm int8_to_text(std::string_view binary);
PostgresForm oid_to_binary(std::string_view text);
PostgresForm oid_to_text(std::string_view binary);
PostgresForm float4_to_binary(std::string_view text);
PostgresForm float4_to_text(std::string_view binary);
PostgresForm float8_to_binary(std::string_view text);
PostgresForm float8_to_text(std::string_view binary);
PostgresForm numeric_to_binary(std::string_view text);
PostgresForm numeric_to_text(std::string_view binary);
PostgresForm bytea_to_binary(std::string_view text);
PostgresForm bytea_to_text(std::string_view binary);
PostgresForm uuid_to_binary(std::string_view text);
PostgresForm uuid_to_text(std::string_view binary);
PostgresForm inet_to_binary(std::string_view text);
PostgresForm cidr_to_binary(std::string_view text);
PostgresForm inet_to_text(std::string_view binary);
PostgresForm json_to_binary(std::string_view text);
PostgresForm jsonb_to_binary(std::string_view text);
PostgresForm jsonb_to_text(std::string_view binary);

// codecs_time.cpp
PostgresForm date_to_binary(std::string_view text);
PostgresForm date_to_text(std::string_view binary);
PostgresForm time_to_binary(std::string_view text);
PostgresForm time_to_text(std::string_view binary);
PostgresForm timetz_to_binary(std::string_view text);
PostgresForm timetz_to_text(std::string_view binary);
PostgresForm timestamp_to_binary(std::string_view text);
PostgresForm timestamp_to_text(std::string_view binary);
PostgresForm timestamptz_to_binary(std::string_view text);
PostgresForm timestamptz_to_text(std::string_view binary);
PostgresForm interval_to_binary(std::string_view text);
PostgresForm interval_to_text(std::string_view binary);

}  // namespace bigfoot
