// tests/fuzz/content_fuzz.cpp - What operators read: multipart bodies, GraphQL, XML and XPath, JSONPath. The input is a path, LF, and
// a body, which every reader gets. Claims: no crash; what is wrong is said; a document that was read is equal to itself, and
// GraphQL's tokens are the tokens of themselves.
#include <algorithm>
#include <string>

#include "protocols/http/multipart.h"
#include "protocols/xml/xml.h"
#include "spec/graphql_text.h"
#include "spec/json_path.h"
#include "target.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace bigfoot;
  using test::claim;
  const std::vector<char> copy = test::exact({reinterpret_cast<const char*>(data), size});
  const std::string_view input(copy.data(), copy.size());
  const std::size_t end = std::min(input.find('\n'), input.size());
  const std::string path(input.substr(0, end));
  const std::string_view body = input.substr(std::min(end + 1, input.size()));

  if (const auto parts = parse_multipart(body)) {
    for (const MultipartPart& part : *parts) claim(part.body.size() <= body.size() && part.parameter("name").size() <= body.size(), "a part is of the body");
  } else {
    claim(!parts.error().empty(), "what is wrong with the parts is said");
  }

  const std::string tokens = graphql_tokens(body);
  claim(graphql_tokens(tokens) == tokens, "tokens are the tokens of themselves");

  const auto document = XmlDocument::parse(body);
  if (document) {
    const Value root = document->root();
    claim(root.is_object() && root == document->root(), "a document is equal to itself");
    if (const auto found = document->select(path); !found) claim(!found.error().empty(), "what is wrong with an XPath is said");
  } else {
    claim(!document.error().empty(), "what is wrong with XML is said");
  }

  const auto json_path = JsonPath::parse(path);
  if (!json_path) {
    claim(json_path.error().at <= path.size() && !json_path.error().what.empty(), "what is wrong with a JSONPath is said, with its place");
    return 0;
  }
  const Value json = Value::parse(body, nullptr, /*allow_exceptions=*/false);
  if (json.is_discarded()) return 0;
  claim(!json_path->is_singular() || json_path->select(json).size() <= 1, "a singular path selects one value at most");
  return 0;
}
