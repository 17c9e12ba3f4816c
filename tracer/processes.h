// tracer/processes.h - The processes of the tree as far as they have shown themselves: by a trapped call, or
// as the parent of one that did. Source: proc(5), pidfd_open(2), tgkill(2).
#pragma once

#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "tracer/delivery.h"
#include "tracer/ids.h"
#include "tracer/os.h"

namespace bigfoot {

/// A thread in a trapped call, and a handle on its process that stays right when the number is used again.
struct Identity {
  Caller caller;
  std::shared_ptr<const UniqueFd> pidfd;
};

class Processes {
 public:
  /// `epoll` watches the processes' ends: its events carry a pid, for on_exit(). `above`: the keeper.
  Processes(Delivery& delivery, int epoll, Pid above) : delivery_(delivery), epoll_(epoll), above_(above) {}

  /// The command of the run, before its execve.
  void add_main(Pid pid, std::vector<std::string> argv, std::string exe);
  /// Who waits in a notification; tells the handler of processes not seen before. nullopt: gone.
  std::optional<Identity> identify(Tid tid);
  /// The program is about to be replaced.
  void replace_program(const Caller& caller, std::string exe, std::vector<std::string> argv);

  /// A pidfd became readable.
  void on_exit(Pid pid);
  /// The keeper reaped it: `code` and `status` as waitid(2) gives them.
  void on_reaped(Pid pid, int code, int status);
  /// Tells of those whose exit code did not come in time. Gives the milliseconds to the next one, -1 for
  /// none.
  int give_up_waiting();
  /// Nobody is left: tells of every process not yet told of.
  void end_all();

 private:
  using Clock = std::chrono::steady_clock;
  struct Known {
    std::shared_ptr<const UniqueFd> pidfd;
    Pid parent{};
    std::vector<std::string> argv;
    std::string exe;
    bool main = false;
    std::optional<Clock::time_point>
        unknown_code_until;  // ended; its exit code may still come from the keeper
  };

  std::optional<Identity> cached(Tid tid);
  Known* add(Pid pid, int depth, std::vector<ProcessEvent>& events);
  void watch(Pid pid, Known& known);
  std::optional<ProcessEvent> ended(Pid pid, std::optional<int> wait_status);
  void tell(std::vector<ProcessEvent> events);

  Delivery& delivery_;
  const int epoll_;
  const Pid above_;
  std::mutex mutex_;
  std::unordered_map<pid_t, Known> known_;
  std::unordered_map<pid_t, pid_t> process_of_;  // thread -> process, checked with tgkill before use
};

/// The exit code and signal in a waitpid(2) status.
ExitResult exit_result(int wait_status);

}  // namespace bigfoot
