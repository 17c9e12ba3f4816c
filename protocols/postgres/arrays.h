// protocols/postgres/arrays.h - Arrays: '{1,NULL,"a b"}' and their binary form.
// Source: PostgreSQL documentation, "Array Input and Output Syntax"; src/backend/utils/adt/arrayfuncs.c, array_recv and array_send.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/postgres/types.h"

namespace bigfoot {

/// An array's text taken apart: elements are texts, nulls or arrays.
struct ArrayText {
  enum class Kind { text, null, array } kind = Kind::array;
  std::string text{};
  std::vector<ArrayText> elements{};
};

std::optional<ArrayText> parse_array(std::string_view text);
/// An element as it stands in an array's text: quoted where it has to be.
std::string quoted_array_element(std::string_view text);

std::optional<std::string> array_to_binary(std::string_view text, const PostgresType& element);
std::optional<std::string> array_to_text(std::string_view binary, const PostgresType& element);

}  // namespace bigfoot
