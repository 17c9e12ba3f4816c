// runner/redactor_toml.h - Walks TOML text as our own suggestions are written, and lets single values be replaced:
// what comes out is TOML again. Source: TOML 1.0.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bigfoot {

/// Where a value stands: {"expect", "headers", "authorization"}. Elements of arrays add no name.
using TomlPath = std::vector<std::string>;

/// Gives the new text of a string value, or nothing to leave it as it is. For numbers and other bare values `text` is
/// as written; a replacement makes a string of it.
using TomlReplace = std::function<std::optional<std::string>(const TomlPath& path, std::string_view text)>;

/// `toml` with replaced values. From the first byte on that is no TOML, `otherwise` gets the rest.
std::string replace_toml_values(std::string_view toml, const TomlReplace& replace,
                                const std::function<std::string(std::string_view)>& otherwise);

}  // namespace bigfoot
