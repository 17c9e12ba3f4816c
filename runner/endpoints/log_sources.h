// runner/endpoints/log_sources.h - Log channels that the program connects to or writes to a file: streams of syslog messages,
// files that grow. Datagrams come by datagrams.h, standard output and error by the gate.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <list>
#include <memory>
#include <variant>
#include <vector>

#include "protocols/syslog/journal_stream.h"
#include "runner/endpoints/log_file.h"
#include "runner/endpoints/logs.h"

namespace bigfoot {

class LogSources {
 public:
  /// Before the program runs: what its log files hold by now is not of this run.
  LogSources(Services& services, Logs& logs);

  /// Whose lines those of files are: nobody tells who wrote them.
  void begin(Pid main);
  /// A connection to a channel, for as long as it is open.
  void connected(const Channel& channel, Pid pid, UniqueFd stream);
  /// Takes all that has come, without waiting.
  void read();

 private:
  struct Stream {
    const Channel* channel;
    Pid pid;
    asio::posix::stream_descriptor io;
    std::variant<SyslogFrames, JournalStream> messages;
    bool ended = false;
  };
  struct File {
    const Channel* channel;
    std::unique_ptr<LogFile> file;
    bool is_watched = false;
  };

  asio::awaitable<void> watch_folders();
  asio::awaitable<void> watch(std::list<Stream>::iterator stream);
  void read(Stream& stream);
  void read(File& file);

  Services& services_;
  Logs& logs_;
  Pid main_{};
  std::vector<File> files_;
  FolderWatch folders_;
  std::list<Stream> streams_;
};

}  // namespace bigfoot
