// runner/endpoints/stub_channel_io.cpp - see stub_channel_io.h.
#include "runner/endpoints/stub_channel_io.h"

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "spec/exec_session.h"

namespace bigfoot {

StubChannelIo::StubChannelIo(Services& services, UniqueFd channel)
    : services_(services),
      channel_(services.loop, channel.release()),
      news_(services.loop) {}

void StubChannelIo::listen() { asio::co_spawn(services_.loop, hear(shared_from_this()), asio::detached); }

void StubChannelIo::close() {
  boost::system::error_code error;
  channel_.close(error);
}

asio::awaitable<void> StubChannelIo::hear(std::shared_ptr<StubChannelIo> self) {
  while (!self->gone_) {
    auto [error] = co_await self->channel_.async_wait(asio::posix::stream_descriptor::wait_read,
                                                      asio::as_tuple(asio::use_awaitable));
    if (error) co_return;
    self->take_words();
    self->news_.cancel();
  }
}

void StubChannelIo::take_words() {
  static thread_local std::array<char, stub::kLargestMessage> word;  // one for all commands: most say one byte
  for (;;) {
    const ssize_t size = ::recv(channel_.native_handle(), word.data(), word.size(), MSG_DONTWAIT);
    if (size > 0) {
      take_word({word.data(), static_cast<std::size_t>(size)});
    } else if (size == 0 || (errno != EINTR && errno != EAGAIN)) {
      gone_ = true;
      return;
    } else if (errno == EAGAIN) {
      return;
    }
  }
}

void StubChannelIo::take_word(std::string_view word) {
  const auto kind = static_cast<stub::Word>(word.front());
  // A write that failed is the command's own affair: most programs do not look either.
  // One byte more than a session keeps tells it that there was more.
  if (kind == stub::Word::in) input_ += word.substr(1, kMostInput + 1 - std::min(input_.size(), kMostInput + 1));
  if (kind == stub::Word::end || kind == stub::Word::no_input) input_ended_ = true;
}

asio::awaitable<void> StubChannelIo::send(stub::Order order, std::string_view argument) {
  constexpr std::size_t kMost = stub::kLargestMessage - 1;
  std::string message;
  do {
    message.assign(1, static_cast<char>(order));
    message += argument.substr(0, kMost);
    argument.remove_prefix(std::min(argument.size(), kMost));
    while (!gone_) {
      if (::send(channel_.native_handle(), message.data(), message.size(), MSG_DONTWAIT | MSG_NOSIGNAL) >= 0)
        break;
      if (errno == EINTR) continue;
      if (errno != EAGAIN && errno != ENOBUFS) gone_ = true;
      if (gone_) break;
      auto [error] = co_await channel_.async_wait(asio::posix::stream_descriptor::wait_write,
                                                  asio::as_tuple(asio::use_awaitable));
      if (error) gone_ = true;
    }
  } while (!argument.empty() && !gone_);
}

asio::awaitable<bool> StubChannelIo::wait(std::chrono::steady_clock::time_point until) {
  news_.expires_at(until);
  services_.waits.insert(&news_);
  auto [error] = co_await news_.async_wait(asio::as_tuple(asio::use_awaitable));
  services_.waits.erase(&news_);
  co_return !error;
}

}  // namespace bigfoot
