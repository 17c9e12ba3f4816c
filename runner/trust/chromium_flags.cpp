// runner/trust/chromium_flags.cpp - see chromium_flags.h.
#include "runner/trust/chromium_flags.h"

#include <fmt/format.h>

namespace bigfoot {

std::string chromium_flags_with_pin(std::string_view original, std::string_view key_pin) {
  return fmt::format("{}\nexport CHROMIUM_FLAGS=\"$CHROMIUM_FLAGS --ignore-certificate-errors-spki-list={}\"\n", original, key_pin);
}

}  // namespace bigfoot
