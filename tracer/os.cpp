// tracer/os.cpp - The words for a failed system call.
#include "tracer/os.h"

#include <fmt/format.h>

#include <cstring>

namespace bigfoot {

std::string to_text(const OsError& error) {
  const char* name = ::strerrorname_np(error.code);
  const char* words = ::strerrordesc_np(error.code);
  if (name == nullptr) return fmt::format("{}: errno {}", error.call, error.code);
  return fmt::format("{}: {} ({})", error.call, words, name);
}

std::string errno_name(int code) {
  const char* name = ::strerrorname_np(code);
  return name != nullptr ? name : std::to_string(code);
}

}  // namespace bigfoot
