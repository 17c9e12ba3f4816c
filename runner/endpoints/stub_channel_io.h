// runner/endpoints/stub_channel_io.h - The supervisor's end of the channel to a stub. Source:
// runner/stub/protocol.h.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <memory>
#include <string>
#include <string_view>

#include "runner/services.h"
#include "runner/stub/protocol.h"
#include "tracer/os.h"

namespace bigfoot {

/// Kept by what listens to it too, which ends with close().
class StubChannelIo : public std::enable_shared_from_this<StubChannelIo> {
 public:
  /// `channel`: non-blocking.
  StubChannelIo(Services& services, UniqueFd channel);
  /// From now on what the stub says is taken at any time: one that is held up by its stdout goes on with its
  /// stdin.
  void listen();
  void close();

  /// Gives the bytes of stdin that have come since the last time.
  std::string take_input() { return std::exchange(input_, {}); }
  bool has_input() const { return !input_.empty(); }
  bool input_ended() const { return input_ended_; }
  void end_input() { input_ended_ = true; }
  /// The stub has ended, or was killed.
  bool gone() const { return gone_; }

  asio::awaitable<void> send(stub::Order order, std::string_view argument);
  /// Until something new has come, the stub has gone or the time is over: then true.
  asio::awaitable<bool> wait(std::chrono::steady_clock::time_point until);

 private:
  static asio::awaitable<void> hear(std::shared_ptr<StubChannelIo> self);
  void take_words();
  void take_word(std::string_view word);

  Services& services_;
  asio::posix::stream_descriptor channel_;
  asio::steady_timer news_;
  std::string input_;
  bool input_ended_ = false, gone_ = false;
};

}  // namespace bigfoot
