// runner/clock.h - The wall clock as text.
#pragma once

#include <string>

namespace bigfoot {

/// Now as RFC 3339 with milliseconds, UTC: "2026-01-02T03:04:05.678Z".
std::string now_text();

}  // namespace bigfoot
