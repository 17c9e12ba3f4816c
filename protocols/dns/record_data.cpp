// protocols/dns/record_data.cpp - See record_data.h.
#include "protocols/dns/record_data.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <iterator>
#include <vector>

#include "protocols/body.h"
#include "protocols/dns/name.h"

namespace bigfoot {
namespace {

using Made = std::expected<std::string, std::string>;

constexpr std::size_t kMaxString = 255;  // RFC 1035, 3.3: a character-string
constexpr std::size_t kMaxData = 65535;  // RFC 1035, 3.2.1: RDLENGTH

std::vector<std::string_view> words(std::string_view text) {
  std::vector<std::string_view> out;
  while (true) {
    const auto start = text.find_first_not_of(" \t");
    if (start == text.npos) return out;
    const auto end = std::min(text.find_first_of(" \t", start), text.size());
    out.push_back(text.substr(start, end - start));
    text.remove_prefix(end);
  }
}

template <class Number>
std::optional<Number> whole_number(std::string_view text) {
  Number value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

Made address_bytes(int family, std::size_t size, std::string_view data, std::string_view what) {
  std::string out(size, '\0');
  if (data.contains('\0') || ::inet_pton(family, std::string(data).c_str(), out.data()) != 1)
    return std::unexpected(fmt::format("'{}' is no {} address", data, what));
  return out;
}
Made a_data(std::string_view data) { return address_bytes(AF_INET, 4, data, "IPv4"); }
Made aaaa_data(std::string_view data) { return address_bytes(AF_INET6, 16, data, "IPv6"); }
Made name_data(std::string_view data) { return dns_name_bytes(data); }

/// `numbers` 16-bit numbers, then a name: MX has one, SRV three.
Made numbers_and_name(std::string_view data, std::size_t numbers, std::string_view form) {
  const auto parts = words(data);
  if (parts.size() != numbers + 1)
    return std::unexpected(fmt::format("'{}' is not of the form '{}'", data, form));
  std::string out;
  for (std::size_t i = 0; i < numbers; ++i) {
    const auto number = whole_number<std::uint16_t>(parts[i]);
    if (!number)
      return std::unexpected(fmt::format("'{}' is no number from 0 to 65535; expected '{}'", parts[i], form));
    append_u16(out, *number);
  }
  const auto name = dns_name_bytes(parts.back());
  if (!name) return std::unexpected(name.error());
  return out + *name;
}
Made mx_data(std::string_view data) { return numbers_and_name(data, 1, "10 mail.example.com"); }
Made srv_data(std::string_view data) { return numbers_and_name(data, 3, "PRIORITY WEIGHT PORT TARGET"); }

Made soa_data(std::string_view data) {
  constexpr std::string_view kForm = "MNAME RNAME SERIAL REFRESH RETRY EXPIRE MINIMUM";
  const auto parts = words(data);
  if (parts.size() != 7) return std::unexpected(fmt::format("'{}' is not of the form '{}'", data, kForm));
  std::string out;
  for (std::size_t i = 0; i < 2; ++i) {
    const auto name = dns_name_bytes(parts[i]);
    if (!name) return std::unexpected(name.error());
    out += *name;
  }
  for (std::size_t i = 2; i < 7; ++i) {
    const auto number = whole_number<std::uint32_t>(parts[i]);
    if (!number)
      return std::unexpected(fmt::format("'{}' is no 32-bit number; expected '{}'", parts[i], kForm));
    append_u32(out, *number);
  }
  return out;
}

void append_string(std::string& out, std::string_view text) {
  out += static_cast<char>(text.size());
  out += text;
}

/// "one" "two": a string each. Without quotes the whole text is one, cut where it must be: SPF and DKIM texts
/// are long.
Made txt_data(std::string_view data) {
  std::string out;
  if (!data.starts_with('"')) {
    do {
      append_string(out, data.substr(0, kMaxString));
      data.remove_prefix(std::min(kMaxString, data.size()));
    } while (!data.empty());
    return out;
  }
  std::size_t i = 0;
  while (i < data.size()) {
    if (data[i] == ' ' || data[i] == '\t') {
      ++i;
      continue;
    }
    if (data[i] != '"') return std::unexpected(fmt::format("'{}': expected '\"' before every string", data));
    std::string text;
    for (++i; i < data.size() && data[i] != '"'; ++i) {
      if (data[i] != '\\') {
        text += data[i];
        continue;
      }
      const DnsEscape escape = read_dns_escape(data, i);
      if (escape.size == 0)
        return std::unexpected(fmt::format("'{}' has a backslash that escapes nothing", data));
      text += escape.byte;
      i += escape.size - 1;
    }
    if (i == data.size()) return std::unexpected(fmt::format("'{}' lacks a closing '\"'", data));
    ++i;
    if (text.size() > kMaxString)
      return std::unexpected(
          fmt::format("a quoted string of {} bytes; {} are allowed", text.size(), kMaxString));
    append_string(out, text);
  }
  return out;
}

/// RFC 3597, 5: \# LENGTH HEX
Made generic_data(std::string_view data) {
  const auto parts = words(data);
  const auto wrong_form = [&] {
    return std::unexpected(
        fmt::format("'{}' is not of the form '\\# LENGTH HEX', which a type without a name needs", data));
  };
  if (parts.size() < 2 || parts[0] != "\\#") return wrong_form();
  const auto size = whole_number<std::uint16_t>(parts[1]);
  if (!size) return wrong_form();
  std::string hex;
  for (std::size_t i = 2; i < parts.size(); ++i) hex += parts[i];
  auto bytes = from_hex(hex);
  if (!bytes || bytes->size() != *size)
    return std::unexpected(fmt::format("'{}' does not hold {} bytes in hex", data, *size));
  return *std::move(bytes);
}

struct Type {
  std::string_view name;
  std::uint16_t number;
  Made (*bytes)(std::string_view data);  // null: a question only
};
constexpr Type kTypes[] = {
    {"A", kDnsA, a_data},  {"NS", 2, name_data},          {"CNAME", kDnsCname, name_data},
    {"SOA", 6, soa_data},  {"PTR", 12, name_data},        {"MX", 15, mx_data},
    {"TXT", 16, txt_data}, {"AAAA", kDnsAaaa, aaaa_data}, {"SRV", 33, srv_data},
    {"ANY", 255, nullptr},
};

}  // namespace

void append_u16(std::string& out, std::uint16_t value) {
  out += static_cast<char>(value >> 8);
  out += static_cast<char>(value & 0xFF);
}
void append_u32(std::string& out, std::uint32_t value) {
  append_u16(out, static_cast<std::uint16_t>(value >> 16));
  append_u16(out, static_cast<std::uint16_t>(value & 0xFFFF));
}

std::string dns_type_name(std::uint16_t number) {
  const auto found = std::ranges::find(kTypes, number, &Type::number);
  return found != std::end(kTypes) ? std::string(found->name) : fmt::format("TYPE{}", number);
}

std::optional<std::uint16_t> dns_type_number(std::string_view name) {
  std::string upper(name);
  std::ranges::transform(upper, upper.begin(),
                         [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
  const auto found = std::ranges::find(kTypes, upper, &Type::name);
  if (found != std::end(kTypes)) return found->number;
  constexpr std::string_view kGeneric = "TYPE";
  if (!upper.starts_with(kGeneric)) return std::nullopt;
  return whole_number<std::uint16_t>(std::string_view(upper).substr(kGeneric.size()));
}

std::expected<std::string, std::string> dns_record_bytes(std::string_view type, std::string_view data) {
  const auto number = dns_type_number(type);
  if (!number) return std::unexpected(fmt::format("'{}' is no record type", type));
  const auto found = std::ranges::find(kTypes, *number, &Type::number);
  if (found != std::end(kTypes) && found->bytes == nullptr)
    return std::unexpected(fmt::format("{} is a question and no record", found->name));
  Made made = found == std::end(kTypes) || data.starts_with("\\#") ? generic_data(data) : found->bytes(data);
  if (made && made->size() > kMaxData)
    return std::unexpected(fmt::format("{} bytes of data; 65535 are allowed", made->size()));
  return made;
}

}  // namespace bigfoot
