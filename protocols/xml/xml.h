// protocols/xml/xml.h - XML as a value, and what an XPath expression selects of it. No network, no files, no entities but the five.
// Source: https://www.w3.org/TR/xml/, https://www.w3.org/TR/xml-names/, https://www.w3.org/TR/xpath-10/.
#pragma once

#include <expected>
#include <memory>
#include <string>
#include <string_view>

#include "protocols/value.h"

namespace bigfoot {

class XmlDocument {
 public:
  /// The error: what is wrong, with the line: "line 3: Opening and ending tag mismatch: a line 2 and b".
  static std::expected<XmlDocument, std::string> parse(std::string_view bytes);
  XmlDocument(XmlDocument&&) noexcept;
  XmlDocument& operator=(XmlDocument&&) noexcept;
  ~XmlDocument();

  /// An element: {"name": "{namespace}local" or "local", "attributes": {name: value}, "children": [text or element]}. Attributes
  /// by name; namespace declarations are none. Comments, processing instructions, and blanks between elements are left out;
  /// neighbouring texts are one.
  Value root() const;

  /// A string, number or boolean; of nodes their texts: null for none, a string for one, an array for more. Prefixes are those
  /// that the document declares. The error says what is wrong with the expression.
  std::expected<Value, std::string> select(const std::string& xpath) const;

 private:
  struct Impl;
  explicit XmlDocument(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// What is wrong with an XPath expression; "" where nothing is.
std::string check_xpath(const std::string& xpath);

}  // namespace bigfoot
