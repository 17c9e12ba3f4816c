// runner/endpoints/upstream.h - A connection to the real server behind a destination, for calls that the guard lets through.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <expected>
#include <memory>
#include <string>

#include "runner/endpoints/stream_io.h"
#include "runner/services.h"

namespace bigfoot {

/// Connects by the machine's own resolver, which is unsupervised. The error says why not: "connect: Connection refused".
asio::awaitable<std::expected<std::unique_ptr<StreamIo>, std::string>> connect_upstream(Services& services, Destination to);

/// The same, and TLS with it. Its certificate is checked for `name`, against this machine's store. "TLS: ..."
asio::awaitable<std::expected<std::unique_ptr<StreamIo>, std::string>> connect_upstream_tls(Services& services, Destination to, std::string name);

}  // namespace bigfoot
