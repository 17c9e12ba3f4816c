// spec/toml_text.cpp - Values as TOML to paste.
#include "spec/toml_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "spec/values.h"

namespace bigfoot {

std::string toml_string(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    switch (c) {
      case '"': out += "\\\""; break;
      case '\\': out += "\\\\"; break;
      case '\b': out += "\\b"; break;
      case '\t': out += "\\t"; break;
      case '\n': out += "\\n"; break;
      case '\f': out += "\\f"; break;
      case '\r': out += "\\r"; break;
      default:
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) {
          out += fmt::format("\\u{:04X}", static_cast<unsigned>(c));
        } else {
          out += c;
        }
    }
  }
  return out + '"';
}

std::string toml_key(std::string_view key) {
  const bool bare = !key.empty() && std::ranges::all_of(key, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
  return bare ? std::string(key) : toml_string(key);
}

std::string toml_value(const Value& value) {
  if (value.is_string()) return toml_string(value.get_ref<const std::string&>());
  if (!value.is_structured()) return json_text(value);  // numbers and booleans are written alike
  if (value.empty()) return value.is_array() ? "[]" : "{ }";
  std::string out = value.is_array() ? "[" : "{ ";
  bool first = true;
  for (const auto& [key, item] : value.items()) {
    if (!first) out += ", ";
    first = false;
    if (value.is_object()) out += toml_key(key) + " = ";
    out += toml_value(item);
  }
  return out + (value.is_array() ? "]" : " }");
}

std::string toml_lines(const std::vector<std::pair<std::string, std::string>>& rows) {
  std::size_t width = 0;
  for (const auto& [key, value] : rows) width = std::max(width, key.size());
  std::string out;
  for (const auto& [key, value] : rows) out += fmt::format("{:{}} = {}\n", key, width, value);
  if (!out.empty()) out.pop_back();
  return out;
}

}  // namespace bigfoot
