// tracer/exec_calls.h - execve and execveat, observed. Source: execve(2), execveat(2).
#pragma once

#include "tracer/delivery.h"
#include "tracer/notification.h"
#include "tracer/processes.h"

namespace bigfoot {

class ExecCalls {
 public:
  ExecCalls(Delivery& delivery, Processes& processes, bool no_new_privs)
      : delivery_(delivery), processes_(processes), no_new_privs_(no_new_privs) {}
  void execve(Notification notification);
  void execveat(Notification notification);

 private:
  void observe(Notification notification, int folder, int path_argument, bool empty_path);

  Delivery& delivery_;
  Processes& processes_;
  const bool no_new_privs_;
};

}  // namespace bigfoot
