// tracer/file_requests.cpp - See file_requests.h.
#include "tracer/file_requests.h"

#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <utime.h>

#include "tracer/proc.h"
#include "tracer/remote_memory.h"
#include "tracer/target_path.h"

namespace bigfoot {
namespace {

using Follow = FileArguments::Follow;
using Layout = FileArguments::Layout;
using Operation = FileCall::Operation;

constexpr std::size_t kLongestPath = 4096;  // PATH_MAX, its NUL included
constexpr mode_t kPermissions = 07777;

// 0 where the call has no such argument.
std::uint64_t argument(const Notification& notification, int index) {
  return index == FileArguments::kNone ? 0 : notification.argument(index);
}

RemoteFd folder_argument(const Notification& notification, int index) {
  if (index == FileArguments::kNone) return kWorkingDirectory;
  return static_cast<RemoteFd>(static_cast<int>(notification.argument(index)));
}

bool follows(const FileArguments& where, std::uint64_t at_flags) {
  switch (where.follow) {
    case Follow::always:
      return true;
    case Follow::never:
      return false;
    case Follow::unless_nofollow:
      return (at_flags & AT_SYMLINK_NOFOLLOW) == 0;
    case Follow::if_asked:
      return (at_flags & AT_SYMLINK_FOLLOW) != 0;
  }
  return true;
}

// O_TMPFILE has the bit of O_DIRECTORY.
bool creates(std::uint64_t flags) {
  if ((flags & O_PATH) != 0) return false;  // all but a few flags mean nothing then (open(2))
  return (flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE;
}

void set_open_flags(FileQuestion& question, std::uint64_t flags, std::uint64_t mode) {
  const bool only_new = creates(flags) && (flags & O_EXCL) != 0 && (flags & O_CREAT) != 0;
  question.request.flags = static_cast<int>(flags);
  question.request.mode = creates(flags) ? static_cast<mode_t>(mode) & kPermissions : 0;
  question.request.follow = (flags & O_NOFOLLOW) == 0 && !only_new;
  question.only_reads = (flags & kNotForReading) == 0;
  question.answer.close_on_exec = (flags & O_CLOEXEC) != 0;
}

// A struct that is longer than ours has flags that we do not know: they are the kernel's to judge.
bool read_open_how(const Notification& notification, const FileArguments& where, FileQuestion& question) {
  const OsResult<open_how> how =
      RemoteMemory(notification.tid()).read(RemotePtr<open_how>{notification.argument(where.flags)});
  if (!how || notification.argument(where.size) != sizeof *how || how->flags >> 32 != 0) return false;
  if (how->mode != 0 && !creates(how->flags)) return false;
  set_open_flags(question, how->flags, how->mode);
  question.in_folder = (how->resolve & RESOLVE_IN_ROOT) != 0;
  question.only_reads = question.only_reads && how->resolve == 0;
  return true;
}

template <class T>
timespec to_timespec(const T& time) {
  return {.tv_sec = time.tv_sec, .tv_nsec = time.tv_usec * 1000};
}

// Without times it is now.
bool read_times(const Notification& notification, const FileArguments& where, FileCall::Request& request) {
  const std::uint64_t address = notification.argument(where.times);
  const RemoteMemory memory(notification.tid());
  request.times = {timespec{0, UTIME_NOW}, timespec{0, UTIME_NOW}};
  if (address == 0) return true;
  if (where.layout == Layout::utimbuf) {
    const auto times = memory.read(RemotePtr<utimbuf>{address});
    if (times) request.times = {timespec{times->actime, 0}, timespec{times->modtime, 0}};
    return times.has_value();
  }
  if (where.layout == Layout::timeval) {
    const auto times = memory.read(RemotePtr<std::array<timeval, 2>>{address});
    if (times) request.times = {to_timespec((*times)[0]), to_timespec((*times)[1])};
    return times.has_value();
  }
  const auto times = memory.read(RemotePtr<std::array<timespec, 2>>{address});
  if (times) request.times = *times;
  return times.has_value();
}

bool is_masked(const FileCall::Request& request) {
  return request.mode != 0 && request.operation != Operation::change_mode;
}

}  // namespace

OsResult<std::string> read_path(const Notification& notification, int argument) {
  return RemoteMemory(notification.tid())
      .read_string(RemotePtr<char>{notification.argument(argument)}, kLongestPath);
}

std::optional<FileQuestion> read_question(const Notification& notification, const FileArguments& where) {
  FileQuestion out;
  const std::uint64_t at_flags = argument(notification, where.at_flags);
  out.request.operation = where.operation;
  out.folder = folder_argument(notification, where.folder);
  out.other_folder = folder_argument(notification, where.other_folder);
  out.answer.layout = where.layout;
  out.answer.buffer = argument(notification, where.buffer);
  out.answer.size = static_cast<std::int64_t>(argument(notification, where.size));
  const std::uint64_t mode = argument(notification, where.mode);
  if (where.layout == Layout::open_how) {
    if (!read_open_how(notification, where, out)) return std::nullopt;
    return out;
  }
  if (where.operation == Operation::open) {
    const bool creat = where.layout == Layout::creat;
    set_open_flags(
        out, creat ? O_CREAT | O_WRONLY | O_TRUNC : argument(notification, where.flags) & 0xffffffff, mode);
    return out;
  }
  // Of a link only the new name is of interest then; of the others a call by descriptor names no file.
  out.descriptor = where.operation == Operation::link && (at_flags & AT_EMPTY_PATH) != 0;
  out.only_reads = where.operation == Operation::look || where.operation == Operation::access;
  out.request.follow = follows(where, at_flags);
  out.request.flags = static_cast<int>(argument(notification, where.flags));
  out.request.length = static_cast<off_t>(argument(notification, where.length));
  out.request.mode = static_cast<mode_t>(mode) &
                     (where.operation == Operation::make_node ? kPermissions | S_IFMT : kPermissions);
  if (where.operation == Operation::remove && (at_flags & AT_REMOVEDIR) != 0) {
    out.request.operation = Operation::remove_folder;
  }
  return out;
}

bool read_rest(const Notification& notification, const FileArguments& where, FileCall::Request& request) {
  if (where.times != FileArguments::kNone) return read_times(notification, where, request);
  if (where.operation == Operation::symbolic_link) {
    OsResult<std::string> text = read_path(notification, where.other);
    if (!text || text->empty()) return false;
    request.other = std::move(*text);
  }
  if (is_masked(request)) request.mode &= ~file_mode_mask(notification.tid());
  return true;
}

}  // namespace bigfoot
