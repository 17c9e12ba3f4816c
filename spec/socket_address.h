// spec/socket_address.h - The host and port of tcp://host:port and udp://host:port.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "spec/spec.h"

namespace bigfoot {

struct SocketAddress {
  EndpointPattern endpoint;
  std::string shown;  ///< "[::1]:80", as pattern text: any port is {{port}}
  bool any = false;   ///< every host and every port
};
/// Reads what follows byte `start` of the string `node`; what is wrong is reported there.
std::optional<SocketAddress> compile_socket_address(const Node& node, std::string_view scheme, std::size_t start, Diagnostics& problems);

}  // namespace bigfoot
