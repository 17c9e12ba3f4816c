// runner/tls/ssl_error.cpp - see ssl_error.h.
#include "runner/tls/ssl_error.h"

#include <fmt/format.h>
#include <openssl/err.h>

#include <stdexcept>

namespace bigfoot {

std::string take_ssl_error() {
  const unsigned long code = ERR_get_error();
  ERR_clear_error();
  if (code == 0) return "";
  const char* reason = ERR_reason_error_string(code);
  const char* library = ERR_lib_error_string(code);
  return fmt::format("{} ({})", reason ? reason : "unknown error", library ? library : "OpenSSL");
}

void throw_ssl_error(const char* what) { throw std::runtime_error(fmt::format("{}: {}", what, take_ssl_error())); }

}  // namespace bigfoot
