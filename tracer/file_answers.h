// tracer/file_answers.h - What stands behind a FileCall: the call that waits, and how its answer is written.
#pragma once

#include "tracer/file_requests.h"
#include "tracer/notification.h"
#include "tracer/supervisor.h"

namespace bigfoot {

struct FileCall::State {
  Notification notification;
  Caller caller;
  Request request;
  FileAnswer answer;
};

}  // namespace bigfoot
