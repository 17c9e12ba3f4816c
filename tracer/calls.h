// tracer/calls.h - The trapped system calls: one row each. How to add one: a row in calls.cpp and its
// function.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "tracer/notification.h"

namespace bigfoot {

class ExecCalls;
class FileCalls;
class OutputCalls;
class Delivery;
class Processes;
class SocketCalls;
class DatagramCalls;

/// What the functions of the rows work with.
struct Calls {
  Processes& processes;
  Delivery& delivery;
  SocketCalls& sockets;
  DatagramCalls& datagrams;
  ExecCalls& exec;
  FileCalls& files;
  OutputCalls& outputs;
};

/// The call is trapped only when this argument passes.
struct ArgumentTest {
  enum class Op { equal, not_equal, masked_equal } op = Op::equal;
  unsigned index = 0;
  std::uint64_t value = 0;
  std::uint64_t mask = 0;  ///< masked_equal: only these bits are compared
};

struct TrappedCall {
  const char* name;
  int number;  ///< SYS_ of the architecture this is built for
  enum class When { always, sockets_owned, opens, looks, files, outputs } when = When::always;
  std::vector<ArgumentTest> tests;  ///< all must pass; a call may have several rows
  void (*handle)(Calls&, Notification);
  const char* source;
};

std::span<const TrappedCall> trapped_calls();
/// The row that a notification belongs to; null for a foreign architecture or number.
const TrappedCall* find_call(const Notification& notification);
/// A call of another architecture (i386, x32, 32-bit ARM): told with ENOSYS, except those that end a program.
void refuse_foreign(Calls& calls, Notification notification);

}  // namespace bigfoot
