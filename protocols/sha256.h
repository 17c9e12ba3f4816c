// protocols/sha256.h - The digest that stands for a body too long to show. Source: FIPS 180-4.
#pragma once

#include <string>
#include <string_view>

namespace bigfoot {

/// 64 lower-case hex digits.
std::string sha256(std::string_view bytes);

}  // namespace bigfoot
