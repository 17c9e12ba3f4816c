// spec/node.h - A parsed spec document with its places: what the TOML (or JSON) source gives to the loader.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "spec/diagnostics.h"

namespace bigfoot {

/// One value of a spec file. Tables keep the order of the file. Dates and times are kept as their text.
struct Node {
  using Table = std::vector<std::pair<std::string, Node>>;
  using Array = std::vector<Node>;
  struct Date { std::string text; };  ///< a bare TOML date or time, as RFC 3339 text

  std::variant<bool, std::int64_t, double, std::string, Date, Array, Table> value = Table{};
  Place at;       ///< of the value
  Place key_at;   ///< of its key, where it has one
  unsigned length = 1;

  const Node* find(std::string_view key) const;  ///< in a table, else nullptr
  bool is_string() const { return std::holds_alternative<std::string>(value); }
  bool is_table() const { return std::holds_alternative<Table>(value); }
  bool is_array() const { return std::holds_alternative<Array>(value); }
  const std::string* text() const { return std::get_if<std::string>(&value); }  ///< nullptr where it is no string
  const Table* table() const { return std::get_if<Table>(&value); }
  const Array* array() const { return std::get_if<Array>(&value); }
  const std::int64_t* integer() const { return std::get_if<std::int64_t>(&value); }
};

/// "a string", "a whole number", "a table": for messages.
std::string_view kind_of(const Node& node);

}  // namespace bigfoot
