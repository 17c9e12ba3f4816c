// spec/text_places.cpp - Lines and columns of a text.
#include "spec/text_places.h"

#include <algorithm>

namespace bigfoot {

TextPlaces::TextPlaces(std::string file, std::string_view text) : file_(std::move(file)), text_(text), starts_{0} {
  for (std::size_t i = 0; i < text_.size(); ++i)
    if (text_[i] == '\n') starts_.push_back(i + 1);
}

unsigned TextPlaces::characters(std::size_t from, std::size_t bytes) const {
  const std::string_view part = text_.substr(std::min(from, text_.size()), bytes);
  return static_cast<unsigned>(
      std::count_if(part.begin(), part.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

Place TextPlaces::at(std::size_t offset) const {
  offset = std::min(offset, text_.size());
  const auto after = std::upper_bound(starts_.begin(), starts_.end(), offset);
  const std::size_t start = *(after - 1);
  if (last_offset_ >= start && last_offset_ <= offset) {
    last_column_ += characters(last_offset_, offset - last_offset_);
  } else {
    last_column_ = 1 + characters(start, offset - start);
  }
  last_offset_ = offset;
  return {file_, static_cast<unsigned>(after - starts_.begin()), last_column_};
}

std::size_t TextPlaces::line_start(std::size_t line) const {
  return line >= 1 && line <= starts_.size() ? starts_[line - 1] : text_.size();
}

}  // namespace bigfoot
