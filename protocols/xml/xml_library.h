// protocols/xml/xml_library.h - libxml2, loaded when the first XML comes: with ICU behind it, it takes milliseconds to load, which a
// run without XML must not pay.
#pragma once

#include <libxml/parser.h>
#include <libxml/tree.h>
#include <libxml/xpath.h>
#include <libxml/xpathInternals.h>

#include <string>

namespace bigfoot {

// Every function that xml.cpp calls; a member of the same name holds it.
#define BIGFOOT_XML_FUNCTIONS(F)                                                                                           \
  F(xmlReadMemory) F(xmlFreeDoc) F(xmlDocGetRootElement) F(xmlNodeGetContent) F(xmlNodeListGetString) F(xmlGetLastError)   \
  F(xmlResetLastError) F(xmlSetStructuredErrorFunc) F(xmlSetGenericErrorFunc) F(xmlXPathNewContext) F(xmlXPathFreeContext) F(xmlXPathCompile)        \
  F(xmlXPathFreeCompExpr) F(xmlXPathCompiledEval) F(xmlXPathFreeObject) F(xmlXPathRegisterNs) F(xmlXPathCastToString)

struct XmlLibrary {
#define BIGFOOT_MEMBER(name) decltype(&::name) name = nullptr;
  BIGFOOT_XML_FUNCTIONS(BIGFOOT_MEMBER)
#undef BIGFOOT_MEMBER
  void (*release)(void*) = nullptr;  ///< free(3) of what the library allocated
  std::string why_not;               ///< it could not be loaded: then no member is set

  /// The one library of this process, loaded by the first call. Thread-safe.
  static const XmlLibrary& get();
};

}  // namespace bigfoot
