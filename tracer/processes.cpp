// tracer/processes.cpp - Who is who in the tree, and how they ended.
#include "tracer/processes.h"

#include <signal.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "tracer/pidfd_info.h"
#include "tracer/proc.h"

namespace bigfoot {
namespace {

constexpr std::size_t kMostThreads = 65536;  // remembered; above it all are looked up afresh
constexpr int kDeepest = 64;                 // generations of unseen parents looked up for one process
constexpr auto kCodeGrace = std::chrono::milliseconds(50);  // for the keeper's word to come after the pidfd's

// Of a process that somebody else has reaped.
std::optional<int> status_after_reaping(int pidfd) {
  const std::optional<PidfdInfo> info = pidfd_info(pidfd, kPidfdInfoExit);
  if (!info) return std::nullopt;
  return info->exit_code;
}

std::optional<Pid> process_of(Tid tid) {
  if (const auto info = thread_info(tid)) return static_cast<Pid>(info->tgid);
  const std::optional<TaskStatus> status = task_status(tid);
  if (!status) return std::nullopt;
  return status->process;
}

std::optional<Pid> parent_of(Pid pid, int pidfd) {
  if (const auto info = pidfd_info(pidfd, 0)) return static_cast<Pid>(info->ppid);
  const std::optional<TaskStatus> status = task_status(static_cast<Tid>(pid));
  if (!status) return std::nullopt;
  return status->parent;
}

int wait_status(int code, int status) {
  if (code == CLD_EXITED) return (status & 0xff) << 8;
  return status & 0x7f;
}

// EPERM: the thread is there, with rights that we may not signal.
bool belongs(pid_t process, Tid tid) {
  return ::syscall(SYS_tgkill, process, static_cast<pid_t>(tid), 0) == 0 || errno == EPERM;
}

}  // namespace

ExitResult exit_result(int status) {
  ExitResult out;
  if (WIFSIGNALED(status)) {
    out.signal = WTERMSIG(status);
  } else {
    out.exit_code = WEXITSTATUS(status);
  }
  return out;
}

void Processes::add_main(Pid pid, std::vector<std::string> argv, std::string exe) {
  std::vector<ProcessEvent> events;
  {
    const std::lock_guard lock(mutex_);
    Known& known = known_[static_cast<pid_t>(pid)];
    known.argv = std::move(argv);
    known.exe = std::move(exe);
    known.main = true;
    watch(pid, known);
    events.push_back({ProcessEvent::What::started, pid, Pid{0}, known.argv, known.exe, {}, {}, true});
  }
  tell(std::move(events));
}

std::optional<Identity> Processes::cached(Tid tid) {
  const auto process = process_of_.find(static_cast<pid_t>(tid));
  if (process == process_of_.end()) return std::nullopt;
  const auto known = known_.find(process->second);
  if (known == known_.end() || known->second.unknown_code_until || !belongs(process->second, tid)) {
    process_of_.erase(process);
    return std::nullopt;
  }
  return Identity{{static_cast<Pid>(process->second), tid}, known->second.pidfd};
}

std::optional<Identity> Processes::identify(Tid tid) {
  std::vector<ProcessEvent> events;
  std::optional<Identity> out;
  {
    const std::lock_guard lock(mutex_);
    if (auto found = cached(tid)) return found;
    const std::optional<Pid> process = process_of(tid);
    if (!process) return std::nullopt;
    const Known* known = add(*process, 0, events);
    if (known != nullptr) {
      if (process_of_.size() >= kMostThreads) process_of_.clear();
      process_of_[static_cast<pid_t>(tid)] = static_cast<pid_t>(*process);
      out = Identity{{*process, tid}, known->pidfd};
    }
  }
  tell(std::move(events));
  return out;
}

Processes::Known* Processes::add(Pid pid, int depth, std::vector<ProcessEvent>& events) {
  const auto found = known_.find(static_cast<pid_t>(pid));
  if (found != known_.end() && !found->second.unknown_code_until) return &found->second;
  if (depth > kDeepest) return nullptr;
  Known known;
  watch(pid, known);
  const std::optional<Pid> above = parent_of(pid, known.pidfd->get());
  if (!above) return nullptr;
  // An orphan's parent is the keeper: whose it was is not known any more.
  if (*above != above_ && *above != static_cast<Pid>(::getpid())) {
    if (const Known* parent = add(*above, depth + 1, events)) {
      known.parent = *above;
      known.argv = parent->argv;
      known.exe = parent->exe;
    }
  }
  if (known.argv.empty()) {
    known.argv = command_line(pid);
    known.exe = process_link(static_cast<pid_t>(pid), "exe").value_or("");
  }
  events.push_back({ProcessEvent::What::started, pid, known.parent, known.argv, known.exe, {}, {}, false});
  // In place of one that has ended, if its number is used again. (`found` is stale: a parent may have been added.)
  return &known_.insert_or_assign(static_cast<pid_t>(pid), std::move(known)).first->second;
}

void Processes::watch(Pid pid, Known& known) {
  UniqueFd pidfd(static_cast<int>(::syscall(SYS_pidfd_open, static_cast<pid_t>(pid), 0)));
  if (pidfd) {
    epoll_event event{};
    event.events = EPOLLIN | EPOLLONESHOT;
    event.data.u64 = static_cast<std::uint64_t>(pid);
    ::epoll_ctl(epoll_, EPOLL_CTL_ADD, pidfd.get(), &event);
  }
  known.pidfd = std::make_shared<const UniqueFd>(std::move(pidfd));
}

void Processes::replace_program(const Caller& caller, std::string exe, std::vector<std::string> argv) {
  ProcessEvent event{ProcessEvent::What::exec, caller.pid, Pid{0}, std::move(argv),
                     std::move(exe),           {},         {},     false};
  {
    const std::lock_guard lock(mutex_);
    const auto known = known_.find(static_cast<pid_t>(caller.pid));
    if (known != known_.end()) {
      known->second.argv = event.argv;
      known->second.exe = event.exe;
      event.parent = known->second.parent;
      event.main = known->second.main;
    }
  }
  tell({std::move(event)});
}

std::optional<ProcessEvent> Processes::ended(Pid pid, std::optional<int> status) {
  const auto known = known_.find(static_cast<pid_t>(pid));
  if (known == known_.end()) return std::nullopt;
  ProcessEvent event;
  event.what = ProcessEvent::What::ended;
  event.pid = pid;
  event.parent = known->second.parent;
  event.main = known->second.main;
  if (status) {
    event.exit_code = exit_result(*status).exit_code;
    event.signal = exit_result(*status).signal;
  }
  known_.erase(known);
  return event;
}

void Processes::on_exit(Pid pid) {
  std::vector<ProcessEvent> events;
  std::shared_ptr<const UniqueFd> pidfd;
  {
    const std::lock_guard lock(mutex_);
    const auto known = known_.find(static_cast<pid_t>(pid));
    if (known == known_.end()) return;
    pidfd = known->second.pidfd;
  }
  // Without the lock: whoever started this process starts the next one now, and that is asked for by its own.
  std::optional<int> status = status_after_reaping(pidfd->get());
  if (!status) status = zombie_status(pid);
  if (!status) status = status_after_reaping(pidfd->get());  // reaped between
  {
    const std::lock_guard lock(mutex_);
    const auto known = known_.find(static_cast<pid_t>(pid));
    if (known == known_.end() || known->second.pidfd != pidfd) return;
    if (!status) {
      known->second.unknown_code_until = Clock::now() + kCodeGrace;
      return;
    }
    if (auto event = ended(pid, status)) events.push_back(std::move(*event));
  }
  tell(std::move(events));
}

void Processes::on_reaped(Pid pid, int code, int status) {
  std::vector<ProcessEvent> events;
  {
    const std::lock_guard lock(mutex_);
    if (auto event = ended(pid, wait_status(code, status))) events.push_back(std::move(*event));
  }
  tell(std::move(events));
}

int Processes::give_up_waiting() {
  std::vector<ProcessEvent> events;
  int next = -1;
  {
    const std::lock_guard lock(mutex_);
    const Clock::time_point now = Clock::now();
    std::vector<Pid> late;
    for (const auto& [pid, known] : known_) {
      if (!known.unknown_code_until) continue;
      if (*known.unknown_code_until <= now) late.push_back(static_cast<Pid>(pid));
      next = static_cast<int>(kCodeGrace.count());
    }
    for (const Pid pid : late) events.push_back(*ended(pid, std::nullopt));
  }
  tell(std::move(events));
  return next;
}

void Processes::end_all() {
  std::vector<ProcessEvent> events;
  {
    const std::lock_guard lock(mutex_);
    std::vector<Pid> left;
    for (const auto& [pid, known] : known_) left.push_back(static_cast<Pid>(pid));
    for (const Pid pid : left) {
      const std::optional<int> status = status_after_reaping(known_[static_cast<pid_t>(pid)].pidfd->get());
      events.push_back(*ended(pid, status));
    }
  }
  tell(std::move(events));
}

void Processes::tell(std::vector<ProcessEvent> events) {
  for (ProcessEvent& event : events) delivery_.process(std::move(event));
}

}  // namespace bigfoot
