// tracer/file_answers.cpp - Answers a FileCall: with a descriptor, or with bytes in the target's buffer.
// Source: stat(2), statx(2), readlink(2), getdents64(2).
#include "tracer/file_answers.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>

#include <algorithm>
#include <cassert>
#include <memory>

#include "tracer/remote_memory.h"
#include "tracer/target_path.h"

namespace bigfoot {
namespace {

using Layout = FileArguments::Layout;
using Operation = FileCall::Operation;

constexpr mode_t kMode = S_IFREG | 0444;  // of a file that answers for another, which is root's

#if defined(__x86_64__)
static_assert(sizeof(struct stat) == 144, "the C library's struct is the kernel's");
#elif defined(__aarch64__)
static_assert(sizeof(struct stat) == 128, "the C library's struct is the kernel's");
#endif

void fail(Notification notification, int code) {
  static_cast<void>(std::move(notification).fail(Errno{code}));
}

void write_answer(Notification notification, std::uint64_t buffer, const void* from, std::size_t size,
                  std::int64_t result) {
  if (!notification.alive()) return;
  const OsResult<void> written = RemoteMemory(notification.tid()).write(buffer, from, size);
  if (!written) return fail(std::move(notification), written.error().code);
  static_cast<void>(std::move(notification).succeed(result));
}

statx_timestamp to_timestamp(const timespec& time) {
  statx_timestamp out{};
  out.tv_sec = time.tv_sec;
  out.tv_nsec = static_cast<std::uint32_t>(time.tv_nsec);
  return out;
}

struct statx to_statx(const struct stat& info) {
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
  out.stx_atime = to_timestamp(info.st_atim);
  out.stx_mtime = to_timestamp(info.st_mtim);
  out.stx_ctime = to_timestamp(info.st_ctim);
  out.stx_rdev_major = major(info.st_rdev);
  out.stx_rdev_minor = minor(info.st_rdev);
  out.stx_dev_major = major(info.st_dev);
  out.stx_dev_minor = minor(info.st_dev);
  return out;
}

void write_stat(Notification notification, const FileAnswer& answer, const struct stat& info) {
  if (answer.layout != Layout::statx)
    return write_answer(std::move(notification), answer.buffer, &info, sizeof info, 0);
  const struct statx same = to_statx(info);
  write_answer(std::move(notification), answer.buffer, &same, sizeof same, 0);
}

// Opened afresh, since a duplicate would share its offset with every other answer.
void give_descriptor(Notification notification, const FileAnswer& answer, int fd) {
  const UniqueFd fresh(::open(fmt::format("/proc/self/fd/{}", fd).c_str(), O_RDONLY | O_CLOEXEC));
  if (!fresh) return fail(std::move(notification), errno);
  static_cast<void>(std::move(notification).install(fresh.get(), answer.close_on_exec));
}

void give_stat(Notification notification, const FileAnswer& answer, int fd) {
  struct stat info {};
  if (::fstat(fd, &info) != 0) return fail(std::move(notification), errno);
  info.st_mode = kMode;
  info.st_uid = 0;
  info.st_gid = 0;
  info.st_nlink = 1;
  write_stat(std::move(notification), answer, info);
}

void give_access(Notification notification, int asked) {
  const auto mode = static_cast<unsigned>(asked);
  if ((mode & ~(R_OK | W_OK | X_OK)) != 0) return fail(std::move(notification), EINVAL);
  if ((mode & (W_OK | X_OK)) != 0) return fail(std::move(notification), EACCES);
  static_cast<void>(std::move(notification).succeed(0));
}

}  // namespace

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
  static_cast<void>(std::move(std::exchange(state_, nullptr)->notification).let_through());
}
void FileCall::fail(Errno code) && {
  static_cast<void>(std::move(std::exchange(state_, nullptr)->notification).fail(code));
}
void FileCall::succeed() && {
  static_cast<void>(std::move(std::exchange(state_, nullptr)->notification).succeed(0));
}

void FileCall::answer(int fd) && {
  const std::unique_ptr<State> state = std::move(state_);
  if (state->request.operation == Operation::open) {
    give_descriptor(std::move(state->notification), state->answer, fd);
  } else if (state->request.operation == Operation::look) {
    give_stat(std::move(state->notification), state->answer, fd);
  } else {
    assert(state->request.operation == Operation::access);
    give_access(std::move(state->notification), state->request.flags);
  }
}

// In two steps, since in one the target may have closed its descriptor before ours is: then ours would be the last.
void FileCall::give(UniqueFd file) && {
  const std::unique_ptr<State> state = std::move(state_);
  assert(state->request.operation == Operation::open);
  const OsResult<int> number = state->notification.place(file.get(), std::nullopt, state->answer.close_on_exec);
  if (!number) {
    static_cast<void>(std::move(state->notification).fail(Errno{number.error().code}));
    return;
  }
  file.reset();
  static_cast<void>(std::move(state->notification).succeed(*number));
}

void FileCall::describe(const struct stat& info) && {
  const std::unique_ptr<State> state = std::move(state_);
  assert(state->request.operation == Operation::look);
  write_stat(std::move(state->notification), state->answer, info);
}

void FileCall::answer_link(std::string_view text) && {
  const std::unique_ptr<State> state = std::move(state_);
  assert(state->request.operation == Operation::read_link);
  if (state->answer.size <= 0) return bigfoot::fail(std::move(state->notification), EINVAL);
  const std::size_t size = std::min(text.size(), static_cast<std::size_t>(state->answer.size));
  write_answer(std::move(state->notification), state->answer.buffer, text.data(), size,
               static_cast<std::int64_t>(size));
}

void FileCall::answer_list(std::string_view records) && {
  assert(state_->request.operation == Operation::list && records.size() <= room());
  const std::unique_ptr<State> state = std::move(state_);
  write_answer(std::move(state->notification), state->answer.buffer, records.data(), records.size(),
               static_cast<std::int64_t>(records.size()));
}

OsResult<UniqueFd> FileCall::folder() const {
  const UniqueFd pidfd(static_cast<int>(::syscall(SYS_pidfd_open, static_cast<pid_t>(state_->caller.pid), 0)));
  if (!pidfd) return os_error("pidfd_open");
  UniqueFd taken(static_cast<int>(::syscall(SYS_pidfd_getfd, pidfd.get(), static_cast<int>(state_->answer.listed), 0)));
  if (!taken) return os_error("pidfd_getfd");
  return taken;
}

std::size_t FileCall::room() const {
  return static_cast<std::size_t>(std::max<std::int64_t>(state_->answer.size, 0));
}

}  // namespace bigfoot
