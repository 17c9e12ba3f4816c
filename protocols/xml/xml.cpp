// protocols/xml/xml.cpp - See xml.h.
#include "protocols/xml/xml.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>
#include <vector>

#include "protocols/xml/xml_library.h"

namespace bigfoot {
namespace {

constexpr std::size_t kMostBytes = 64 * 1024 * 1024;

std::string text_of(const xmlChar* text) { return text == nullptr ? "" : reinterpret_cast<const char*>(text); }
const xmlChar* xml_text(const std::string& text) { return reinterpret_cast<const xmlChar*>(text.c_str()); }

std::string taken(const XmlLibrary& xml, xmlChar* text) {
  std::string out = text_of(text);
  xml.release(text);
  return out;
}

std::string last_error(const XmlLibrary& xml) {
  const auto* error = xml.xmlGetLastError();
  if (error == nullptr || error->message == nullptr) return "no XML";
  std::string what(error->message);
  while (what.ends_with('\n') || what.ends_with(' ')) what.pop_back();
  return error->line > 0 ? fmt::format("line {}: {}", error->line, what) : what;
}

std::string name_of(const xmlNs* space, const xmlChar* local) {
  return space == nullptr || space->href == nullptr ? text_of(local) : fmt::format("{{{}}}{}", text_of(space->href), text_of(local));
}

bool is_blank(const Value& value) {
  return value.is_string() && value.get_ref<const std::string&>().find_first_not_of(" \t\r\n") == std::string::npos;
}

Value element_value(const XmlLibrary& xml, xmlDoc* document, const xmlNode* element) {
  std::map<std::string, std::string> attributes;
  for (xmlAttr* one = element->properties; one != nullptr; one = one->next) {
    attributes[name_of(one->ns, one->name)] = taken(xml, xml.xmlNodeListGetString(document, one->children, 1));
  }
  Value children = Value::array();
  bool has_elements = false;
  for (xmlNode* child = element->children; child != nullptr; child = child->next) {
    if (child->type == XML_ELEMENT_NODE) {
      has_elements = true;
      children.push_back(element_value(xml, document, child));
    } else if (child->type == XML_TEXT_NODE || child->type == XML_CDATA_SECTION_NODE) {
      if (!children.empty() && children.back().is_string()) children.back() = children.back().get<std::string>() + text_of(child->content);
      else children.push_back(text_of(child->content));
    } else if (child->type == XML_ENTITY_REF_NODE) {
      children.push_back(fmt::format("&{};", text_of(child->name)));
    }
  }
  if (has_elements) {
    Value kept = Value::array();
    for (Value& child : children)
      if (!is_blank(child)) kept.push_back(std::move(child));
    children = std::move(kept);
  }
  Value named = Value::object();
  for (auto& [name, value] : attributes) named[name] = std::move(value);
  return Value{{"name", name_of(element->ns, element->name)}, {"attributes", std::move(named)}, {"children", std::move(children)}};
}

/// Prefixes of all declarations of a document; of two for one prefix the first counts.
void collect_prefixes(const xmlNode* element, std::map<std::string, std::string>& out) {
  for (const xmlNs* space = element->nsDef; space != nullptr; space = space->next) {
    if (space->prefix != nullptr) out.try_emplace(text_of(space->prefix), text_of(space->href));
  }
  for (const xmlNode* child = element->children; child != nullptr; child = child->next) {
    if (child->type == XML_ELEMENT_NODE) collect_prefixes(child, out);
  }
}

Value number_value(double number) {
  constexpr double kExact = 9007199254740992.0;  // 2^53
  if (std::trunc(number) == number && std::abs(number) < kExact) return static_cast<std::int64_t>(number);
  return number;
}

}  // namespace

struct XmlDocument::Impl {
  const XmlLibrary& xml;
  xmlDoc* document;
  ~Impl() { xml.xmlFreeDoc(document); }
};

XmlDocument::XmlDocument(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
XmlDocument::XmlDocument(XmlDocument&&) noexcept = default;
XmlDocument& XmlDocument::operator=(XmlDocument&&) noexcept = default;
XmlDocument::~XmlDocument() = default;

std::expected<XmlDocument, std::string> XmlDocument::parse(std::string_view bytes) {
  const XmlLibrary& xml = XmlLibrary::get();
  if (!xml.why_not.empty()) return std::unexpected(fmt::format("libxml2 cannot be loaded: {}", xml.why_not));
  if (bytes.empty()) return std::unexpected("it is empty");
  if (bytes.size() > kMostBytes) return std::unexpected(fmt::format("it has more than {} MiB", kMostBytes >> 20));
  xml.xmlResetLastError();
  // No network, and no entity is replaced: a "billion laughs" stays as short as it is. XML_PARSE_HUGE is not set: depth is limited.
  constexpr int kOptions = XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING | XML_PARSE_NOCDATA;
  xmlDoc* document = xml.xmlReadMemory(bytes.data(), static_cast<int>(bytes.size()), nullptr, nullptr, kOptions);
  if (document == nullptr) return std::unexpected(last_error(xml));
  auto impl = std::unique_ptr<Impl>(new Impl{xml, document});
  // The readers of libxml2 replace them where they give a text, also those that grow tenfold at each of ten levels.
  const xmlDtd* declared = document->intSubset;
  if (declared != nullptr && (declared->entities != nullptr || declared->pentities != nullptr)) return std::unexpected("it declares entities, which are not read");
  if (xml.xmlDocGetRootElement(document) == nullptr) return std::unexpected("it has no element");
  return XmlDocument(std::move(impl));
}

Value XmlDocument::root() const { return element_value(impl_->xml, impl_->document, impl_->xml.xmlDocGetRootElement(impl_->document)); }

std::expected<Value, std::string> XmlDocument::select(const std::string& xpath) const {
  const XmlLibrary& xml = impl_->xml;
  const std::unique_ptr<xmlXPathContext, decltype(xml.xmlXPathFreeContext)> context(xml.xmlXPathNewContext(impl_->document), xml.xmlXPathFreeContext);
  std::map<std::string, std::string> prefixes;
  collect_prefixes(xml.xmlDocGetRootElement(impl_->document), prefixes);
  for (const auto& [prefix, href] : prefixes) xml.xmlXPathRegisterNs(context.get(), xml_text(prefix), xml_text(href));
  xml.xmlResetLastError();
  const std::unique_ptr<xmlXPathCompExpr, decltype(xml.xmlXPathFreeCompExpr)> compiled(xml.xmlXPathCompile(xml_text(xpath)), xml.xmlXPathFreeCompExpr);
  if (!compiled) return std::unexpected(last_error(xml));
  const std::unique_ptr<xmlXPathObject, decltype(xml.xmlXPathFreeObject)> found(xml.xmlXPathCompiledEval(compiled.get(), context.get()), xml.xmlXPathFreeObject);
  if (!found) return std::unexpected(last_error(xml));
  if (found->type == XPATH_BOOLEAN) return Value(found->boolval != 0);
  if (found->type == XPATH_NUMBER) return number_value(found->floatval);
  if (found->type != XPATH_NODESET) return Value(taken(xml, xml.xmlXPathCastToString(found.get())));
  Value texts = Value::array();
  for (int i = 0; found->nodesetval != nullptr && i < found->nodesetval->nodeNr; ++i) {
    texts.push_back(taken(xml, xml.xmlNodeGetContent(found->nodesetval->nodeTab[i])));
  }
  if (texts.empty()) return Value();
  return texts.size() == 1 ? texts.front() : texts;
}

std::string check_xpath(const std::string& xpath) {
  const XmlLibrary& xml = XmlLibrary::get();
  if (!xml.why_not.empty()) return fmt::format("libxml2 cannot be loaded: {}", xml.why_not);
  xml.xmlResetLastError();
  xmlXPathCompExpr* compiled = xml.xmlXPathCompile(xml_text(xpath));
  if (compiled == nullptr) return last_error(xml);
  xml.xmlXPathFreeCompExpr(compiled);
  // A function that is not there is found when it is called; what prefixes stand for only the document says.
  const auto document = XmlDocument::parse("<x/>");
  if (document && !document->select(xpath)) {
    const auto* error = xml.xmlGetLastError();
    if (error != nullptr && error->code == XML_XPATH_UNKNOWN_FUNC_ERROR) return "it calls a function that XPath 1.0 does not have";
  }
  return "";
}

}  // namespace bigfoot
