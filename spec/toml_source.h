// spec/toml_source.h - A TOML document as a Node, with the place of every key and value.
// Source: https://toml.io/en/v1.0.0, read by toml11 (3.7 and 4).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "spec/node.h"

namespace bigfoot {

/// Nothing where the text is no TOML: `problems` then says where and why.
std::optional<Node> read_toml(const std::string& file, std::string_view text, Diagnostics& problems);

/// How deep tables and arrays may stand in each other. Real specs need about eight; toml11 recurses for each level.
inline constexpr unsigned kMaxDepth = 64;

}  // namespace bigfoot
