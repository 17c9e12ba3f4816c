// runner/control_inbox.cpp - See control_inbox.h.
#include "runner/control_inbox.h"

#include <fcntl.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

namespace bigfoot {

OsResult<ControlInbox::ChannelPtr> ControlInbox::open(Pid opener, bool non_blocking, UniqueFd& theirs) {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) return os_error("socketpair");
  UniqueFd ours(ends[0]);
  theirs = UniqueFd(ends[1]);
  constexpr int kOn = 1;
  if (::setsockopt(ours.get(), SOL_SOCKET, SO_PASSCRED, &kOn, sizeof kOn) != 0) return os_error("setsockopt");
  if (::fcntl(ours.get(), F_SETFL, O_NONBLOCK) != 0) return os_error("fcntl");
  if (non_blocking && ::fcntl(theirs.get(), F_SETFL, O_NONBLOCK) != 0) return os_error("fcntl");
  const auto channel = std::make_shared<Channel>(std::move(ours), opener);
  const std::lock_guard lock(mutex_);
  channels_.push_back(channel);
  any_ = true;
  return channel;
}

void ControlInbox::collect(const std::function<void(Line)>& take) {
  if (!any_) return;
  const std::lock_guard lock(mutex_);
  for (const ChannelPtr& channel : channels_) read(channel, take);
  std::erase_if(channels_, [](const ChannelPtr& channel) { return channel->ended(); });
  any_ = !channels_.empty();
}

void ControlInbox::read(const ChannelPtr& channel, const std::function<void(Line)>& take) {
  char bytes[4096];
  while (!channel->ended_) {
    alignas(cmsghdr) char room[CMSG_SPACE(sizeof(ucred))];
    iovec piece{bytes, sizeof bytes};
    msghdr message{};
    message.msg_iov = &piece;
    message.msg_iovlen = 1;
    message.msg_control = room;
    message.msg_controllen = sizeof room;
    // What different processes have written never comes in one piece (unix(7), SO_PASSCRED).
    const ssize_t got = ::recvmsg(channel->fd(), &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && errno == EAGAIN) return;
    if (got <= 0) {
      if (!channel->begun_.empty()) add(channel, "\n", take);  // printf 'begin x' > $BIGFOOT_CTL
      channel->ended_ = true;
      return;
    }
    for (cmsghdr* part = CMSG_FIRSTHDR(&message); part != nullptr; part = CMSG_NXTHDR(&message, part)) {
      if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_CREDENTIALS) continue;
      ucred who{};
      std::memcpy(&who, CMSG_DATA(part), sizeof who);
      if (who.pid > 0) channel->writer_ = static_cast<Pid>(who.pid);  // 0: of a namespace that we do not see into
    }
    add(channel, std::string_view(bytes, static_cast<std::size_t>(got)), take);
  }
}

void ControlInbox::add(const ChannelPtr& channel, std::string_view bytes, const std::function<void(Line)>& take) {
  while (!bytes.empty()) {
    const std::size_t end = bytes.find('\n');
    channel->begun_ += bytes.substr(0, end);
    if (channel->begun_.size() > kLongestLine) {
      constexpr std::size_t kShown = 80;
      take({channel, channel->writer_, std::exchange(channel->begun_, {}).substr(0, kShown), std::chrono::steady_clock::now(), true});
      channel->ended_ = true;
      return;
    }
    if (end == bytes.npos) return;
    bytes.remove_prefix(end + 1);
    std::string line = std::exchange(channel->begun_, {});
    while (!line.empty() && (line.back() == '\r' || line.back() == ' ')) line.pop_back();
    if (!line.empty()) take({channel, channel->writer_, std::move(line), std::chrono::steady_clock::now(), false});
  }
}

}  // namespace bigfoot
