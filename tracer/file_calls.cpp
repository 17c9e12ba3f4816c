// tracer/file_calls.cpp - Reads which file is meant, asks, and answers with another file in its place.
#include "tracer/file_calls.h"

#include <fmt/format.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <memory>

#include "tracer/remote_memory.h"

namespace bigfoot {
namespace {

using Question = FileCalls::Question;

constexpr std::size_t kLongestPath = 4096;  // PATH_MAX, its NUL included
constexpr mode_t kMode = S_IFREG | 0444;    // of a file that answers for another, which is root's

#if defined(__x86_64__)
static_assert(sizeof(struct stat) == 144, "the C library's struct is the kernel's");
#elif defined(__aarch64__)
static_assert(sizeof(struct stat) == 128, "the C library's struct is the kernel's");
#endif

void let_through(Notification notification) { static_cast<void>(std::move(notification).let_through()); }
void fail(Notification notification, int code) {
  static_cast<void>(std::move(notification).fail(Errno{code}));
}

OsResult<std::string> read_path(const Notification& notification, int argument) {
  return RemoteMemory(notification.tid())
      .read_string(RemotePtr<char>{notification.argument(argument)}, kLongestPath);
}

RemoteFd folder_argument(const Notification& notification) {
  return static_cast<RemoteFd>(static_cast<int>(notification.argument(0)));
}

bool follows(std::uint64_t at_flags) { return (at_flags & AT_SYMLINK_NOFOLLOW) == 0; }

// Opened afresh, since a duplicate would share its offset with every other answer.
void give_descriptor(Notification notification, const Question& question, int fd) {
  const UniqueFd fresh(::open(fmt::format("/proc/self/fd/{}", fd).c_str(), O_RDONLY | O_CLOEXEC));
  if (!fresh) return fail(std::move(notification), errno);
  static_cast<void>(std::move(notification).install(fresh.get(), question.close_on_exec));
}

void write_answer(Notification notification, std::uint64_t buffer, const void* from, std::size_t size) {
  if (!notification.alive()) return;
  const OsResult<void> written = RemoteMemory(notification.tid()).write(buffer, from, size);
  if (!written) return fail(std::move(notification), written.error().code);
  static_cast<void>(std::move(notification).succeed(0));
}

void give_stat(Notification notification, const Question& question, int fd) {
  struct stat info {};
  if (::fstat(fd, &info) != 0) return fail(std::move(notification), errno);
  info.st_mode = kMode;
  info.st_uid = 0;
  info.st_gid = 0;
  info.st_nlink = 1;
  write_answer(std::move(notification), question.buffer, &info, sizeof info);
}

void give_statx(Notification notification, const Question& question, int fd) {
  constexpr int kMaskArgument = 3;
  struct statx info {};
  const auto mask = static_cast<unsigned>(notification.argument(kMaskArgument));
  if (::statx(fd, "", AT_EMPTY_PATH, mask, &info) != 0) return fail(std::move(notification), errno);
  info.stx_mode = kMode;
  info.stx_uid = 0;
  info.stx_gid = 0;
  info.stx_nlink = 1;
  write_answer(std::move(notification), question.buffer, &info, sizeof info);
}

void tell_stat(Notification notification, const Question& question, const struct stat& info) {
  write_answer(std::move(notification), question.buffer, &info, sizeof info);
}

statx_timestamp statx_time(const timespec& time) {
  statx_timestamp out{};
  out.tv_sec = time.tv_sec;
  out.tv_nsec = static_cast<std::uint32_t>(time.tv_nsec);
  return out;
}

// Without a birth time, which struct stat does not have: statx(2) says by its mask what there is.
void tell_statx(Notification notification, const Question& question, const struct stat& info) {
  struct statx out {};
  out.stx_mask = STATX_BASIC_STATS;
  out.stx_blksize = static_cast<std::uint32_t>(info.st_blksize);
  out.stx_nlink = static_cast<std::uint32_t>(info.st_nlink);
  out.stx_uid = info.st_uid;
  out.stx_gid = info.st_gid;
  out.stx_mode = static_cast<std::uint16_t>(info.st_mode);
  out.stx_ino = info.st_ino;
  out.stx_size = static_cast<std::uint64_t>(info.st_size);
  out.stx_blocks = static_cast<std::uint64_t>(info.st_blocks);
  out.stx_atime = statx_time(info.st_atim);
  out.stx_mtime = statx_time(info.st_mtim);
  out.stx_ctime = statx_time(info.st_ctim);
  out.stx_rdev_major = gnu_dev_major(info.st_rdev);
  out.stx_rdev_minor = gnu_dev_minor(info.st_rdev);
  out.stx_dev_major = gnu_dev_major(info.st_dev);
  out.stx_dev_minor = gnu_dev_minor(info.st_dev);
  write_answer(std::move(notification), question.buffer, &out, sizeof out);
}

void give_access(Notification notification, const Question& question, int) {
  const auto mode = static_cast<unsigned>(question.mode);
  if ((mode & ~(R_OK | W_OK | X_OK)) != 0) return fail(std::move(notification), EINVAL);
  if ((mode & (W_OK | X_OK)) != 0) return fail(std::move(notification), EACCES);
  static_cast<void>(std::move(notification).succeed(0));
}

Question question_of_open(RemoteFd folder, std::uint64_t flags) {
  return {.operation = FileCall::Operation::open,
          .answer = give_descriptor,
          .folder = folder,
          .follow = (flags & O_NOFOLLOW) == 0,
          .close_on_exec = (flags & O_CLOEXEC) != 0};
}

}  // namespace

struct FileCall::State {
  Notification notification;
  Question question;
  Caller caller;
  Request request;
};

FileCall::FileCall(std::unique_ptr<State> state) : state_(std::move(state)) {}
FileCall::FileCall(FileCall&&) noexcept = default;
FileCall& FileCall::operator=(FileCall&& other) noexcept {
  FileCall taken(std::move(other));
  std::swap(state_, taken.state_);
  return *this;
}
FileCall::~FileCall() {
  if (state_) std::move(*this).let_through();
}

const Caller& FileCall::caller() const { return state_->caller; }
const FileCall::Request& FileCall::request() const { return state_->request; }
OsResult<UniqueFd> FileCall::original() const {
  OsResult<UniqueFd> file = open_file(state_->caller.tid, state_->request.path, state_->request.follow);
  // Another's file, or none, if the thread has gone: not to be taken for a missing one.
  if (!state_->notification.alive()) return std::unexpected(OsError{"open", ESRCH});
  return file;
}

void FileCall::let_through() && {
  bigfoot::let_through(std::move(std::exchange(state_, nullptr)->notification));
}
void FileCall::fail(Errno code) && {
  static_cast<void>(std::move(std::exchange(state_, nullptr)->notification).fail(code));
}
void FileCall::succeed() && {
  static_cast<void>(std::move(std::exchange(state_, nullptr)->notification).succeed(0));
}
void FileCall::describe(const struct stat& info) && {
  const std::unique_ptr<State> state = std::move(state_);
  state->question.tell(std::move(state->notification), state->question, info);
}
void FileCall::answer(int fd) && {
  const std::unique_ptr<State> state = std::move(state_);
  state->question.answer(std::move(state->notification), state->question, fd);
}

FileCalls::FileCalls(Delivery& delivery, Processes& processes, Pid keeper)
    : delivery_(delivery),
      processes_(processes),
      own_folder_(fmt::format("/proc/{}/", ::getpid())),
      keeper_folder_(fmt::format("/proc/{}/", static_cast<pid_t>(keeper))) {}

// What refuse_reading in filter.cpp refuses by number.
bool FileCalls::is_memory_of_ours(const std::string& path) const {
  return path.ends_with("/mem") && (path.starts_with(own_folder_) || path.starts_with(keeper_folder_));
}

// Of a path that cannot be read the kernel knows the error.
bool FileCalls::is_wanted(const OsResult<std::string>& path) {
  return path && !path->empty() && delivery_.wants_file(*path);
}

// nullopt: answered.
std::optional<std::string> FileCalls::path_of_open(Notification& notification, int argument) {
  OsResult<std::string> path = read_path(notification, argument);
  if (path && is_memory_of_ours(*path)) {
    static_cast<void>(std::move(notification).fail(Errno{EACCES}));
    return std::nullopt;
  }
  if (is_wanted(path)) return std::move(*path);
  static_cast<void>(std::move(notification).let_through());
  return std::nullopt;
}

void FileCalls::open(Notification notification) {
  const std::optional<std::string> path = path_of_open(notification, 0);
  if (!path) return;
  const Question question = question_of_open(kWorkingDirectory, notification.argument(1));
  ask(std::move(notification), *path, question);
}

void FileCalls::openat(Notification notification) {
  const std::optional<std::string> path = path_of_open(notification, 1);
  if (!path) return;
  const Question question = question_of_open(folder_argument(notification), notification.argument(2));
  ask(std::move(notification), *path, question);
}

void FileCalls::openat2(Notification notification) {
  const std::optional<std::string> path = path_of_open(notification, 1);
  if (!path) return;
  const OsResult<open_how> how =
      RemoteMemory(notification.tid()).read(RemotePtr<open_how>{notification.argument(2)});
  const bool plain = how && notification.argument(3) == sizeof *how && (how->flags & kNotForReading) == 0 &&
                     how->mode == 0 && how->resolve == 0;
  if (!plain) return let_through(std::move(notification));
  const Question question = question_of_open(folder_argument(notification), how->flags);
  ask(std::move(notification), *path, question);
}

void FileCalls::stat(Notification notification) {
  const Question question{
      .operation = FileCall::Operation::look, .answer = give_stat, .tell = tell_stat, .buffer = notification.argument(1)};
  look(std::move(notification), 0, question);
}

void FileCalls::lstat(Notification notification) {
  const Question question{.operation = FileCall::Operation::look,
                          .answer = give_stat,
                          .tell = tell_stat,
                          .follow = false,
                          .buffer = notification.argument(1)};
  look(std::move(notification), 0, question);
}

void FileCalls::newfstatat(Notification notification) {
  const Question question{.operation = FileCall::Operation::look,
                          .answer = give_stat,
                          .tell = tell_stat,
                          .folder = folder_argument(notification),
                          .follow = follows(notification.argument(3)),
                          .buffer = notification.argument(2)};
  look(std::move(notification), 1, question);
}

void FileCalls::statx(Notification notification) {
  const Question question{.operation = FileCall::Operation::look,
                          .answer = give_statx,
                          .tell = tell_statx,
                          .folder = folder_argument(notification),
                          .follow = follows(notification.argument(2)),
                          .buffer = notification.argument(4)};
  look(std::move(notification), 1, question);
}

void FileCalls::access(Notification notification) {
  const Question question{
      .operation = FileCall::Operation::access, .answer = give_access, .mode = notification.argument(1)};
  look(std::move(notification), 0, question);
}

void FileCalls::faccessat(Notification notification) {
  const Question question{.operation = FileCall::Operation::access,
                          .answer = give_access,
                          .folder = folder_argument(notification),
                          .mode = notification.argument(2)};
  look(std::move(notification), 1, question);
}

void FileCalls::faccessat2(Notification notification) {
  const Question question{.operation = FileCall::Operation::access,
                          .answer = give_access,
                          .folder = folder_argument(notification),
                          .follow = follows(notification.argument(3)),
                          .mode = notification.argument(2)};
  look(std::move(notification), 1, question);
}

void FileCalls::look(Notification notification, int path_argument, const Question& question) {
  const OsResult<std::string> path = read_path(notification, path_argument);
  if (!is_wanted(path)) return let_through(std::move(notification));
  ask(std::move(notification), *path, question);
}

void FileCalls::ask(Notification notification, const std::string& path, const Question& question) {
  const std::optional<Identity> who = processes_.identify(notification.tid());
  if (!who) return let_through(std::move(notification));
  std::string absolute = absolute_path(who->caller.tid, path, question.folder);
  if (absolute.empty() || !notification.alive()) return let_through(std::move(notification));
  FileCall::Request request{
      .operation = question.operation,
      .path = std::move(absolute),
      .follow = question.follow,
      .flags = static_cast<int>(question.mode)};
  delivery_.file(FileCall(std::make_unique<FileCall::State>(std::move(notification), question, who->caller,
                                                            std::move(request))));
}

}  // namespace bigfoot
