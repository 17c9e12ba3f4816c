// tracer/stub_channel.h - Where a stub that runs in a program's place finds its channel. Includes nothing of the tree: the
// stub reads it too. Source: getrlimit(2) (RLIMIT_NOFILE).
#pragma once

namespace bigfoot {

/// As high as nearly every limit on open files allows, so that no program uses it itself.
inline constexpr int kStubChannel = 1023;

/// The number for a process with this soft limit on open files: kStubChannel, or the highest that is allowed.
constexpr int stub_channel(unsigned long long open_files_limit) {
  return open_files_limit > kStubChannel ? kStubChannel : static_cast<int>(open_files_limit) - 1;
}

}  // namespace bigfoot
