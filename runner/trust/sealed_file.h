// runner/trust/sealed_file.h - A file that is in memory only and can never change.
// Source: memfd_create(2), fcntl(2) (F_ADD_SEALS).
#pragma once

#include <string_view>

#include "tracer/os.h"

namespace bigfoot {

/// Anybody may read it.
OsResult<UniqueFd> sealed_file(std::string_view content);

}  // namespace bigfoot
