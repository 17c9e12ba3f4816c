// protocols/smtp/gmime_library.cpp - See gmime_library.h.
#include "protocols/smtp/gmime_library.h"

#include <dlfcn.h>

namespace bigfoot {
namespace {

constexpr const char* kLibrary = "libgmime-3.0.so.0";  // its soname since GMime 3.0

GMimeLibrary load() {
  GMimeLibrary out;
  void* library = dlopen(kLibrary, RTLD_NOW | RTLD_LOCAL);  // never closed: GObject's types cannot be unloaded
  if (library == nullptr) {
    out.why_not = dlerror();
    return out;
  }
  // dlsym(3) also looks in what the library itself needs: GLib and GObject.
#define BIGFOOT_LOAD(name)                                                  \
  out.name = reinterpret_cast<decltype(out.name)>(dlsym(library, #name)); \
  if (out.name == nullptr) return {.why_not = dlerror()};
  BIGFOOT_GMIME_FUNCTIONS(BIGFOOT_LOAD)
#undef BIGFOOT_LOAD
  out.g_mime_init();
  return out;
}

}  // namespace

const GMimeLibrary& GMimeLibrary::get() {
  static const GMimeLibrary library = load();
  return library;
}

}  // namespace bigfoot
