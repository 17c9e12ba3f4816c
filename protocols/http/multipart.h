// protocols/http/multipart.h - The parts of a multipart body. Source: RFC 2046, 5.1; RFC 7578 (multipart/form-data).
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bigfoot {

struct MultipartPart {
  std::vector<std::pair<std::string, std::string>> headers;  ///< names in lower case
  std::string body;
  /// A parameter of content-disposition: name, filename. "" where there is none.
  std::string parameter(std::string_view name) const;
  bool has_parameter(std::string_view name) const;
};

/// The boundary is what the body begins with: no two parts of one body have different ones. The error says what is wrong and at
/// which byte.
std::expected<std::vector<MultipartPart>, std::string> parse_multipart(std::string_view body);

}  // namespace bigfoot
