// runner/endpoints/stream_io.h - The supervisor's end of one stream: bytes in, bytes out, three ways to end. From
// start_tls() on the bytes are those inside TLS.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "runner/services.h"
#include "runner/tls/session.h"
#include "tracer/os.h"

namespace bigfoot {

class StreamIo {
 public:
  /// `stream` is a connected, non-blocking stream socket.
  StreamIo(Services& services, UniqueFd stream);

  /// What has come and was not consumed yet. Good until the next read.
  std::string_view input() const { return std::string_view(buffer_).substr(consumed_, filled_ - consumed_); }
  void consume(std::size_t bytes);

  enum class Read { bytes, ended, quiet };
  /// Waits for more bytes. `ended`: the program closed its side, or the connection is gone.
  asio::awaitable<Read> read();
  /// The same, but not longer than `limit`: then `quiet`.
  asio::awaitable<Read> read_within(std::chrono::milliseconds limit);
  bool ended() const { return ended_; }

  /// Performs the handshake, beginning with what input() holds. `done`: reads and writes are plain bytes from now on;
  /// `failed`: see the session; `ended`: the other side went away in the middle. Its last words (an alert) were sent.
  asio::awaitable<TlsSession::Progress> start_tls(std::unique_ptr<TlsSession> session);
  /// The session of start_tls(), also of one that failed; null before.
  const TlsSession* tls() const { return tls_.get(); }
  /// Bytes that went over the socket, ciphertext where there is TLS.
  std::uint64_t bytes_read() const { return bytes_read_; }
  std::uint64_t bytes_written() const { return bytes_written_; }

  /// False where the program does not take it any more. Small writes do not leave the calling coroutine.
  asio::awaitable<bool> write(std::string_view bytes);

  /// The program sees the end of our bytes; what it sends can still be read.
  void end_writing();
  /// Ends in order: what was written arrives. Waits, for a bounded time, until the program has closed too, because closing
  /// with unread input would turn into a RST that overtakes our last bytes (RFC 9112, 9.6).
  asio::awaitable<void> close();
  /// Ends with RST (TCP); the program's next call fails with ECONNRESET.
  void reset();

 private:
  using Failed = boost::system::error_code;
  void make_room();
  void take_ciphertext();
  void take_ciphertext(std::string_view bytes);
  asio::awaitable<Failed> receive_tls();
  asio::awaitable<bool> send(std::string_view bytes);
  asio::awaitable<bool> send_tls_output();
  asio::awaitable<Read> read_tls();

  Services& services_;
  asio::generic::stream_protocol::socket socket_;
  std::string buffer_;  // grows with what comes in one go, up to kMostRead more than what is kept
  std::size_t consumed_ = 0, filled_ = 0;
  bool ended_ = false;
  std::unique_ptr<TlsSession> tls_;
  std::uint64_t bytes_read_ = 0, bytes_written_ = 0;
};

}  // namespace bigfoot
