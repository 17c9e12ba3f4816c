// protocols/websocket/header_list.h - Headers of a handshake whose values are lists: tokens, and extensions with parameters.
// Source: RFC 9110, 5.6.1; RFC 6455, 9.1.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "protocols/value.h"

namespace bigfoot {

/// The values of one header, in wire order. `headers`: [lower-case name, value] pairs, as calls carry them.
std::vector<std::string_view> header_values(const Value& headers, std::string_view name);
/// The elements of all its values, without blanks around them.
std::vector<std::string_view> header_elements(const Value& headers, std::string_view name);
/// Whether one of them is `token`, in any case.
bool header_has_token(const Value& headers, std::string_view name, std::string_view token);

struct ExtensionOffer {
  std::string_view name;
  std::vector<std::pair<std::string_view, std::optional<std::string_view>>> parameters;  ///< values without their quotes
};
std::vector<ExtensionOffer> extension_offers(const Value& headers);

}  // namespace bigfoot
