// tracer/remote_message.h - The messages of sendto, sendmsg, sendmmsg and their receiving twins, in the
// target's memory. Source: send(2), recv(2), sendmmsg(2), recvmmsg(2), readv(2).
#pragma once

#include <sys/socket.h>
#include <sys/uio.h>

#include <cstdint>
#include <string>
#include <vector>

#include "tracer/ids.h"
#include "tracer/os.h"

namespace bigfoot {

/// One message: where its parts are in the target. Lengths are what the target said, not to be trusted.
struct RemoteMessage {
  std::uint64_t name = 0;
  std::uint32_t name_length = 0;     ///< receiving: the room for the source
  std::uint64_t name_length_at = 0;  ///< receiving: where the source's length goes
  std::vector<iovec> parts;          ///< addresses in the target
  std::uint64_t control = 0;
  std::uint64_t control_length = 0;
  std::uint64_t header = 0;    ///< of its msghdr; 0 for sendto and recvfrom
  std::uint64_t count_at = 0;  ///< sendmmsg, recvmmsg: where the number of bytes goes
  std::size_t capacity() const;
};

RemoteMessage to_message(std::uint64_t buffer, std::uint64_t length, std::uint64_t name,
                         std::uint64_t name_length);
/// The msghdr at `header`.
OsResult<RemoteMessage> read_message(Tid tid, std::uint64_t header);
/// The mmsghdr vector of sendmmsg and recvmmsg.
OsResult<std::vector<RemoteMessage>> read_messages(Tid tid, std::uint64_t vector, std::size_t count);

/// What the message holds; at most kLongestDatagram bytes, beyond it EMSGSIZE.
OsResult<std::string> gather(Tid tid, const RemoteMessage& message);
/// The target's UDP_SEGMENT control message, if any: how a large buffer is cut into datagrams (0: not at
/// all).
std::uint16_t segment_size(Tid tid, const RemoteMessage& message);
/// The files that the message passes on (SCM_RIGHTS), opened anew for reading: a long message to journald is a memfd. One
/// that cannot be opened so, a socket, is left out.
std::vector<UniqueFd> passed_files(Tid tid, const RemoteMessage& message);
/// Fills a receiver's parts, as far as they go.
OsResult<void> scatter(Tid tid, const RemoteMessage& message, const std::string& data);
/// Source, lengths and flags of a received message; no control messages.
OsResult<void> finish_received(Tid tid, const RemoteMessage& message, const std::string& source, int flags,
                               std::size_t count);

constexpr std::size_t kLongestDatagram =
    256 * 1024;  // above net.core.wmem_max's default, which bounds unix datagrams

}  // namespace bigfoot
