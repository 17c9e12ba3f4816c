// runner/endpoints/file_writes.cpp - See file_writes.h.
#include "runner/endpoints/file_writes.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/inotify.h>
#include <sys/stat.h>

#include "runner/stage.h"

namespace bigfoot {
namespace {

/// Whether nobody has the file open for writing; nullopt where the kernel does not say, as a lease is the owner's to take.
std::optional<bool> nobody_writes(int reader) {
  if (::fcntl(reader, F_SETLEASE, F_RDLCK) == 0) {
    ::fcntl(reader, F_SETLEASE, F_UNLCK);
    return true;
  }
  if (errno == EAGAIN) return false;
  return std::nullopt;
}

}  // namespace

FileWrites::FileWrites(Services& services)
    : services_(services), events_(services.loop, ::inotify_init1(IN_NONBLOCK | IN_CLOEXEC)) {
  wait();
}

void FileWrites::wait() {
  events_.async_wait(asio::posix::stream_descriptor::wait_read, [this](const boost::system::error_code& error) {
    if (error) return;
    services_.catch_up();
    wait();
  });
}

OsResult<void> FileWrites::begin(UniqueFd reader, off_t from, Finish finish) {
  // By the descriptor, so that it is this very file, whatever it is called by now.
  const std::string path = fmt::format("/proc/self/fd/{}", reader.get());
  const int watch = ::inotify_add_watch(events_.native_handle(), path.c_str(), IN_CLOSE_WRITE);
  if (watch < 0) return os_error("inotify_add_watch");
  File& file = files_[watch];
  if (!file.reader) file.reader = std::move(reader);
  file.opens.push_back({from, std::move(finish)});
  return {};
}

void FileWrites::closed(int watch) {
  const auto found = files_.find(watch);
  if (found == files_.end()) return;
  File& file = found->second;
  // Which of several descriptions was closed nobody says, and two closes in a row are one event: where one is still open, all
  // wait for the last, so that what each is said to have written does not depend on who was faster.
  const std::optional<bool> all = nobody_writes(file.reader.get());
  if (all == false) return;
  do finish_first(file);
  while (all && !file.opens.empty());
  if (!file.opens.empty()) return;
  ::inotify_rm_watch(events_.native_handle(), watch);
  files_.erase(found);
}

void FileWrites::finish_first(File& file) {
  const Open open = std::move(file.opens.front());
  file.opens.pop_front();
  struct stat info {};
  if (::fstat(file.reader.get(), &info) == 0 && info.st_size > static_cast<off_t>(kMostContent))
    ++services_.warnings[fmt::format("a watched file of {} bytes was judged by its first {} MiB", info.st_size, kMostContent >> 20)];
  std::string content = content_of(file.reader.get(), kMostContent);
  content.erase(0, std::min(content.size(), static_cast<std::size_t>(open.from)));
  open.finish(std::move(content));
}

void FileWrites::end() {
  for (auto& [watch, file] : files_)
    while (!file.opens.empty()) finish_first(file);
  files_.clear();
}

}  // namespace bigfoot
