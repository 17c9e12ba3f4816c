// runner/endpoints/datagram_in.h - One datagram as it arrives. Source: recv(2), unix(7) (SCM_RIGHTS).
#pragma once

#include <string>

#include "tracer/address.h"
#include "tracer/os.h"

namespace bigfoot {

struct DatagramIn {
  SocketAddress source;
  std::string bytes;  ///< of an empty one that came with a file, as long messages to journald do: what the file holds
};

/// The next one that has come. EAGAIN: there is none.
OsResult<DatagramIn> receive_datagram(int socket);

}  // namespace bigfoot
