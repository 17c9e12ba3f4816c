// tests/fuzz/target.h - What a fuzz target offers: one function. The claim of a target is what it aborts on.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace bigfoot::test {

/// Ends the process with the claim that does not hold.
inline void claim(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "claim broken: %s\n", what);
  std::abort();
}

/// An exactly sized heap copy, so that AddressSanitizer sees one byte too far.
inline std::vector<char> exact(std::string_view bytes) { return {bytes.begin(), bytes.end()}; }

}  // namespace bigfoot::test
