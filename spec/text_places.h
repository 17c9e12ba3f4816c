// spec/text_places.h - From a byte of a file to its line and column, and back.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "spec/diagnostics.h"

namespace bigfoot {

/// The lines of one text. Columns count characters: a UTF-8 sequence is one.
class TextPlaces {
 public:
  TextPlaces(std::string file, std::string_view text);
  Place at(std::size_t offset) const;
  unsigned characters(std::size_t from, std::size_t bytes) const;
  std::size_t line_start(std::size_t line) const;  ///< `line` counts from 1; past the end: the text's size

 private:
  std::string file_;
  std::string_view text_;
  std::vector<std::size_t> starts_;
  // Values are asked for in the order of the file, often many on one line: counting goes on from the last answer.
  mutable std::size_t last_offset_ = 0;
  mutable unsigned last_column_ = 1;
};

}  // namespace bigfoot
