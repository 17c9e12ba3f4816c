// tracer/launch.cpp - From the command line to a held target, and the words for why it did not work.
// Source: execvp(3), tcgetpgrp(3), pidfd_getfd(2); exit statuses as the design notes' outputs.md.
#include "tracer/launch.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>

#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>

#include "tracer/filter.h"

extern char** environ;

namespace bigfoot {
namespace {

// What bigfoot-run itself was started with, before anything of it changed a mask or a disposition: the target
// is to have the same.
SignalState signals_of_this_process() {
  SignalState state;
  ::sigprocmask(SIG_SETMASK, nullptr, &state.mask);
  for (int number = 1; number < static_cast<int>(state.ignored.size()); ++number) {
    struct sigaction action {};
    if (::sigaction(number, nullptr, &action) != 0) continue;
    state.ignored[static_cast<std::size_t>(number)] = action.sa_handler == SIG_IGN;
  }
  return state;
}
const SignalState kInherited = signals_of_this_process();

struct Unmap {
  void operator()(SharedFilter* filter) const { ::munmap(filter, sizeof *filter); }
};
using SharedFilterPtr = std::unique_ptr<SharedFilter, Unmap>;

std::vector<std::string> environment(const LaunchOptions& options) {
  std::vector<std::string> out;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string text = *entry;
    const std::string name = text.substr(0, text.find('='));
    bool replaced = false;
    for (const auto& [key, value] : options.env) replaced = replaced || key == name;
    if (!replaced) out.push_back(text);
  }
  for (const auto& [key, value] : options.env) out.push_back(key + "=" + value);
  return out;
}

std::string search_path(const std::vector<std::string>& env) {
  for (const std::string& entry : env) {
    if (entry.starts_with("PATH=")) return entry.substr(5);
  }
  return "/bin:/usr/bin";  // execvp(3): where PATH is not set
}

std::vector<std::string> candidates(const std::string& command, const std::string& path) {
  if (command.empty() || command.find('/') != std::string::npos) return {command};
  std::vector<std::string> out;
  for (std::size_t start = 0; start <= path.size();) {
    const std::size_t end = std::min(path.find(':', start), path.size());
    const std::string folder = path.substr(start, end - start);
    out.push_back(folder.empty() ? command : folder + "/" + command);
    start = end + 1;
  }
  return out;
}

std::vector<char*> pointers(const std::vector<std::string>& strings) {
  std::vector<char*> out;
  for (const std::string& text : strings) out.push_back(const_cast<char*>(text.c_str()));
  out.push_back(nullptr);
  return out;
}

// A program at the terminal must stay in its foreground group to read from it (`less < file` opens /dev/tty)
// and to get its Ctrl-C.
bool at_terminal() {
  const UniqueFd terminal(::open("/dev/tty", O_RDONLY | O_CLOEXEC | O_NOCTTY));
  return terminal && ::tcgetpgrp(terminal.get()) == ::getpgrp();
}

LaunchError failed(const OsError& error, std::string cure = "") {
  return LaunchError{125, to_text(error), std::move(cure)};
}

LaunchError last_error(const char* call) { return failed(OsError{call, errno}); }

// Tried on the keeper, which is to the supervisor what the target will be: a descendant of the same user.
bool may_take_descriptors(pid_t keeper, int number) {
  const UniqueFd pidfd(static_cast<int>(::syscall(SYS_pidfd_open, keeper, 0)));
  if (!pidfd) return false;
  const UniqueFd taken(static_cast<int>(::syscall(SYS_pidfd_getfd, pidfd.get(), number, 0)));
  return static_cast<bool>(taken);
}

OsResult<void> may_read_memory(pid_t keeper, const void* address) {
  char byte = 0;
  iovec local{&byte, 1};
  iovec remote{const_cast<void*>(address), 1};
  if (::process_vm_readv(keeper, &local, 1, &remote, 1, 0) == 1) return {};
  const int code = errno;
  const UniqueFd mem(::open(fmt::format("/proc/{}/mem", keeper).c_str(), O_RDONLY | O_CLOEXEC));
  if (mem && ::pread(mem.get(), &byte, 1, reinterpret_cast<off_t>(address)) == 1) return {};
  return std::unexpected(OsError{"process_vm_readv", code});
}

LaunchError explain(const KeeperReport& report, const LaunchOptions& options) {
  const int code = report.code;
  switch (static_cast<LaunchStage>(report.status)) {
    case LaunchStage::clone:
      return failed({"clone", code});
    case LaunchStage::files:
      return failed({"close_range", code},
                    "allow close_range(2) or unshare(2) in the container's seccomp profile");
    case LaunchStage::seccomp:
      if (code == EBUSY) {
        return failed(
            {"seccomp", code},
            "bigfoot-run runs inside another bigfoot-run (or another program that supervises by seccomp "
            "notification): one listener a process tree is all the kernel allows");
      }
      return failed({"seccomp", code},
                    "allow seccomp(2) in the container's profile; the kernel must be 5.14 or newer, with "
                    "CONFIG_SECCOMP_FILTER");
    case LaunchStage::execve:
      break;
  }
  const std::string& command = options.argv.front();
  const std::string words = ::strerrordesc_np(code);
  if (code != ENOENT && code != ENOTDIR) return LaunchError{126, fmt::format("{}: {}", command, words), ""};
  if (command.find('/') == std::string::npos) {
    return LaunchError{
        127, fmt::format("{}: not found in PATH ({})", command, search_path(environment(options))), ""};
  }
  if (::access(command.c_str(), F_OK) == 0) {
    return LaunchError{
        126, fmt::format("{}: {}", command, words),
        "the file is there: the interpreter that its first line (or its ELF header) names is not"};
  }
  return LaunchError{127, fmt::format("{}: {}", command, words), ""};
}

}  // namespace

OsResult<KeeperReport> next_report(int channel, UniqueFd* descriptor) {
  KeeperReport report;
  iovec data{&report, sizeof report};
  alignas(cmsghdr) char room[CMSG_SPACE(sizeof(int))] = {};
  msghdr message{};
  message.msg_iov = &data;
  message.msg_iovlen = 1;
  message.msg_control = room;
  message.msg_controllen = sizeof room;
  ssize_t size = 0;
  do {
    size = ::recvmsg(channel, &message, MSG_CMSG_CLOEXEC);
  } while (size < 0 && errno == EINTR);
  if (size < 0) return os_error("recvmsg");
  if (size != sizeof report) return std::unexpected(OsError{"recvmsg", EPIPE});
  const cmsghdr* header = CMSG_FIRSTHDR(&message);
  if (header != nullptr && header->cmsg_type == SCM_RIGHTS) {
    int fd = -1;
    std::memcpy(&fd, CMSG_DATA(header), sizeof fd);
    UniqueFd received(fd);
    if (descriptor != nullptr) *descriptor = std::move(received);
  }
  return report;
}

std::expected<Launched, LaunchError> launch_target(const LaunchOptions& options) {
  const std::vector<std::string> env = environment(options);
  const std::vector<std::string> paths = candidates(options.argv.front(), search_path(env));
  std::vector<std::string> script{"/bin/sh", ""};
  script.insert(script.end(), options.argv.begin() + 1, options.argv.end());
  const std::vector<char*> path_pointers = pointers(paths);
  const std::vector<char*> argv = pointers(options.argv);
  const std::vector<char*> script_argv = pointers(script);
  const std::vector<char*> env_pointers = pointers(env);

  void* memory =
      ::mmap(nullptr, sizeof(SharedFilter), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return std::unexpected(last_error("mmap"));
  const SharedFilterPtr filter(new (memory) SharedFilter);
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) {
    return std::unexpected(last_error("socketpair"));
  }
  Launched out;
  out.channel = UniqueFd(ends[0]);
  UniqueFd theirs(ends[1]);
  out.shares_group = at_terminal();

  KeeperPlan plan;
  plan.candidates = path_pointers.data();
  plan.argv = argv.data();
  plan.script_argv = script_argv.data();
  plan.env = env_pointers.data();
  plan.signals = kInherited;
  plan.own_group = !out.shares_group;
  plan.group = ::getpgrp();
  plan.filter = filter.get();

  // The keeper is probed below, which needs it readable; a supervisor that holds a secret may not be.
  const bool closed = ::prctl(PR_GET_DUMPABLE) != 1;
  if (closed) ::prctl(PR_SET_DUMPABLE, 1);
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);  // should the keeper be killed, its children come to us
  out.keeper = ::fork();
  if (out.keeper == 0) {
    out.channel.reset();
    run_keeper(plan, theirs.get());
  }
  const int code = errno;
  if (closed) ::prctl(PR_SET_DUMPABLE, 0);
  if (out.keeper < 0) return std::unexpected(failed({"fork", code}));
  const auto give_up = [&out](LaunchError error) {
    out.channel.reset();
    ::waitpid(out.keeper, nullptr, __WALL);
    return std::unexpected(std::move(error));
  };
  if (const OsResult<void> read = may_read_memory(out.keeper, &plan); !read) {
    return give_up(
        failed(read.error(),
               "reading the target's memory is forbidden: set kernel.yama.ptrace_scope to 1 or less, or "
               "give CAP_SYS_PTRACE"));
  }
  out.sockets_owned = options.socket_access == LaunchOptions::SocketAccess::owned_from_birth ||
                      (options.socket_access == LaunchOptions::SocketAccess::probe &&
                       !may_take_descriptors(out.keeper, theirs.get()));
  theirs.reset();
  const OsResult<std::vector<sock_filter>> program =
      build_filter({.own_sockets = out.sockets_owned,
                    .opens = options.files != LaunchOptions::Files::none,
                    .looks = options.files == LaunchOptions::Files::opens_and_looks,
                    .files = options.files == LaunchOptions::Files::all,
                    .outputs = options.hold_stdout || options.hold_stderr,
                    .unreadable = {::getpid(), out.keeper}});
  if (!program) return give_up(failed(program.error()));
  if (program->size() > SharedFilter::kMostInstructions)
    return give_up(failed({"seccomp_export_bpf", E2BIG}));
  std::memcpy(filter->program, program->data(), program->size() * sizeof(sock_filter));
  filter->size = static_cast<std::uint16_t>(program->size());

  const KeeperOrder start = KeeperOrder::start;
  if (::send(out.channel.get(), &start, sizeof start, MSG_NOSIGNAL) < 0) return give_up(last_error("send"));
  const OsResult<KeeperReport> report = next_report(out.channel.get(), &out.listener);
  if (!report) return give_up(failed(report.error()));
  if (report->kind != KeeperReport::Kind::listener || !out.listener)
    return give_up(explain(*report, options));
  out.main = report->pid;
  out.group = out.shares_group ? plan.group : out.main;
  out.no_new_privs = report->code == 1;
  return out;
}

std::expected<void, LaunchError> await_exec(const Launched& launched, const LaunchOptions& options) {
  const OsResult<KeeperReport> report = next_report(launched.channel.get());
  if (!report) return std::unexpected(failed(report.error()));
  if (report->kind == KeeperReport::Kind::failed) return std::unexpected(explain(*report, options));
  return {};
}

}  // namespace bigfoot
