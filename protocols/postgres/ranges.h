// protocols/postgres/ranges.h - Ranges: '[1,10)' and their binary form, over the forms of the type of their bounds.
// Source: PostgreSQL documentation, "Range Types"; src/backend/utils/adt/rangetypes.c, range_recv and range_send.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace bigfoot {

using RangeBound = std::optional<std::string> (*)(std::string_view);

std::optional<std::string> range_binary(std::string_view text, RangeBound bound_to_binary);
std::optional<std::string> range_text(std::string_view binary, RangeBound bound_to_text);

template <RangeBound bound>
std::optional<std::string> range_to_binary(std::string_view text) {
  return range_binary(text, bound);
}
template <RangeBound bound>
std::optional<std::string> range_to_text(std::string_view binary) {
  return range_text(binary, bound);
}

}  // namespace bigfoot
