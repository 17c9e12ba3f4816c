// tracer/exec_calls.cpp - Reads what is to be run; lets it run, refuses it, or has another program run in its place.
#include "tracer/exec_calls.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <algorithm>
#include <memory>
#include <optional>

#include "tracer/detour.h"
#include "tracer/keeper.h"
#include "tracer/proc.h"
#include "tracer/remote_memory.h"
#include "tracer/target_path.h"

namespace bigfoot {
namespace {

constexpr std::size_t kLongestPath = 4096;            // PATH_MAX
constexpr std::size_t kMostArguments = 1024;          // a report shows fewer; `cc @objects` has more
constexpr std::size_t kMostVariables = 16 * 1024;     // an environment is at most 6 MiB (execve(2)), most have 50
constexpr std::size_t kLongestArgument = 128 * 1024;  // linux/binfmts.h: MAX_ARG_STRLEN
constexpr std::uint64_t kCheckOnly = 0x10000;         // linux/fcntl.h of 6.14: AT_EXECVE_CHECK

// Of an array of pointers, those from `address` to the end of its page: what lies behind may not be mapped.
std::vector<std::uint64_t> read_pointers(const RemoteMemory& memory, std::uint64_t address) {
  constexpr std::uint64_t kPage = 4096, kSize = sizeof(std::uint64_t);
  std::vector<std::uint64_t> out(std::max<std::uint64_t>((kPage - address % kPage) / kSize, 1));
  if (!memory.read(address, out.data(), out.size() * kSize)) out.clear();
  return out;
}

// An array of strings that ends with null; as much of it as can be read.
std::vector<std::string> read_strings(const RemoteMemory& memory, std::uint64_t address, std::size_t most) {
  std::vector<std::string> out;
  while (address != 0) {
    const std::vector<std::uint64_t> pointers = read_pointers(memory, address);
    if (pointers.empty()) return out;
    for (const std::uint64_t pointer : pointers) {
      if (pointer == 0 || out.size() >= most) return out;
      const OsResult<std::string> text = memory.read_string(RemotePtr<char>{pointer}, kLongestArgument);
      if (!text) return out;
      out.push_back(*text);
    }
    address += pointers.size() * sizeof(std::uint64_t);
  }
  return out;
}

// A signal during an ioctl of the listener interrupts it halfway (kernel-notes.md, "The notification loop").
class SignalsBlocked {
 public:
  SignalsBlocked() {
    sigset_t all;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  SignalsBlocked(const SignalsBlocked&) = delete;
  SignalsBlocked& operator=(const SignalsBlocked&) = delete;
  ~SignalsBlocked() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

 private:
  sigset_t before_{};
};

// Gives the number of the stub's file. That is closed by the exec, the channel is not.
OsResult<int> place_files(const Notification& notification, int stub, int channel) {
  const std::optional<std::uint64_t> limit = open_files_limit(notification.tid());
  if (!limit) return std::unexpected(OsError{"open", ESRCH});
  const int number = stub_channel(*limit);
  if (number <= STDERR_FILENO + 1) return std::unexpected(OsError{"ioctl", EMFILE});
  OsResult<int> file = notification.place(stub, std::nullopt, true);
  // A program without a free descriptor can still run another.
  if (!file && file.error().code == EMFILE) file = notification.place(stub, number - 1, true);
  if (!file) return file;
  if (const OsResult<int> placed = notification.place(channel, number, false); !placed) return placed;
  return file;
}

}  // namespace

/// One call, as its arguments say it.
struct ExecCalls::Request {
  RemoteFd folder = kWorkingDirectory;
  int path_argument = 0;
  bool empty_path = false;  // it may be: `folder` is the program
  bool follow = true;
};

struct ExecCall::State {
  Notification notification;
  ExecCalls& calls;
  Caller caller;
  RemoteFd folder;
  bool follow = true;
  bool main = false;
  std::string wanted;  // the path as written
  std::string path;
  std::vector<std::string> argv;
  std::uint64_t path_end = 0, argv_address = 0, environment_address = 0;
  struct Program {
    int error = 0;
    bool set_id = false;
  };
  mutable std::optional<Program> program;  // looked up when asked for

  const Program& look() const {
    if (program) return *program;
    program.emplace();
    const OsResult<UniqueFd> file = open_program(caller.tid, wanted, folder, follow);
    struct stat info {};
    if (!file) {
      program->error = file.error().code;
    } else if (::fstat(file->get(), &info) == 0) {
      program->set_id = (info.st_mode & (S_ISUID | S_ISGID)) != 0;
    }
    return *program;
  }
};

ExecCall::ExecCall(std::unique_ptr<State> state) : state_(std::move(state)) {}
ExecCall::ExecCall(ExecCall&&) noexcept = default;
ExecCall& ExecCall::operator=(ExecCall&& other) noexcept {
  ExecCall taken(std::move(other));
  std::swap(state_, taken.state_);
  return *this;
}
ExecCall::~ExecCall() {
  if (state_) std::move(*this).let_through();
}

const Caller& ExecCall::caller() const { return state_->caller; }
const std::string& ExecCall::path() const { return state_->path; }
const std::vector<std::string>& ExecCall::argv() const { return state_->argv; }
bool ExecCall::is_main() const { return state_->main; }
int ExecCall::would_fail() const { return state_->look().error; }

std::vector<std::string> ExecCall::environment() const {
  std::vector<std::string> out =
      read_strings(RemoteMemory(state_->caller.tid), state_->environment_address, kMostVariables);
  if (!state_->notification.alive()) out.clear();
  return out;
}

std::string ExecCall::working_directory() const {
  std::string out = bigfoot::working_directory(state_->caller.tid);
  if (!state_->notification.alive()) out.clear();
  return out;
}

void ExecCall::let_through() && {
  const std::unique_ptr<State> state = std::move(state_);
  const State::Program& program = state->look();
  // Of the PATH entries that execvp tries in turn only the one that is there counts.
  if (program.error == 0 && state->notification.alive()) {
    ExecCalls& calls = state->calls;
    if (calls.plan_.no_new_privs && program.set_id) {
      calls.delivery_.notice(state->caller.pid,
                             fmt::format("{} runs without its set-user-ID rights: bigfoot-run is not root, so "
                                         "no_new_privs is set",
                                         state->wanted));
    }
    calls.processes_.replace_program(state->caller, std::move(state->path), std::move(state->argv));
  }
  static_cast<void>(std::move(state->notification).let_through());
}

void ExecCall::fail(Errno code) && {
  static_cast<void>(std::move(std::exchange(state_, nullptr)->notification).fail(code));
}

OsResult<void> ExecCall::replace(int stub, int channel) && {
  const std::unique_ptr<State> state = std::move(state_);
  const SignalsBlocked quiet;
  const auto give_up = [&state](const OsError& error) {
    static_cast<void>(std::move(state->notification).fail(Errno{error.code}));
    return std::unexpected(error);
  };
  if (!state->notification.alive()) return give_up({"ioctl", ESRCH});
  OsResult<Detour> detour = Detour::seize(state->caller.tid);
  // EPERM also stands for a thread that is about to end.
  if (!detour) return give_up(state->notification.alive() ? detour.error() : OsError{"ptrace", ESRCH});
  const OsResult<int> file = place_files(state->notification, stub, channel);
  detour->interrupt();
  // ENOENT: interrupted, where the kernel cannot wait for signals that kill only. It stops all the same.
  static_cast<void>(std::move(state->notification).fail(file ? Detour::kAnswer : Errno{file.error().code}));
  if (const OsResult<void> stopped = detour->wait(); !stopped) return stopped;
  if (!file) return std::unexpected(file.error());
  const ExecCalls::Diversion call{static_cast<std::uint64_t>(*file), state->path_end, state->argv_address,
                                  state->environment_address, AT_EMPTY_PATH};
  state->calls.expect(state->caller.tid, call);
  if (const OsResult<void> diverted = detour->divert(SYS_execveat, call); !diverted) {
    state->calls.forget(state->caller.tid);
    return diverted;
  }
  state->calls.processes_.replace_program(state->caller, std::move(state->path), std::move(state->argv));
  return {};
}

void ExecCalls::execve(Notification notification) { take(std::move(notification), {}); }

void ExecCalls::execveat(Notification notification) {
  const std::uint64_t flags = notification.argument(4);
  if (is_expected(notification) || (flags & kCheckOnly) != 0) {
    static_cast<void>(std::move(notification).let_through());
    return;
  }
  const Request request{.folder = static_cast<RemoteFd>(static_cast<int>(notification.argument(0))),
                        .path_argument = 1,
                        .empty_path = (flags & AT_EMPTY_PATH) != 0,
                        .follow = (flags & AT_SYMLINK_NOFOLLOW) == 0};
  take(std::move(notification), request);
}

void ExecCalls::take(Notification notification, const Request& request) {
  const std::optional<Identity> who = processes_.identify(notification.tid());
  if (!who) return;
  const RemoteMemory memory(who->caller.tid);
  const std::uint64_t path_address = notification.argument(request.path_argument);
  const std::uint64_t argv_address = notification.argument(request.path_argument + 1);
  OsResult<std::string> wanted = memory.read_string(RemotePtr<char>{path_address}, kLongestPath);
  // Of a path that cannot be read, or names nothing, the kernel knows the error.
  if (!wanted || (wanted->empty() && !request.empty_path)) {
    static_cast<void>(std::move(notification).let_through());
    return;
  }
  std::vector<std::string> argv = read_strings(memory, argv_address, kMostArguments);
  std::string path = wanted->empty() ? open_file_path(who->caller.tid, request.folder)
                                     : absolute_path(who->caller.tid, *wanted, request.folder);
  const bool main = is_main(who->caller);
  if (!notification.alive()) return;
  const std::uint64_t path_end = path_address + wanted->size();
  const std::uint64_t environment_address = notification.argument(request.path_argument + 2);
  ExecCall call(std::unique_ptr<ExecCall::State>(new ExecCall::State{
      std::move(notification), *this, who->caller, request.folder, request.follow, main, std::move(*wanted), std::move(path),
      std::move(argv), path_end, argv_address, environment_address, std::nullopt}));
  if (plan_.hold) return delivery_.exec(std::move(call));
  std::move(call).let_through();
}

bool ExecCalls::is_main(const Caller& caller) {
  if (main_runs_ || caller.pid != main_) return false;
  main_runs_ = task_name(caller.tid) != kKeeperName;
  return !main_runs_;
}

void ExecCalls::expect(Tid tid, const Diversion& call) {
  const std::lock_guard lock(mutex_);
  expected_[static_cast<pid_t>(tid)] = call;
}

void ExecCalls::forget(Tid tid) {
  const std::lock_guard lock(mutex_);
  expected_.erase(static_cast<pid_t>(tid));
}

// Once: a thread that does something else instead (its handler of a signal has jumped away) is asked for again.
bool ExecCalls::is_expected(const Notification& notification) {
  const std::lock_guard lock(mutex_);
  const auto expected = expected_.find(static_cast<pid_t>(notification.tid()));
  if (expected == expected_.end()) return false;
  Diversion call{};
  for (std::size_t i = 0; i < call.size(); ++i) call[i] = notification.argument(static_cast<int>(i));
  const bool same = call == expected->second;
  expected_.erase(expected);
  return same;
}

}  // namespace bigfoot
