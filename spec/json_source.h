// spec/json_source.h - A JSON text as a Node: specs in JSON, and JSON written as text inside a spec.
// Source: RFC 8259, read by nlohmann_json.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "spec/node.h"

namespace bigfoot {

/// A whole file. Null has no counterpart in TOML and becomes the string "{{null}}".
std::optional<Node> read_json(const std::string& file, std::string_view text, Diagnostics& problems);

/// A JSON text that stands in the string `holder`: all places are the holder's, and so is that of an error.
std::optional<Node> read_json_in(const Node& holder, std::string_view text, Diagnostics& problems);

}  // namespace bigfoot
