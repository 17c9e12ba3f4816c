// tests/unit/tracer/check.h - How a program under test says what went wrong, and ends.
#pragma once

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>

namespace bigfoot::test {

[[noreturn]] inline void die(const std::string& what) {
  fmt::print(stderr, "target: {} (errno {})\n", what, ::strerrorname_np(errno));
  ::_exit(1);
}
inline void check(bool ok, const std::string& what) {
  if (!ok) die(what);
}

}  // namespace bigfoot::test
