// runner/tls/ssl_error.h - OpenSSL's queue of errors as text. Source: ERR_get_error(3).
#pragma once

#include <string>

namespace bigfoot {

/// The oldest error of this thread's queue, as "reason (library)"; empties the queue. "" where there is none.
std::string take_ssl_error();
/// For what can only fail for want of memory or random numbers: nothing sensible can go on. Throws std::runtime_error.
[[noreturn]] void throw_ssl_error(const char* what);

}  // namespace bigfoot
