// tracer/probe.h - What this kernel and container allow, found by trying it (kernel-notes.md, "What needs which kernel").
#pragma once

#include <string>
#include <vector>

namespace bigfoot {

struct ProbeResult {
  enum class State { ok, degraded, missing } state = State::ok;
  std::string feature;  ///< "seccomp user notification"
  std::string found;    ///< "works", "EPERM from pidfd_getfd"
  std::string cure;     ///< what the user can do; "" when ok
};

/// One line for each feature, for `doctor`. Starts short-lived children of its own; takes some milliseconds.
std::vector<ProbeResult> probe_machine();

}  // namespace bigfoot
