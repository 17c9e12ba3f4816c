// tracer/output_calls.cpp - Which file a write goes to, what it writes, and who does it.
#include "tracer/output_calls.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <limits.h>
#include <linux/kcmp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/uio.h>

#include <algorithm>
#include <memory>

#include "tracer/proc.h"
#include "tracer/remote_memory.h"

namespace bigfoot {
namespace {

constexpr std::size_t kMostRead = 1024 * 1024;   // of one call: sixteen times what a pipe holds (pipe(7))
constexpr std::size_t kMostAtOnce = 0x7ffff000;  // write(2), "NOTES": more is not written by one call
constexpr std::size_t kMostBegun = 4096;         // threads; when there are more, those before are forgotten

bool is_same_file(const struct stat& one, const struct stat& other) {
  if (S_ISCHR(one.st_mode) && S_ISCHR(other.st_mode)) return one.st_rdev == other.st_rdev;
  return one.st_dev == other.st_dev && one.st_ino == other.st_ino;
}

// Whether a descriptor of the target and one of ours are one opening of a file; nullopt: kcmp(2) is not
// allowed, or not there.
std::optional<bool> is_same_opening(Tid tid, RemoteFd number, int ours) {
  const long order = ::syscall(SYS_kcmp, static_cast<pid_t>(tid), ::getpid(), KCMP_FILE,
                               static_cast<unsigned long>(number), static_cast<unsigned long>(ours));
  if (order < 0) return std::nullopt;
  return order == 0;
}

// Two programs that want to see nothing of what they print have nothing else in common.
bool is_null(const struct stat& file) {
  return S_ISCHR(file.st_mode) && file.st_rdev == ::makedev(1, 3);
}  // null(4)

bool may_wait(const struct stat& file) {
  return S_ISFIFO(file.st_mode) || S_ISSOCK(file.st_mode) || S_ISCHR(file.st_mode);
}

void let_through(Notification notification) { static_cast<void>(std::move(notification).let_through()); }

}  // namespace

/// What one call writes.
struct OutputCalls::Buffer {
  std::vector<iovec> parts;  // addresses in the target

  std::size_t size() const {
    std::size_t sum = 0;
    for (const iovec& part : parts) sum += part.iov_len;
    return sum;
  }
  std::uint64_t from() const { return reinterpret_cast<std::uint64_t>(parts.front().iov_base); }
  OsResult<std::string> read(Tid tid) const {
    std::string out;
    const RemoteMemory memory(tid);
    for (const iovec& part : parts) {
      const std::size_t before = out.size();
      out.resize(before + std::min(part.iov_len, kMostRead - before));
      const OsResult<void> done = memory.read(reinterpret_cast<std::uint64_t>(part.iov_base),
                                              out.data() + before, out.size() - before);
      if (!done) return std::unexpected(done.error());
    }
    return out;
  }
};

struct OutputCall::State {
  Notification notification;
  Caller caller;
  RemoteFd number{};
  int descriptor = 1;
  std::string bytes;
  std::size_t cut = 0;
  OutputCalls& calls;
  bool may_wait = false, is_ours = false;
  std::uint64_t from = 0;  // address in the target
  std::size_t told = 0;    // of the beginning, which bytes() is without
  bool asked = false;
  std::optional<std::int64_t> written;  // by us; negative: an errno

  bool is_non_blocking() const {
    if (!may_wait || told != 0) return false;
    const std::optional<int> flags = is_ours ? ::fcntl(descriptor, F_GETFL) : file_flags(caller.tid, number);
    return flags && (*flags & O_NONBLOCK) != 0;
  }
  // Without ever waiting, and by a descriptor of ours: it is the same file.
  ssize_t write_now() const {
    struct stat info {};
    if (::fstat(descriptor, &info) != 0) return -1;
    if (S_ISSOCK(info.st_mode))
      return ::send(descriptor, bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if ((::fcntl(descriptor, F_GETFL) & O_NONBLOCK) != 0)
      return ::write(descriptor, bytes.data(), bytes.size());
    const std::string path = fmt::format("/proc/self/fd/{}", descriptor);
    const UniqueFd own(::open(path.c_str(), O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
    return own ? ::write(own.get(), bytes.data(), bytes.size()) : -1;
  }
};

OutputCall::OutputCall(std::unique_ptr<State> state) : state_(std::move(state)) {}
OutputCall::OutputCall(OutputCall&&) noexcept = default;
OutputCall& OutputCall::operator=(OutputCall&& other) noexcept {
  OutputCall taken(std::move(other));
  std::swap(state_, taken.state_);
  return *this;
}
OutputCall::~OutputCall() {
  if (state_) std::move(*this).let_through();
}

const Caller& OutputCall::caller() const { return state_->caller; }
int OutputCall::descriptor() const { return state_->descriptor; }
const std::string& OutputCall::bytes() const { return state_->bytes; }
std::size_t OutputCall::cut() const { return state_->cut; }

std::size_t OutputCall::write() {
  State& state = *state_;
  if (!std::exchange(state.asked, true) && !state.bytes.empty() && state.is_non_blocking() &&
      state.notification.alive()) {
    const ssize_t done = state.write_now();
    // Of any other error (EPIPE, with its signal) the kernel is to tell.
    if (done >= 0)
      state.written = done;
    else if (errno == EAGAIN)
      state.written = -EAGAIN;
  }
  if (!state.written) return state.bytes.size();
  return *state.written < 0 ? 0 : static_cast<std::size_t>(*state.written);
}

void OutputCall::let_through() && {
  write();
  const std::unique_ptr<State> state = std::move(state_);
  if (!state->written) {
    if (state->may_wait) state->calls.remember(*state);
    bigfoot::let_through(std::move(state->notification));
  } else if (*state->written < 0) {
    static_cast<void>(std::move(state->notification).fail(Errno{static_cast<int>(-*state->written)}));
  } else {
    static_cast<void>(std::move(state->notification).succeed(*state->written));
  }
}

void OutputCall::swallow() && {
  const std::unique_ptr<State> state = std::move(state_);
  const std::size_t size = std::min(state->told + state->bytes.size() + state->cut, kMostAtOnce);
  static_cast<void>(std::move(state->notification).succeed(static_cast<std::int64_t>(size)));
}

OutputCalls::OutputCalls(Delivery& delivery, Processes& processes, Plan plan)
    : delivery_(delivery), processes_(processes), plan_(plan) {
  for (const int number : {STDOUT_FILENO, STDERR_FILENO}) {
    const auto at = static_cast<std::size_t>(number);
    open_[at] = ::fstat(number, &ours_[at]) == 0;
  }
}

void OutputCalls::write(Notification notification) {
  const Buffer buffer{{iovec{reinterpret_cast<void*>(notification.argument(1)), notification.argument(2)}}};
  take(std::move(notification), buffer);
}

void OutputCalls::writev(Notification notification) {
  const std::uint64_t count = notification.argument(2);
  if (count == 0 || count > IOV_MAX) return let_through(std::move(notification));  // EINVAL, or nothing
  Buffer buffer{std::vector<iovec>(count)};
  const OsResult<void> read = RemoteMemory(notification.tid())
                                  .read(notification.argument(1), buffer.parts.data(), count * sizeof(iovec));
  if (!read) return let_through(std::move(notification));  // EFAULT
  take(std::move(notification), buffer);
}

bool OutputCalls::is_held(int descriptor) const {
  return descriptor == STDOUT_FILENO ? plan_.standard_output : plan_.standard_error;
}

/// Which of the run's own the target's descriptor is, if it is one that is asked about.
std::optional<OutputCalls::Meant> OutputCalls::meant(Tid tid, RemoteFd number) const {
  const int same = static_cast<int>(number);
  const int other = same == STDOUT_FILENO ? STDERR_FILENO : STDOUT_FILENO;
  const auto ours = [this](int descriptor) -> const struct stat& {
    return ours_[static_cast<std::size_t>(descriptor)];
  };
  const auto is_open = [this](int descriptor) { return open_[static_cast<std::size_t>(descriptor)]; };
  const std::optional<bool> same_opening = is_open(same) ? is_same_opening(tid, number, same) : std::nullopt;
  if (same_opening.value_or(false)) {  // what it was started with: nearly always
    if (!is_held(same)) return std::nullopt;
    return Meant{same, may_wait(ours(same)), true};
  }
  struct stat its {};
  const std::string path = fmt::format("/proc/{}/fd/{}", static_cast<pid_t>(tid), same);
  if (::stat(path.c_str(), &its) != 0) return std::nullopt;
  if (is_null(its) && same_opening) return std::nullopt;
  const auto is = [&](int descriptor) { return is_open(descriptor) && is_same_file(its, ours(descriptor)); };
  const int out = is(same) ? same : is(other) ? other : -1;
  if (out < 0 || !is_held(out)) return std::nullopt;
  return Meant{out, may_wait(its), false};
}

void OutputCalls::take(Notification notification, const Buffer& buffer) {
  const Tid tid = notification.tid();
  const auto number = static_cast<RemoteFd>(static_cast<int>(notification.argument(0)));
  const std::size_t size = buffer.size();
  const bool is_one = size > 0 && size <= SSIZE_MAX;  // else there is nothing to write, or EINVAL
  const std::optional<Meant> file = is_one ? meant(tid, number) : std::nullopt;
  if (!file) return let_through(std::move(notification));
  const std::optional<Identity> who = processes_.identify(tid);
  OsResult<std::string> bytes = buffer.read(tid);
  if (!who || !bytes || !notification.alive()) return let_through(std::move(notification));
  const std::size_t cut = size - bytes->size();
  const std::size_t told = std::min(told_before(tid, buffer), bytes->size());
  bytes->erase(0, told);
  OutputCall call(std::make_unique<OutputCall::State>(
      OutputCall::State{std::move(notification), who->caller, number, file->descriptor, std::move(*bytes),
                        cut, *this, file->may_wait, file->is_ours, buffer.from(), told}));
  if (call.bytes().empty()) return std::move(call).let_through();
  delivery_.output(std::move(call));
}

/// Of a write that goes on where an interrupted one has stopped: how much of its beginning was in that one.
std::size_t OutputCalls::told_before(Tid tid, const Buffer& buffer) {
  const std::lock_guard lock(mutex_);
  const auto found = begun_.find(static_cast<pid_t>(tid));
  if (found == begun_.end()) return 0;
  const Begun before = found->second;
  begun_.erase(found);
  if (buffer.from() < before.from || buffer.from() >= before.to) return 0;
  if (bytes_written(tid) != before.written + (buffer.from() - before.from)) return 0;
  return std::min<std::size_t>(before.to - buffer.from(), buffer.size());
}

void OutputCalls::remember(const OutputCall::State& call) {
  pollfd room{call.descriptor, POLLOUT, 0};
  const bool waits = call.told + call.bytes.size() > PIPE_BUF || ::poll(&room, 1, 0) == 0;
  const std::optional<std::uint64_t> written = waits ? bytes_written(call.caller.tid) : std::nullopt;
  if (!written) return;
  const std::lock_guard lock(mutex_);
  if (begun_.size() >= kMostBegun) begun_.clear();
  begun_[static_cast<pid_t>(call.caller.tid)] = {call.from, call.from + call.told + call.bytes.size(),
                                                 *written};
}

}  // namespace bigfoot
