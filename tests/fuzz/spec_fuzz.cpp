// tests/fuzz/spec_fuzz.cpp - Any bytes as a spec, in TOML and in JSON: no crash, and every problem can be shown.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "spec/loader.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  for (const char* name : {"fuzz.toml", "fuzz.json"}) {
    bigfoot::Diagnostics problems;
    const bigfoot::Spec spec = bigfoot::load_spec_text(name, text, problems);
    for (const bigfoot::Diagnostic& problem : problems.all())
      if (bigfoot::to_text(problem).empty()) std::abort();
    // A file that is no document gives no entries, and says why.
    if (spec.entries.empty() && problems.empty() && text.find("version") == std::string::npos) std::abort();
  }
  return 0;
}
