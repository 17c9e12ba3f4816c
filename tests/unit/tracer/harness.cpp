// tests/unit/tracer/harness.cpp - See harness.h.
#include "harness.h"

#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <seccomp.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "targets.h"

namespace bigfoot::test {

EchoHandler::EchoHandler()
    : epoll_(::epoll_create1(EPOLL_CLOEXEC)), stop_(::eventfd(0, EFD_CLOEXEC)), thread_([this] { echo(); }) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.fd = stop_.get();
  ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, stop_.get(), &event);
  // launch() forks: a thread that is in the middle of an allocation would leave AddressSanitizer's lock taken in the keeper.
  listening_.wait(false);
}

EchoHandler::~EchoHandler() {
  ::eventfd_write(stop_.get(), 1);
  thread_.join();
}

void EchoHandler::add(UniqueFd fd, bool datagram) {
  const int number = fd.get();
  const std::lock_guard lock(mutex_);
  sockets_[number] = Socket{std::move(fd), datagram};
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.fd = number;
  ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, number, &event);
}

void EchoHandler::echo() {
  std::string buffer(70000, '\0');
  listening_ = true;
  listening_.notify_one();
  for (;;) {
    epoll_event event{};
    if (::epoll_wait(epoll_.get(), &event, 1, -1) < 1) continue;
    const int fd = event.data.fd;
    if (fd == stop_.get()) return;
    bool datagram = false;
    {
      const std::lock_guard lock(mutex_);
      datagram = sockets_.at(fd).datagram;
    }
    sockaddr_storage from{};
    socklen_t length = sizeof from;
    auto* address = reinterpret_cast<sockaddr*>(&from);
    const ssize_t size = ::recvfrom(fd, buffer.data(), buffer.size(), 0, address, &length);
    if (!datagram && size <= 0) {
      const std::lock_guard lock(mutex_);
      sockets_.erase(fd);
    } else if (!datagram) {
      ::send(fd, buffer.data(), static_cast<std::size_t>(size), MSG_NOSIGNAL);
    } else if (size >= 0) {
      const std::string text(buffer.data(), static_cast<std::size_t>(size));
      // Datagrams may come before launch() has given the Supervisor to look them up with.
      while (!ever_supervised_) ::usleep(100);
      const Supervisor* supervisor = supervisor_;
      const auto flow = supervisor ? supervisor->find_flow(fd, to_address(&from, length)) : std::nullopt;
      {
        const std::lock_guard lock(mutex_);
        flows_.push_back((flow ? to_text(flow->asked) : "?") + " " + text);
      }
      ::sendto(fd, text.data(), text.size(), 0, address, length);
    }
  }
}

void EchoHandler::on_outgoing(Outgoing call) {
  {
    const std::lock_guard lock(mutex_);
    asked_.push_back((call.kind() == Outgoing::Kind::stream ? "stream " : "datagram ") + to_text(call.to()));
  }
  if (decide && decide(call)) return;
  // The name service caches of libc: not what a test is about.
  if (call.missing_path()) return std::move(call).let_through();
  if (call.kind() == Outgoing::Kind::datagram) {
    const OsResult<void> done = std::move(call).redirect_datagrams();
    const std::lock_guard lock(mutex_);
    if (!done) errors_.push_back(to_text(done.error()));
    return;
  }
  OsResult<UniqueFd> ours = std::move(call).redirect();
  if (ours) return add(std::move(*ours), false);
  const std::lock_guard lock(mutex_);
  errors_.push_back(to_text(ours.error()));
}

void EchoHandler::on_datagram_socket(UniqueFd socket) { add(std::move(socket), true); }

void EchoHandler::on_process(ProcessEvent event) {
  const std::lock_guard lock(mutex_);
  processes_.push_back(std::move(event));
}

void EchoHandler::on_notice(Pid, std::string text) {
  const std::lock_guard lock(mutex_);
  notices_.push_back(std::move(text));
}

void EchoHandler::on_file(FileCall call) {
  {
    const std::lock_guard lock(mutex_);
    const FileCall::Request& request = call.request();
    files_.push_back((request.operation == FileCall::Operation::open ? "open " : "look ") + request.path);
  }
  if (serve) serve(std::move(call));
}

void EchoHandler::on_exec(ExecCall call) {
  if (exec) exec(std::move(call));
}

void EchoHandler::on_tree_gone() {
  const std::lock_guard lock(mutex_);
  gone_ = true;
  changed_.notify_all();
}

bool EchoHandler::wait_until_gone(std::chrono::milliseconds patience) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, patience, [this] { return gone_; });
}

std::vector<std::string> EchoHandler::asked() const {
  const std::lock_guard lock(mutex_);
  return asked_;
}
std::vector<std::string> EchoHandler::notices() const {
  const std::lock_guard lock(mutex_);
  return notices_;
}
std::vector<ProcessEvent> EchoHandler::processes() const {
  const std::lock_guard lock(mutex_);
  return processes_;
}
std::vector<std::string> EchoHandler::files() const {
  const std::lock_guard lock(mutex_);
  return files_;
}
std::vector<std::string> EchoHandler::flows() const {
  const std::lock_guard lock(mutex_);
  return flows_;
}
std::vector<std::string> EchoHandler::errors() const {
  const std::lock_guard lock(mutex_);
  return errors_;
}

RunResult run_command(const std::vector<std::string>& argv, EchoHandler& handler, LaunchOptions options) {
  RunResult out;
  options.argv = argv;
  auto supervisor = Supervisor::launch(options, handler);
  if (!supervisor) {
    out.error = supervisor.error();
    return out;
  }
  handler.look_up_flows_with(supervisor->get());
  pollfd ended{(*supervisor)->main_exit_fd(), POLLIN, 0};
  ::poll(&ended, 1, 60'000);
  out.exit = (*supervisor)->main_exit().value_or(ExitResult{});
  handler.end_answering();
  handler.look_up_flows_with(nullptr);
  return out;
}

RunResult run_target(const std::string& name, EchoHandler& handler, const std::vector<std::string>& arguments,
                     LaunchOptions::SocketAccess access) {
  LaunchOptions options;
  options.env = {target_name(name)};
  options.socket_access = access;
  return run_command(target_command(arguments), handler, options);
}

int in_child(const std::function<int()>& body) {
  const pid_t pid = ::fork();
  if (pid == 0) ::_exit(body());
  int status = 0;
  ::waitpid(pid, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

bool imitate_docker() {
  ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  scmp_filter_ctx context = ::seccomp_init(SCMP_ACT_ALLOW);
  bool ok = context != nullptr && ::seccomp_attr_set(context, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_ALLOW) == 0;
  for (const int number : {static_cast<int>(SYS_pidfd_getfd), static_cast<int>(SYS_unshare),
                           static_cast<int>(SYS_io_uring_setup), static_cast<int>(SYS_setns),
                           static_cast<int>(SYS_kcmp)}) {
    ok = ok && ::seccomp_rule_add(context, SCMP_ACT_ERRNO(EPERM), number, 0) == 0;
  }
  ok = ok && ::seccomp_rule_add(context, SCMP_ACT_ERRNO(ENOSYS), SYS_clone3, 0) == 0;
  ok = ok && ::seccomp_load(context) == 0;
  ::seccomp_release(context);
  return ok;
}

bool become_nobody() {
  constexpr int kNobody = 65534;
  if (::setgroups(0, nullptr) != 0 || ::setresgid(kNobody, kNobody, kNobody) != 0) return false;
  if (::setresuid(kNobody, kNobody, kNobody) != 0) return false;
  return ::prctl(PR_SET_DUMPABLE, 1) == 0;  // lost with the change of user, as it is not with a login's exec
}

}  // namespace bigfoot::test
