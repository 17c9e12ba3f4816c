// protocols/websocket/header_list.cpp - See header_list.h.
#include "protocols/websocket/header_list.h"

#include <algorithm>

namespace bigfoot {
namespace {

constexpr std::string_view kBlanks = " \t";

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(kBlanks);
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

/// What stands between separators, in quotes or not; empty parts are none (RFC 9110, 5.6.1.2).
std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  bool quoted = false;
  std::size_t from = 0;
  for (std::size_t i = 0; i <= text.size(); ++i) {
    if (i < text.size() && text[i] == '"') quoted = !quoted;
    if (i < text.size() && (quoted || text[i] != separator)) continue;
    if (const std::string_view part = trimmed(text.substr(from, i - from)); !part.empty()) parts.push_back(part);
    from = i + 1;
  }
  return parts;
}

constexpr char to_lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

}  // namespace

std::vector<std::string_view> header_values(const Value& headers, std::string_view name) {
  std::vector<std::string_view> values;
  for (const Value& header : headers)
    if (header.at(0).get_ref<const std::string&>() == name) values.push_back(header.at(1).get_ref<const std::string&>());
  return values;
}

std::vector<std::string_view> header_elements(const Value& headers, std::string_view name) {
  std::vector<std::string_view> elements;
  for (const std::string_view value : header_values(headers, name))
    for (const std::string_view element : split(value, ',')) elements.push_back(element);
  return elements;
}

bool header_has_token(const Value& headers, std::string_view name, std::string_view token) {
  return std::ranges::any_of(header_elements(headers, name),
                             [&](std::string_view element) { return std::ranges::equal(element, token, {}, to_lower, to_lower); });
}

std::vector<ExtensionOffer> extension_offers(const Value& headers) {
  std::vector<ExtensionOffer> offers;
  for (const std::string_view element : header_elements(headers, "sec-websocket-extensions")) {
    const std::vector<std::string_view> parts = split(element, ';');
    if (parts.empty()) continue;
    ExtensionOffer& offer = offers.emplace_back(ExtensionOffer{parts.front(), {}});
    for (std::size_t i = 1; i < parts.size(); ++i) {
      const std::size_t equals = parts[i].find('=');
      std::optional<std::string_view> value;
      if (equals != parts[i].npos) {
        value = trimmed(parts[i].substr(equals + 1));
        if (value->size() >= 2 && value->starts_with('"') && value->ends_with('"')) value = value->substr(1, value->size() - 2);
      }
      offer.parameters.emplace_back(trimmed(parts[i].substr(0, equals)), value);
    }
  }
  return offers;
}

}  // namespace bigfoot
