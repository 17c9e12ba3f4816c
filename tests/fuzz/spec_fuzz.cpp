// tests/fuzz/spec_fuzz.cpp - Any bytes as a spec, in TOML and in JSON.
// Claims: no crash; every problem has a place in the text and can be shown.
#include <algorithm>
#include <string>

#include "spec/loader.h"
#include "tests/fuzz/target.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto lines = static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')) + 1;
  for (const char* name : {"fuzz.toml", "fuzz.json"}) {
    bigfoot::Diagnostics problems;
    bigfoot::load_spec_text(name, text, problems);
    for (const bigfoot::Diagnostic& problem : problems.all()) {
      bigfoot::test::claim(problem.at.file != name || problem.at.line <= lines, "a problem stands in the text");
      bigfoot::test::claim(!bigfoot::to_text(problem).empty(), "a problem can be shown");
    }
  }
  return 0;
}
