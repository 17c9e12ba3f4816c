// protocols/xml/xml_library.cpp - See xml_library.h.
#include "protocols/xml/xml_library.h"

#include <dlfcn.h>

#include <cstdlib>

namespace bigfoot {
namespace {

// Its soname since libxml2 2.0, and since 2.14.
constexpr const char* kLibraries[] = {"libxml2.so.2", "libxml2.so.16"};

void say_nothing(void*, const char*, ...) {}

XmlLibrary load() {
  XmlLibrary out;
  void* library = nullptr;
  for (const char* name : kLibraries) {
    library = dlopen(name, RTLD_NOW | RTLD_LOCAL);
    if (library != nullptr) break;
    out.why_not = dlerror();
  }
  if (library == nullptr) return out;
  out.why_not.clear();
#define BIGFOOT_LOAD(name)                                                  \
  out.name = reinterpret_cast<decltype(out.name)>(dlsym(library, #name)); \
  if (out.name == nullptr) return {.why_not = dlerror()};
  BIGFOOT_XML_FUNCTIONS(BIGFOOT_LOAD)
#undef BIGFOOT_LOAD
  out.release = std::free;  // xmlMemSetup() is nobody's here
  out.xmlSetStructuredErrorFunc(nullptr, [](void*, auto*) {});  // else it prints
  out.xmlSetGenericErrorFunc(nullptr, say_nothing);
  return out;
}

}  // namespace

const XmlLibrary& XmlLibrary::get() {
  static const XmlLibrary library = load();
  return library;
}

}  // namespace bigfoot
