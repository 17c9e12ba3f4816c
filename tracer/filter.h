// tracer/filter.h - The BPF program that decides which calls the supervisor gets to see.
#pragma once

#include <linux/filter.h>

#include <vector>

#include "tracer/os.h"

namespace bigfoot {

/// The filter for the rows of calls.h. `own_sockets`: also trap socket(2), see SocketAccess.
OsResult<std::vector<sock_filter>> build_filter(bool own_sockets);

}  // namespace bigfoot
