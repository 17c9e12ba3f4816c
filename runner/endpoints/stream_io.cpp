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
constexpr std::size_t kTlsRead = 17 * 1024;    // a record whole: RFC 8446, 5.2
constexpr std::size_t kTlsWrite = 64 * 1024;   // what is encrypted before it is sent
constexpr std::chrono::milliseconds kLinger{1000};

using boost::system::error_code;

}  // namespace

StreamIo::StreamIo(Services& services, UniqueFd stream) : services_(services), socket_(services.loop) {
  sockaddr_storage address{};
  socklen_t length = sizeof address;
  ::getsockname(stream.get(), reinterpret_cast<sockaddr*>(&address), &length);
  socket_.assign(asio::generic::stream_protocol(address.ss_family, 0), stream.release());
  socket_.non_blocking(true);  // not just the native mode: Asio's own send() would wait there, and the whole loop with it
}

void StreamIo::consume(std::size_t bytes) {
  consumed_ += bytes;
  if (consumed_ < filled_) return;
  consumed_ = filled_ = 0;
  if (buffer_.size() > kMostRead) std::string(kFirstRead, '\0').swap(buffer_);
}

/// Room for more behind what is there.
void StreamIo::make_room() {
  if (filled_ < buffer_.size()) return;
  if (consumed_ > 0) {
    buffer_.erase(0, consumed_);
    filled_ -= consumed_;
    consumed_ = 0;
  }
  const std::size_t room = std::clamp(filled_, kFirstRead, kMostRead);  // a long message doubles the reads it is cut into
  buffer_.resize(filled_ + room);
}

asio::awaitable<StreamIo::Read> StreamIo::read() {
  if (ended_) co_return Read::ended;
  if (tls_) co_return co_await read_tls();
  make_room();
  auto [error, count] = co_await socket_.async_read_some(asio::buffer(buffer_.data() + filled_, buffer_.size() - filled_),
                                                         asio::as_tuple(asio::use_awaitable));
  if (error == asio::error::operation_aborted) co_return Read::quiet;
  if (error || count == 0) {
    ended_ = true;
    co_return Read::ended;
  }
  bytes_read_ += count;
  filled_ += count;
  services_.catch_up();
  co_return Read::bytes;
}

/// Takes what else has come for the session, without waiting.
void StreamIo::take_ciphertext() {
  char record[kTlsRead];
  error_code error;
  const std::size_t count = socket_.receive(asio::buffer(record), 0, error);  // an end is seen by the next read
  if (!error) take_ciphertext({record, count});
}

void StreamIo::take_ciphertext(std::string_view bytes) {
  bytes_read_ += bytes.size();
  tls_->receive(bytes);
}

/// Waits for more ciphertext, with a small buffer only: a program may keep thousands of idle connections.
asio::awaitable<StreamIo::Failed> StreamIo::receive_tls() {
  char first[kFirstRead];
  auto [error, count] = co_await socket_.async_read_some(asio::buffer(first), asio::as_tuple(asio::use_awaitable));
  if (error) co_return error;
  take_ciphertext({first, count});
  if (count == sizeof first) take_ciphertext();
  co_return error_code{};
}

asio::awaitable<StreamIo::Read> StreamIo::read_tls() {
  for (;;) {
    make_room();
    std::size_t count = 0;
    const TlsSession::Progress progress = tls_->read(buffer_.data() + filled_, buffer_.size() - filled_, count);
    if (!co_await send_tls_output()) break;
    if (progress == TlsSession::Progress::done) {
      filled_ += count;
      services_.catch_up();
      co_return Read::bytes;
    }
    if (progress != TlsSession::Progress::want_input) break;
    const error_code error = co_await receive_tls();
    if (error == asio::error::operation_aborted) co_return Read::quiet;
    if (error) break;
  }
  ended_ = true;
  co_return Read::ended;
}

asio::awaitable<TlsSession::Progress> StreamIo::start_tls(std::unique_ptr<TlsSession> session) {
  using Progress = TlsSession::Progress;
  tls_ = std::move(session);
  tls_->receive(input());
  consume(input().size());
  for (;;) {
    const Progress progress = tls_->handshake();
    const bool sent = co_await send_tls_output();
    if (progress != Progress::want_input) {
      if (progress != Progress::done) ended_ = true;
      co_return progress;
    }
    error_code error;
    if (sent) error = co_await receive_tls();
    if (!sent || error) {
      ended_ = true;
      co_return Progress::ended;
    }
  }
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

asio::awaitable<bool> StreamIo::send_tls_output() {
  const std::string_view output = tls_->output();
  if (output.empty()) co_return true;
  const bool sent = co_await send(output);
  tls_->clear_output();
  co_return sent;
}

asio::awaitable<bool> StreamIo::write(std::string_view bytes) {
  if (!tls_) co_return co_await send(bytes);
  for (std::size_t at = 0; at < bytes.size(); at += kTlsWrite) {
    if (!tls_->write(bytes.substr(at, kTlsWrite))) co_return false;
    if (!co_await send_tls_output()) co_return false;
  }
  co_return true;
}

asio::awaitable<bool> StreamIo::send(std::string_view bytes) {
  bytes_written_ += bytes.size();
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

void StreamIo::end_writing() {
  error_code ignored;  // a connection that the other side has ended already cannot be ended again
  socket_.shutdown(asio::socket_base::shutdown_send, ignored);
}

asio::awaitable<void> StreamIo::close() {
  if (tls_ && !ended_) {
    tls_->say_good_bye();
    co_await send_tls_output();
  }
  end_writing();
  const auto until = std::chrono::steady_clock::now() + kLinger;
  while (!ended_) {
    consume(input().size());
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
    if (left.count() <= 0 || services_.hurry || co_await read_within(left) == Read::quiet) break;
  }
  error_code ignored;
  socket_.close(ignored);
}

void StreamIo::reset() {
  error_code ignored;
  socket_.set_option(asio::socket_base::linger(true, 0), ignored);
  socket_.close(ignored);
}

}  // namespace bigfoot
