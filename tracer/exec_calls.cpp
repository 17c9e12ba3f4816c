// tracer/exec_calls.cpp - Reads what is to be run; the kernel runs it.
#include "tracer/exec_calls.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include "tracer/proc.h"
#include "tracer/remote_memory.h"
#include "tracer/target_path.h"

namespace bigfoot {
namespace {

constexpr std::size_t kLongestPath = 4096;            // PATH_MAX
constexpr std::size_t kMostArguments = 1024;          // a report shows fewer; `cc @objects` has more
constexpr std::size_t kLongestArgument = 128 * 1024;  // linux/binfmts.h: MAX_ARG_STRLEN

std::vector<std::string> read_argv(const RemoteMemory& memory, std::uint64_t address) {
  std::vector<std::string> out;
  while (out.size() < kMostArguments) {
    const OsResult<std::uint64_t> pointer =
        memory.read(RemotePtr<std::uint64_t>{address + out.size() * sizeof(std::uint64_t)});
    if (!pointer || *pointer == 0) break;
    const OsResult<std::string> text = memory.read_string(RemotePtr<char>{*pointer}, kLongestArgument);
    if (!text) break;
    out.push_back(*text);
  }
  return out;
}

}  // namespace

void ExecCalls::execve(Notification notification) { observe(std::move(notification), AT_FDCWD, 0, false); }

void ExecCalls::execveat(Notification notification) {
  const int folder = static_cast<int>(notification.argument(0));
  const bool empty_path = (notification.argument(4) & AT_EMPTY_PATH) != 0;
  observe(std::move(notification), folder, 1, empty_path);
}

void ExecCalls::observe(Notification notification, int folder, int path_argument, bool empty_path) {
  const std::optional<Identity> who = processes_.identify(notification.tid());
  if (!who) return;
  const pid_t task = static_cast<pid_t>(who->caller.tid);
  const RemoteMemory memory(who->caller.tid);
  const OsResult<std::string> path =
      memory.read_string(RemotePtr<char>{notification.argument(path_argument)}, kLongestPath);
  std::vector<std::string> argv = read_argv(memory, notification.argument(path_argument + 1));
  if (path && notification.alive()) {
    std::string wanted = *path;
    if (folder != AT_FDCWD && (wanted.empty() ? empty_path : wanted.front() != '/')) {
      const std::string base = process_link(task, fmt::format("fd/{}", folder).c_str()).value_or("");
      wanted = wanted.empty() ? base : base + "/" + wanted;
    }
    // Of the PATH entries that execvp tries in turn only the one that is there counts.
    const OsResult<UniqueFd> file = open_path(who->caller.tid, wanted);
    if (file && is_executable(file->get())) {
      struct stat info {};
      if (no_new_privs_ && ::fstat(file->get(), &info) == 0 && (info.st_mode & (S_ISUID | S_ISGID)) != 0) {
        delivery_.notice(who->caller.pid,
                         fmt::format("{} runs without its set-user-ID rights: bigfoot-run is not root, so "
                                     "no_new_privs is set",
                                     wanted));
      }
      processes_.replace_program(who->caller, absolute_path(who->caller.tid, wanted), std::move(argv));
    }
  }
  static_cast<void>(std::move(notification).let_through());
}

}  // namespace bigfoot
