// tracer/filter.h - The BPF program that decides which calls the supervisor gets to see.
#pragma once

#include <linux/filter.h>
#include <sys/types.h>

#include <vector>

#include "tracer/os.h"

namespace bigfoot {

/// What the filter does beside trapping the rows of calls.h that always are.
struct FilterPlan {
  bool own_sockets = false;       ///< trap socket(2), see SocketAccess
  bool opens = false;             ///< trap opens for reading
  bool looks = false;             ///< trap the stat and access families
  bool files = false;             ///< trap every call that names a file
  bool outputs = false;           ///< trap writes to descriptors 1 and 2
  std::vector<pid_t> unreadable;  ///< processes whose memory the tree must not read
};
OsResult<std::vector<sock_filter>> build_filter(const FilterPlan& plan);

}  // namespace bigfoot
