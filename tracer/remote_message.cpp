// tracer/remote_message.cpp - See remote_message.h.
#include "tracer/remote_message.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/udp.h>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <limits>

#include "tracer/remote_memory.h"

#ifndef UDP_SEGMENT
#define UDP_SEGMENT 103  // linux/udp.h
#endif

namespace bigfoot {
namespace {

constexpr std::size_t kMostParts = 1024;     // limits.h: IOV_MAX
constexpr std::size_t kMostMessages = 1024;  // sendmmsg(2): UIO_MAXIOV
constexpr std::size_t kLongestControl = 4096;

std::uint64_t address_of(const void* pointer) { return reinterpret_cast<std::uint64_t>(pointer); }

OsResult<RemoteMessage> to_message(Tid tid, std::uint64_t at, const msghdr& header) {
  if (header.msg_iovlen > kMostParts) return std::unexpected(OsError{"sendmsg", EMSGSIZE});
  RemoteMessage out;
  out.header = at;
  out.name = address_of(header.msg_name);
  out.name_length = header.msg_namelen;
  out.control = address_of(header.msg_control);
  out.control_length = header.msg_controllen;
  out.parts.resize(header.msg_iovlen);
  const OsResult<void> read =
      RemoteMemory(tid).read(address_of(header.msg_iov), out.parts.data(), out.parts.size() * sizeof(iovec));
  if (!read) return std::unexpected(read.error());
  return out;
}

// What the first control message of a kind holds; empty: there is none.
std::string control_data(Tid tid, const RemoteMessage& message, int level, int type) {
  if (message.control == 0 || message.control_length < sizeof(cmsghdr)) return {};
  if (message.control_length > kLongestControl) return {};
  alignas(cmsghdr) char room[kLongestControl] = {};
  if (!RemoteMemory(tid).read(message.control, room, message.control_length)) return {};
  msghdr walk{};
  walk.msg_control = room;
  walk.msg_controllen = message.control_length;
  for (cmsghdr* one = CMSG_FIRSTHDR(&walk); one != nullptr; one = CMSG_NXTHDR(&walk, one)) {
    if (one->cmsg_level != level || one->cmsg_type != type) continue;
    if (one->cmsg_len < CMSG_LEN(0)) return {};
    const auto begin = static_cast<std::size_t>(reinterpret_cast<char*>(CMSG_DATA(one)) - room);
    const std::size_t size = std::min<std::size_t>(one->cmsg_len - CMSG_LEN(0), message.control_length - begin);
    return std::string(room + begin, size);
  }
  return {};
}

}  // namespace

std::size_t RemoteMessage::capacity() const {
  std::size_t total = 0;
  for (const iovec& part : parts) total += std::min(part.iov_len, kLongestDatagram);
  return std::min(total, kLongestDatagram);
}

RemoteMessage to_message(std::uint64_t buffer, std::uint64_t length, std::uint64_t name,
                         std::uint64_t name_length) {
  RemoteMessage out;
  out.name = name;
  out.name_length = static_cast<std::uint32_t>(name_length);
  out.parts.push_back({reinterpret_cast<void*>(buffer), length});
  return out;
}

OsResult<RemoteMessage> read_message(Tid tid, std::uint64_t header) {
  const OsResult<msghdr> read = RemoteMemory(tid).read(RemotePtr<msghdr>{header});
  if (!read) return std::unexpected(read.error());
  return to_message(tid, header, *read);
}

OsResult<std::vector<RemoteMessage>> read_messages(Tid tid, std::uint64_t vector, std::size_t count) {
  std::vector<mmsghdr> headers(std::min(count, kMostMessages));
  const OsResult<void> read =
      RemoteMemory(tid).read(vector, headers.data(), headers.size() * sizeof(mmsghdr));
  if (!read) return std::unexpected(read.error());
  std::vector<RemoteMessage> out;
  for (std::size_t i = 0; i < headers.size(); ++i) {
    const std::uint64_t at = vector + i * sizeof(mmsghdr);
    OsResult<RemoteMessage> message = to_message(tid, at, headers[i].msg_hdr);
    if (!message) return std::unexpected(message.error());
    message->count_at = at + offsetof(mmsghdr, msg_len);
    out.push_back(std::move(*message));
  }
  return out;
}

OsResult<std::string> gather(Tid tid, const RemoteMessage& message) {
  std::string out;
  for (const iovec& part : message.parts) {
    if (part.iov_len > kLongestDatagram - out.size()) return std::unexpected(OsError{"sendmsg", EMSGSIZE});
    const std::size_t start = out.size();
    out.resize(start + part.iov_len);
    const OsResult<void> read =
        RemoteMemory(tid).read(address_of(part.iov_base), out.data() + start, part.iov_len);
    if (!read) return std::unexpected(read.error());
  }
  return out;
}

std::uint16_t segment_size(Tid tid, const RemoteMessage& message) {
  const std::string data = control_data(tid, message, IPPROTO_UDP, UDP_SEGMENT);
  std::uint16_t size = 0;
  if (data.size() >= sizeof size) std::memcpy(&size, data.data(), sizeof size);
  return size;
}

std::vector<UniqueFd> passed_files(Tid tid, const RemoteMessage& message) {
  const std::string data = control_data(tid, message, SOL_SOCKET, SCM_RIGHTS);
  std::vector<UniqueFd> out;
  for (std::size_t at = 0; at + sizeof(int) <= data.size(); at += sizeof(int)) {
    int number = -1;
    std::memcpy(&number, data.data() + at, sizeof number);
    const std::string path = fmt::format("/proc/{}/fd/{}", static_cast<pid_t>(tid), number);
    UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
    if (file) out.push_back(std::move(file));
  }
  return out;
}

OsResult<void> scatter(Tid tid, const RemoteMessage& message, const std::string& data) {
  std::size_t done = 0;
  for (const iovec& part : message.parts) {
    const std::size_t size = std::min(part.iov_len, data.size() - done);
    const OsResult<void> written =
        RemoteMemory(tid).write(address_of(part.iov_base), data.data() + done, size);
    if (!written) return written;
    done += size;
  }
  return {};
}

OsResult<void> finish_received(Tid tid, const RemoteMessage& message, const std::string& source, int flags,
                               std::size_t count) {
  const RemoteMemory memory(tid);
  const auto room = static_cast<std::size_t>(message.name_length);
  if (message.name != 0) {
    const OsResult<void> done = memory.write(message.name, source.data(), std::min(room, source.size()));
    if (!done) return done;
  }
  const auto length = static_cast<std::uint32_t>(source.size());
  if (message.name_length_at != 0) return memory.write(message.name_length_at, &length, sizeof length);
  if (message.header == 0) return {};
  OsResult<msghdr> header = memory.read(RemotePtr<msghdr>{message.header});
  if (!header) return std::unexpected(header.error());
  header->msg_namelen = message.name == 0 ? 0 : length;
  header->msg_controllen = 0;
  header->msg_flags = flags;
  if (const OsResult<void> done = memory.write(message.header, &*header, sizeof *header); !done) return done;
  if (message.count_at == 0) return {};
  const auto bytes =
      static_cast<std::uint32_t>(std::min<std::size_t>(count, std::numeric_limits<int>::max()));
  return memory.write(message.count_at, &bytes, sizeof bytes);
}

}  // namespace bigfoot
