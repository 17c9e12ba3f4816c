// protocols/postgres/codecs.cpp - see codecs.h. Source: src/backend/utils/adt: int.c, float.c, bool.c, varlena.c, uuid.c, network.c, json.c.
#include "protocols/postgres/codecs.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <limits>

#include "protocols/body.h"
#include "protocols/value.h"

namespace bigfoot {
namespace {

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\n\v\f";
  const std::size_t first = text.find_first_not_of(kBlanks);
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; });
  return out;
}

template <class Int>
PostgresForm integer_to_binary(std::string_view text) {
  text = trimmed(text);
  if (text.starts_with('+') && !text.starts_with("+-")) text.remove_prefix(1);
  Int value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return {};
  return to_network(value);
}

template <class Int>
PostgresForm integer_to_text(std::string_view binary) {
  if (binary.size() != sizeof(Int)) return {};
  return fmt::format("{}", from_network<Int>(binary));
}

template <class Float, class Bits>
PostgresForm float_to_binary(std::string_view text) {
  const std::string word = lower(trimmed(text));
  Float value{};
  if (word == "nan") value = std::numeric_limits<Float>::quiet_NaN();
  else if (word == "infinity" || word == "inf" || word == "+infinity") value = std::numeric_limits<Float>::infinity();
  else if (word == "-infinity" || word == "-inf") value = -std::numeric_limits<Float>::infinity();
  else {
    const std::string_view number = word.starts_with('+') ? std::string_view(word).substr(1) : std::string_view(word);
    const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), value);
    if (error != std::errc{} || end != number.data() + number.size() || !std::isfinite(value)) return {};
  }
  return to_network(std::bit_cast<Bits>(value));
}

template <class Float, class Bits>
PostgresForm float_to_text(std::string_view binary) {
  if (binary.size() != sizeof(Bits)) return {};
  const auto value = std::bit_cast<Float>(from_network<Bits>(binary));
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "Infinity" : "-Infinity";
  return fmt::format("{}", value);
}

constexpr unsigned char kFamily4 = 2, kFamily6 = 3;  // src/include/utils/inet.h: PGSQL_AF_INET, PGSQL_AF_INET6

PostgresForm network_to_binary(std::string_view text, bool is_cidr) {
  text = trimmed(text);
  const std::size_t slash = std::min(text.find('/'), text.size());
  const std::string address(text.substr(0, slash));
  const bool is6 = address.contains(':');
  std::string bytes(is6 ? 16 : 4, '\0');
  if (address.contains('\0') || ::inet_pton(is6 ? AF_INET6 : AF_INET, address.c_str(), bytes.data()) != 1) return {};
  const auto most = static_cast<unsigned>(bytes.size() * 8);
  unsigned bits = most;
  if (slash < text.size()) {
    const std::string_view number = text.substr(slash + 1);
    const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), bits);
    if (error != std::errc{} || end != number.data() + number.size() || bits > most) return {};
  }
  for (unsigned bit = bits; is_cidr && bit < most; ++bit)
    if (static_cast<unsigned char>(bytes[bit / 8]) >> (7 - bit % 8) & 1) return {};  // a network has no bits of a host
  std::string out{static_cast<char>(is6 ? kFamily6 : kFamily4), static_cast<char>(bits), static_cast<char>(is_cidr), static_cast<char>(bytes.size())};
  return out + bytes;
}

}  // namespace

PostgresForm text_as_it_is(std::string_view bytes) {
  if (bytes.contains('\0')) return {};  // "Character Types": the character with code zero cannot be stored
  return std::string(bytes);
}
PostgresForm nothing_at_all(std::string_view bytes) { return bytes.empty() ? PostgresForm("") : std::nullopt; }

PostgresForm bool_to_binary(std::string_view text) {
  const std::string word = lower(trimmed(text));
  for (const std::string_view yes : {"t", "true", "y", "yes", "on", "1"})
    if (word == yes) return std::string(1, '\1');
  for (const std::string_view no : {"f", "false", "n", "no", "off", "0"})
    if (word == no) return std::string(1, '\0');
  return {};
}
PostgresForm bool_to_text(std::string_view binary) {
  if (binary.size() != 1) return {};
  return binary[0] != '\0' ? "t" : "f";
}

PostgresForm int2_to_binary(std::string_view text) { return integer_to_binary<std::int16_t>(text); }
PostgresForm int2_to_text(std::string_view binary) { return integer_to_text<std::int16_t>(binary); }
PostgresForm int4_to_binary(std::string_view text) { return integer_to_binary<std::int32_t>(text); }
PostgresForm int4_to_text(std::string_view binary) { return integer_to_text<std::int32_t>(binary); }
PostgresForm int8_to_binary(std::string_view text) { return integer_to_binary<std::int64_t>(text); }
PostgresForm int8_to_text(std::string_view binary) { return integer_to_text<std::int64_t>(binary); }
PostgresForm oid_to_binary(std::string_view text) { return integer_to_binary<std::uint32_t>(text); }
PostgresForm oid_to_text(std::string_view binary) { return integer_to_text<std::uint32_t>(binary); }
PostgresForm float4_to_binary(std::string_view text) { return float_to_binary<float, std::uint32_t>(text); }
PostgresForm float4_to_text(std::string_view binary) { return float_to_text<float, std::uint32_t>(binary); }
PostgresForm float8_to_binary(std::string_view text) { return float_to_binary<double, std::uint64_t>(text); }
PostgresForm float8_to_text(std::string_view binary) { return float_to_text<double, std::uint64_t>(binary); }

/// "Binary Data Types": the hex format, and the escape format of older servers.
PostgresForm bytea_to_binary(std::string_view text) {
  if (text.starts_with("\\x")) return from_hex(text.substr(2));
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\') {
      out += text[i];
      continue;
    }
    const std::string_view after = text.substr(i + 1);
    if (after.starts_with('\\')) {
      out += '\\';
      ++i;
      continue;
    }
    unsigned byte = 0;
    if (after.size() < 3 || std::from_chars(after.data(), after.data() + 3, byte, 8).ptr != after.data() + 3 || byte > 255) return {};
    out += static_cast<char>(byte);
    i += 3;
  }
  return out;
}
PostgresForm bytea_to_text(std::string_view binary) {
  std::string out = "\\x";
  for (const char c : binary) out += fmt::format("{:02x}", static_cast<unsigned char>(c));
  return out;
}

PostgresForm uuid_to_binary(std::string_view text) {
  text = trimmed(text);
  if (text.starts_with('{') && text.ends_with('}')) text = text.substr(1, text.size() - 2);
  std::string digits;
  for (const char c : text)
    if (c != '-') digits += c;
  if (digits.contains(' ')) return {};
  auto bytes = from_hex(digits);
  return bytes && bytes->size() == 16 ? std::move(bytes) : std::nullopt;
}
PostgresForm uuid_to_text(std::string_view binary) {
  if (binary.size() != 16) return {};
  std::string out;
  for (std::size_t i = 0; i < 16; ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) out += '-';
    out += fmt::format("{:02x}", static_cast<unsigned char>(binary[i]));
  }
  return out;
}

PostgresForm inet_to_binary(std::string_view text) { return network_to_binary(text, false); }
PostgresForm cidr_to_binary(std::string_view text) { return network_to_binary(text, true); }
PostgresForm inet_to_text(std::string_view binary) {
  if (binary.size() < 4) return {};
  const bool is6 = static_cast<unsigned char>(binary[0]) == kFamily6;
  const std::string_view address = binary.substr(4);
  if (static_cast<unsigned char>(binary[0]) != kFamily4 && !is6) return {};
  if (address.size() != (is6 ? 16u : 4u) || static_cast<unsigned char>(binary[3]) != address.size()) return {};
  char text[INET6_ADDRSTRLEN] = "";
  if (!::inet_ntop(is6 ? AF_INET6 : AF_INET, address.data(), text, sizeof text)) return {};
  const auto bits = static_cast<unsigned char>(binary[1]);
  const bool is_cidr = binary[2] != '\0';
  return bits == address.size() * 8 && !is_cidr ? std::string(text) : fmt::format("{}/{}", text, bits);
}

PostgresForm json_to_binary(std::string_view text) {
  if (!Value::accept(text)) return {};
  return std::string(text);
}
PostgresForm jsonb_to_binary(std::string_view text) {
  if (!Value::accept(text)) return {};
  return "\1" + std::string(text);  // a version in front: jsonb.c, jsonb_send
}
PostgresForm jsonb_to_text(std::string_view binary) {
  if (!binary.starts_with('\1')) return {};
  return std::string(binary.substr(1));
}

}  // namespace bigfoot
