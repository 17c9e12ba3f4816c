// runner/trust/p11_store.h - The store of p11-kit's trust module, where GnuTLS and NSS look on Fedora, RHEL, SUSE and Arch.
// Source: p11-kit's trust/persist.c (the format), trust/token.c and common/compat.c: the module reads as many bytes as
// stat told of the file's path, whatever the length of the file that it then opened.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace bigfoot {

constexpr std::string_view kP11Ending = ".p11-kit";

/// The store with the CA as an anchor, of the same size: the room comes from line ends within the certificates, which mean
/// nothing. nullopt: there are not enough.
std::optional<std::string> p11_store_with_ca(std::string_view store, std::string_view ca_pem);

}  // namespace bigfoot
