// runner/trust/chromium_flags.h - Debian's Chromium has its roots compiled in, and a start script that reads its flags from
// files: one of them makes it accept the keys of the run's certificates, and no others.
// Source: /usr/share/doc/chromium/README.Debian; services/network/public/cpp/network_switches.cc in Chromium.
#pragma once

#include <string>
#include <string_view>

namespace bigfoot {

constexpr std::string_view kChromiumFlags = "/etc/chromium.d/default-flags";

/// The script of flags, as it was, and the flag. `key_pin`: CertificateAuthority::key_pin().
std::string chromium_flags_with_pin(std::string_view original, std::string_view key_pin);

}  // namespace bigfoot
