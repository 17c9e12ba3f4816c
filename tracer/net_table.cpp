// tracer/net_table.cpp - See net_table.h.
#include "tracer/net_table.h"

#include <fmt/format.h>

#include <fstream>
#include <sstream>
#include <string>

namespace bigfoot {

bool is_in_tcp_table(Tid tid, SocketInode inode) {
  constexpr int kInodeColumn = 9;
  for (const char* name : {"tcp", "tcp6"}) {
    std::ifstream table(fmt::format("/proc/{}/net/{}", static_cast<pid_t>(tid), name));
    std::string line;
    while (std::getline(table, line)) {
      std::istringstream columns(line);
      std::string value;
      for (int column = 0; column <= kInodeColumn && columns >> value; ++column) {
      }
      if (value == fmt::format("{}", static_cast<std::uint64_t>(inode))) return true;
    }
  }
  return false;
}

}  // namespace bigfoot
