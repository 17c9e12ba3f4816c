// spec/pattern_bytes.cpp - Bytes that a spec gives as text, hex, base64 or a file.
#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "protocols/body.h"
#include "spec/pattern_parts.h"

namespace bigfoot {

std::optional<std::string> bytes_of_file(const Node& name, Diagnostics& problems) {
  const auto path = std::filesystem::path(name.at.file).parent_path() / *name.text();  // an absolute name stays
  std::ifstream in(path, std::ios::binary);
  std::string bytes{std::istreambuf_iterator<char>(in), {}};
  std::error_code error;
  if (!in.is_open() || std::filesystem::is_directory(path, error)) {
    add_problem(problems, name, fmt::format("file '{}' cannot be read", path.string()),
                "names are relative to the spec that holds them", Severity::not_here);
    return std::nullopt;
  }
  return bytes;
}

BytesResult compile_bytes(std::string_view name, const Node& argument, Diagnostics& problems) {
  if (name != "text" && name != "hex" && name != "base64" && name != "file") return {};
  const auto* text = argument.text();
  if (!text) {
    add_problem(problems, argument, fmt::format("'{}' takes a string", name), fmt::format("{} = \"...\"", name));
    return {true, std::nullopt};
  }
  if (name == "text") return {true, *text};
  if (name == "file") return {true, bytes_of_file(argument, problems)};
  auto bytes = name == "hex" ? from_hex(*text) : from_base64(*text);
  if (!bytes) {
    add_problem(problems, argument, name == "hex" ? "not hex" : "not base64",
                name == "hex" ? "two digits a byte, blanks between bytes are fine: \"ca fe 00\""
                              : "RFC 4648: letters, digits, '+', '/' and '=' at the end");
  }
  return {true, std::move(bytes)};
}

}  // namespace bigfoot
