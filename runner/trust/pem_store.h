// runner/trust/pem_store.h - A certificate store as text, with one certificate more.
// Source: RFC 7468, section 2 (what stands outside of the blocks is passed over) and section 5; PEM_read_bio_X509_AUX(3)
// ("TRUSTED CERTIFICATE", which may stand beside plain ones).
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace bigfoot {

/// How many certificates the text holds; 0 where it is no PEM, or ends within a block.
std::size_t count_pem_certificates(std::string_view text);
/// The store with `ca_pem` behind its certificates. An empty store gives the CA alone; nullopt: this is no store of
/// certificates (a private key alone, say) and has to stay as it is.
std::optional<std::string> pem_store_with_ca(std::string_view store, std::string_view ca_pem);

}  // namespace bigfoot
