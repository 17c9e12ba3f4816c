// protocols/tls_hello.h - The name that a TLS ClientHello asks for, for reports. Source: RFC 8446, 4.1.2; RFC
// 6066, 3.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace bigfoot {

/// The host_name of the server_name extension. None where there is no such, or not enough bytes to know.
std::optional<std::string> sni_of(std::string_view client_hello);

}  // namespace bigfoot
