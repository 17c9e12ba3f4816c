// runner/control_inbox.h - What the program has written to $BIGFOOT_CTL and nobody has taken yet. Whoever hands a call of the
// program on takes it first, so that lines and calls stay in the order in which the program made them.
// Source: unix(7); spec-format.md, 4.10.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "tracer/ids.h"
#include "tracer/os.h"

namespace bigfoot {

/// Thread-safe.
class ControlInbox {
 public:
  /// Our end of what a process opened. The kernel tells for each line who wrote it.
  class Channel {
   public:
    Channel(UniqueFd socket, Pid opener) : socket_(std::move(socket)), writer_(opener) {}
    int fd() const { return socket_.get(); }
    bool ended() const { return ended_; }  ///< nobody can write to it any more

   private:
    friend class ControlInbox;
    UniqueFd socket_;
    Pid writer_;         ///< of what came last
    std::string begun_;  ///< a line without its end
    std::atomic<bool> ended_ = false;
  };
  using ChannelPtr = std::shared_ptr<Channel>;
  struct Line {
    ChannelPtr channel;
    Pid writer{};
    std::string text;      ///< not empty, without its end
    std::chrono::steady_clock::time_point at{};  ///< when it was taken: before whatever its writer did next was seen
    bool is_cut = false;   ///< it was longer than kLongestLine: this is how it began, and the channel is closed
  };
  static constexpr std::size_t kLongestLine = 16 * 1024 * 1024;  // arguments of a call, as JSON

  /// A new channel; `theirs` is for the program. The error is errno's.
  OsResult<ChannelPtr> open(Pid opener, bool non_blocking, UniqueFd& theirs);
  /// Gives each whole line that has come to `take`, in order; none twice.
  void collect(const std::function<void(Line)>& take);

 private:
  void read(const ChannelPtr& channel, const std::function<void(Line)>& take);
  void add(const ChannelPtr& channel, std::string_view bytes, const std::function<void(Line)>& take);

  std::mutex mutex_;
  std::atomic<bool> any_ = false;  // a run without channels pays for a look at this only
  std::vector<ChannelPtr> channels_;
};

}  // namespace bigfoot
