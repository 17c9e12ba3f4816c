// tracer/output_calls.h - Writes to the standard output and error of the run, seen before they are done.
// Source: write(2), writev(2).
#pragma once

#include "tracer/delivery.h"
#include "tracer/notification.h"
#include "tracer/processes.h"

namespace bigfoot {

class OutputCalls {
 public:
  OutputCalls(Delivery& delivery, Processes& processes) : delivery_(delivery), processes_(processes) {}

 private:
  Delivery& delivery_;
  Processes& processes_;
};

}  // namespace bigfoot
