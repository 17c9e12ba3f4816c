// tracer/exec_calls.h - execve and execveat: observed, or held until the handler has decided.
// Source: execve(2), execveat(2); kernel-notes.md, "execve".
#pragma once

#include <array>
#include <cstdint>
#include <mutex>
#include <unordered_map>

#include "tracer/delivery.h"
#include "tracer/notification.h"
#include "tracer/processes.h"

namespace bigfoot {

/// Must outlive the threads that answer its ExecCalls; one that is answered after the tree has gone touches it no more.
class ExecCalls {
 public:
  struct Plan {
    bool hold = false;          ///< the handler decides
    bool no_new_privs = false;  ///< set-user-ID programs run without their rights
  };
  /// `main`: the command of the run, before its execve.
  ExecCalls(Delivery& delivery, Processes& processes, Pid main, Plan plan)
      : delivery_(delivery), processes_(processes), main_(main), plan_(plan) {}
  void execve(Notification notification);
  void execveat(Notification notification);

 private:
  friend class ExecCall;
  struct Request;
  /// The execveat that a thread was sent into, in the order of its arguments.
  using Diversion = std::array<std::uint64_t, 5>;

  void take(Notification notification, const Request& request);
  bool is_main(const Caller& caller);
  void expect(Tid tid, const Diversion& call);
  void forget(Tid tid);
  bool is_expected(const Notification& notification);

  Delivery& delivery_;
  Processes& processes_;
  const Pid main_;
  const Plan plan_;
  bool main_runs_ = false;  // of the notification thread
  std::mutex mutex_;
  std::unordered_map<pid_t, Diversion> expected_;
};

}  // namespace bigfoot
