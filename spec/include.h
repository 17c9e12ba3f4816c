// spec/include.h - Which files an `include` means.
#pragma once

#include <string>
#include <vector>

namespace bigfoot {

/// The file itself, or the files whose names fit where the last part has a `*`, sorted by name. Empty: none is there.
std::vector<std::string> included_files(const std::string& pattern);

}  // namespace bigfoot
