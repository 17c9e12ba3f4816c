// runner/control.h - $BIGFOOT_CTL: what the program says of its tests, and what it asks. One line of text is one request, one
// line of JSON its answer. Source: spec-format.md, 4.10 and 4.11.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <chrono>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runner/control_inbox.h"
#include "runner/services.h"
#include "tracer/supervisor.h"

namespace bigfoot {

/// Lines are obeyed in the order in which they were written, each before anything that its writer does later is judged. Only
/// an `end` that nothing follows yet waits for a moment: bytes that were sent before it, on sockets, may not have been read.
class Control {
 public:
  using Clock = std::chrono::steady_clock;
  /// `add` makes an entry known to all who read the spec, before it returns.
  using Add = std::function<void(Entry entry)>;
  Control(Services& services, ControlInbox& inbox, Add add) : services_(services), inbox_(inbox), add_(std::move(add)) {}

  /// The program opens the path: it gets one end of a stream socket.
  void opened(FileCall call);
  /// A line has come; in the order of all that the program does.
  void heard(ControlInbox::Line line);
  /// Obeys what has come, also an `end` that nothing follows.
  void obey_all() { obey(true); }
  /// A test begins that this process is in, as the line `begin NAME` says; gives the answer to that line.
  std::string begin(Pid writer, std::string name, Clock::time_point at = Clock::now());
  /// A process became this command, or is over.
  void process_runs(Pid pid, const std::vector<std::string>& argv);
  void process_ended(Pid pid);
  /// The run is over: what tests that were not ended leave unmet is recorded.
  void end();

 private:
  using ChannelPtr = ControlInbox::ChannelPtr;
  /// The answer to a line; empty until it is known.
  using Answer = std::shared_ptr<std::optional<std::string>>;
  /// The way back.
  struct Answers {
    Answers(boost::asio::any_io_executor loop, int fd) : socket(std::move(loop), fd) {}
    boost::asio::posix::stream_descriptor socket;  ///< the channel's; also tells when something has come
    std::deque<Answer> waiting;  ///< in the order of the lines
    std::string out;             ///< on its way
    bool is_writing = false;
  };
  using AnswersPtr = std::shared_ptr<Answers>;

  asio::awaitable<void> watch(ChannelPtr channel, AnswersPtr answers);
  asio::awaitable<void> settle();
  asio::awaitable<void> flush(ChannelPtr channel, AnswersPtr answers);
  asio::awaitable<void> answer_later(ChannelPtr channel, Answer answer, std::string text, std::chrono::microseconds delay);
  asio::awaitable<void> close_later(Pid pid);
  void obey(bool all);
  void obey(const ControlInbox::Line& line);
  std::string answer_to(const ControlInbox::Line& line, std::chrono::microseconds& delay);
  std::string refuse(Pid writer, std::string message);
  void send(const ChannelPtr& channel);

  std::string end(Pid writer, std::string_view name, bool is_skipped);
  /// As `end`, but what is unused is not missed; of a test that never began, too.
  std::string skip(Pid writer, std::string_view name);
  std::string status() const;
  std::string expect(Pid writer, std::string_view table);
  std::string call(Pid caller, const Value& asked, std::chrono::microseconds& delay);
  RunningTest& open_test(Pid pid, std::string name, const std::vector<std::size_t>& chosen, Clock::time_point at);
  void close_test(RunningTest& test, bool is_skipped = false);
  std::string verdict(const RunningTest& test, std::string_view state) const;

  Services& services_;
  ControlInbox& inbox_;
  const Add add_;
  std::map<ChannelPtr, AnswersPtr> answers_;
  std::deque<ControlInbox::Line> lines_;  ///< that have not been obeyed
  bool is_settling_ = false;
  std::size_t refused_ = 0;
};

}  // namespace bigfoot
