// runner/stub_file.h - Finds bigfoot-stub, the program that runs in a mocked one's place.
#pragma once

#include <expected>
#include <string>

#include "tracer/os.h"

namespace bigfoot {

/// Open for ExecCall::replace(). The error is for the user, with its cure.
std::expected<UniqueFd, std::string> open_stub();

}  // namespace bigfoot
