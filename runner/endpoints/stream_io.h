// runner/endpoints/stream_io.h - The supervisor's end of one redirected stream: bytes in, bytes out, three ways to end.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <chrono>
#include <string>
#include <string_view>

#include "runner/services.h"
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

  /// False where the program does not take it any more. Small writes do not leave the calling coroutine.
  asio::awaitable<bool> write(std::string_view bytes);

  /// Ends in order: what was written arrives. Waits, for a bounded time, until the program has closed too, because closing
  /// with unread input would turn into a RST that overtakes our last bytes (RFC 9112, 9.6).
  asio::awaitable<void> close();
  /// Ends with RST (TCP); the program's next call fails with ECONNRESET.
  void reset();

 private:
  Services& services_;
  asio::generic::stream_protocol::socket socket_;
  std::string buffer_;  // grows with what comes in one go, up to kMostRead more than what is kept
  std::size_t consumed_ = 0, filled_ = 0;
  bool ended_ = false;
};

}  // namespace bigfoot
