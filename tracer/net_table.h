// tracer/net_table.h - /proc/net/tcp: whether a socket that is out of reach is in use. Source:
// proc_pid_net(5).
#pragma once

#include "tracer/ids.h"

namespace bigfoot {

/// The socket is connected, connecting or listening: a further connect on it goes nowhere.
bool is_in_tcp_table(Tid tid, SocketInode inode);

}  // namespace bigfoot
