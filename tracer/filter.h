// tracer/filter.h - The BPF program that decides which calls the supervisor gets to see.
#pragma once

#include <linux/filter.h>
#include <sys/types.h>

#include <vector>

#include "tracer/os.h"

namespace bigfoot {

/// What the filter does beside trapping the rows of calls.h that always are.
struct FilterPlan {
  bool own_sockets = false;  ///< trap socket(2), see SocketAccess
  bool opens = false;        ///< trap opens for reading
  bool looks = false;        ///< trap the stat and access families
  pid_t unreadable = 0;      ///< the process whose memory the tree must not read: the supervisor
};
OsResult<std::vector<sock_filter>> build_filter(const FilterPlan& plan);

}  // namespace bigfoot
