// runner/endpoints/stream_io.cpp - see stream_io.h.
#include "runner/endpoints/stream_io.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <algorithm>

namespace bigfoot {
namespace {

constexpr std::size_t kFirstRead = 1024;       // most requests fit; 10,000 idle connections stay cheap
constexpr std::size_t kMostRead = 256 * 1024;  // one read of a bulk transfer
constexpr std::chrono::milliseconds kLinger{1000};

using boost::system::error_code;

}  // namespace

StreamIo::StreamIo(Services& services, UniqueFd stream) : services_(services), socket_(services.loop) {
  sockaddr_storage address{};
  socklen_t length = sizeof address;
  ::getsockname(stream.get(), reinterpret_cast<sockaddr*>(&address), &length);
  socket_.assign(asio::generic::stream_protocol(address.ss_family, 0), stream.release());
  socket_.native_non_blocking(true);
}

void StreamIo::consume(std::size_t bytes) {
  consumed_ += bytes;
  if (consumed_ < filled_) return;
  consumed_ = filled_ = 0;
  if (buffer_.size() > kMostRead) std::string(kFirstRead, '\0').swap(buffer_);
}

asio::awaitable<StreamIo::Read> StreamIo::read() {
  if (ended_) co_return Read::ended;
  if (filled_ == buffer_.size()) {
    if (consumed_ > 0) {
      buffer_.erase(0, consumed_);
      filled_ -= consumed_;
      consumed_ = 0;
    }
    const std::size_t room = std::clamp(filled_, kFirstRead, kMostRead);  // a long message doubles the reads it is cut into
    buffer_.resize(filled_ + room);
  }
  auto [error, count] = co_await socket_.async_read_some(asio::buffer(buffer_.data() + filled_, buffer_.size() - filled_),
                                                         asio::as_tuple(asio::use_awaitable));
  if (error == asio::error::operation_aborted) co_return Read::quiet;
  if (error || count == 0) {
    ended_ = true;
    co_return Read::ended;
  }
  filled_ += count;
  co_return Read::bytes;
}

asio::awaitable<StreamIo::Read> StreamIo::read_within(std::chrono::milliseconds limit) {
  asio::steady_timer timer(services_.loop, limit);
  auto reading = std::make_shared<bool>(true);  // the handler may be queued already when bytes come first
  timer.async_wait([this, reading](error_code error) {
    if (!error && *reading) socket_.cancel(error);
  });
  const Read result = co_await read();
  *reading = false;
  co_return result;
}

asio::awaitable<bool> StreamIo::write(std::string_view bytes) {
  error_code error;
  std::size_t sent = 0;
  while (sent < bytes.size()) {
    sent += socket_.send(asio::buffer(bytes.substr(sent)), MSG_NOSIGNAL, error);
    if (error == asio::error::would_block) {
      auto [failed, count] =
          co_await asio::async_write(socket_, asio::buffer(bytes.substr(sent)), asio::as_tuple(asio::use_awaitable));
      co_return !failed;
    }
    if (error) co_return false;
  }
  co_return true;
}

asio::awaitable<void> StreamIo::close() {
  error_code ignored;  // a connection that the program has ended already cannot be ended again
  socket_.shutdown(asio::socket_base::shutdown_send, ignored);
  const auto until = std::chrono::steady_clock::now() + kLinger;
  while (!ended_) {
    consume(input().size());
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
    if (left.count() <= 0 || services_.hurry || co_await read_within(left) == Read::quiet) break;
  }
  socket_.close(ignored);
}

void StreamIo::reset() {
  error_code ignored;
  socket_.set_option(asio::socket_base::linger(true, 0), ignored);
  socket_.close(ignored);
}

}  // namespace bigfoot
