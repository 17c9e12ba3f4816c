// runner/endpoints/log_sources.cpp - see log_sources.h.
#include "runner/endpoints/log_sources.h"

#include <sys/socket.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace bigfoot {

LogSources::LogSources(Services& services, Logs& logs) : services_(services), logs_(logs) {
  for (const Channel& channel : services.spec.channels)
    if (channel.source == Channel::Source::file) files_.push_back({&channel, follow_file(channel.path), folders_.add(channel.path)});
}

void LogSources::begin(Pid main) {
  main_ = main;
  if (!files_.empty()) asio::co_spawn(services_.loop, watch_folders(), asio::detached);
}

asio::awaitable<void> LogSources::watch_folders() {
  asio::posix::stream_descriptor changes(services_.loop, ::dup(folders_.fd()));
  for (;;) {
    auto [error] = co_await changes.async_wait(asio::posix::stream_descriptor::wait_read, asio::as_tuple(asio::use_awaitable));
    if (error) co_return;
    folders_.take();
    services_.catch_up();
  }
}

void LogSources::connected(const Channel& channel, Pid pid, UniqueFd stream) {
  std::variant<SyslogFrames, JournalStream> messages;
  if (channel.source == Channel::Source::journal) messages.emplace<JournalStream>();
  asio::posix::stream_descriptor io(services_.loop, stream.release());
  const auto place = streams_.insert(streams_.end(), Stream{&channel, pid, std::move(io), std::move(messages), false});
  ++services_.live_streams;
  asio::co_spawn(services_.loop, watch(place), asio::detached);
}

asio::awaitable<void> LogSources::watch(std::list<Stream>::iterator stream) {
  while (!stream->ended) {
    (void)co_await stream->io.async_wait(asio::posix::stream_descriptor::wait_read, asio::as_tuple(asio::use_awaitable));
    services_.catch_up();
    if (!stream->ended) read(*stream);
  }
  streams_.erase(stream);
  --services_.live_streams;
}

void LogSources::read() {
  for (File& file : files_) read(file);
  for (Stream& stream : streams_)
    if (!stream.ended) read(stream);
}

void LogSources::read(File& file) {
  if (!file.is_watched) file.is_watched = folders_.add(file.channel->path);
  for (std::string text = file.file->more(); !text.empty(); text = file.file->more()) logs_.read(*file.channel, main_, text);
}

void LogSources::read(Stream& stream) {
  char part[64 * 1024];
  const auto take = [&](auto message) {
    if (message) logs_.message(*stream.channel, stream.pid, *message);
    return message.has_value();
  };
  while (!stream.ended) {
    const ssize_t size = ::recv(stream.io.native_handle(), part, sizeof part, MSG_DONTWAIT);
    if (size < 0 && (errno == EAGAIN || errno == EINTR)) return;
    stream.ended = size <= 0;
    std::visit(
        [&](auto& messages) {
          if (!stream.ended) messages.add({part, static_cast<std::size_t>(size)});
          while (take(messages.next())) continue;
          if (stream.ended) take(messages.flush());
        },
        stream.messages);
  }
}

}  // namespace bigfoot
