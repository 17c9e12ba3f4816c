// runner/endpoints/datagram_in.cpp - see datagram_in.h.
#include "runner/endpoints/datagram_in.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>

#include <cstring>
#include <vector>

#include "runner/stage.h"

namespace bigfoot {
namespace {

constexpr std::size_t kLargestDatagram = 256 * 1024;  // udp(7): 64 KiB; unix(7): net.core.wmem_default, 208 KiB
constexpr std::size_t kMostOfAFile = 1024 * 1024;
constexpr std::size_t kMostDescriptors = 253;         // unix(7): SCM_MAX_FD

std::vector<UniqueFd> descriptors_of(msghdr& header) {
  std::vector<UniqueFd> out;
  for (cmsghdr* part = CMSG_FIRSTHDR(&header); part != nullptr; part = CMSG_NXTHDR(&header, part)) {
    if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_RIGHTS) continue;
    for (std::size_t at = CMSG_LEN(0); at + sizeof(int) <= part->cmsg_len; at += sizeof(int)) {
      int number = -1;
      std::memcpy(&number, reinterpret_cast<const char*>(part) + at, sizeof number);
      out.emplace_back(number);
    }
  }
  return out;
}

std::string contents_of(const UniqueFd& file) {
  struct stat info {};
  if (::fstat(file.get(), &info) != 0 || !S_ISREG(info.st_mode)) return {};  // a memfd is one
  return content_of(file.get(), kMostOfAFile);
}

}  // namespace

OsResult<DatagramIn> receive_datagram(int socket) {
  static thread_local std::string buffer(kLargestDatagram, '\0');
  alignas(cmsghdr) char control[CMSG_SPACE(kMostDescriptors * sizeof(int))];
  sockaddr_storage from{};
  iovec part{buffer.data(), buffer.size()};
  msghdr header{};
  header.msg_name = &from;
  header.msg_namelen = sizeof from;
  header.msg_iov = &part;
  header.msg_iovlen = 1;
  header.msg_control = control;
  header.msg_controllen = sizeof control;
  const ssize_t size = ::recvmsg(socket, &header, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
  if (size < 0) return os_error("recvmsg");
  const std::vector<UniqueFd> files = descriptors_of(header);
  DatagramIn out{to_address(&from, header.msg_namelen), buffer.substr(0, static_cast<std::size_t>(size))};
  if (size == 0 && files.size() == 1) out.bytes = contents_of(files.front());
  return out;
}

}  // namespace bigfoot
