// spec/json_path.h - JSONPath: names, indices, wildcards, slices and descendants. Filters ([?...]) are not there: patterns compare.
// Source: RFC 9535, sections 2.1 to 2.5.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/value.h"

namespace bigfoot {

struct JsonPathError {
  std::string what;
  std::size_t at = 0;  ///< byte of the text
};

class JsonPath {
 public:
  static std::expected<JsonPath, JsonPathError> parse(std::string_view text);
  /// Whether it selects one value at most (RFC 9535, 2.3.5.1: a singular query).
  bool is_singular() const;
  /// What it selects, in document order; pointers into `json`.
  std::vector<const Value*> select(const Value& json) const;

 private:
  struct Selector {
    enum class Kind { name, index, wildcard, slice } kind = Kind::name;
    std::string name;
    std::optional<std::int64_t> start, end;  ///< index: start
    std::int64_t step = 1;
  };
  struct Segment {
    bool descends = false;  ///< `..`: of the value and of all below it
    std::vector<Selector> selectors;
  };
  class Parser;
  static void apply(const Segment& segment, const Value& value, std::vector<const Value*>& out);
  static void apply(const Selector& selector, const Value& value, std::vector<const Value*>& out);

  std::vector<Segment> segments_;
};

}  // namespace bigfoot
