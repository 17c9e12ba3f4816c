// runner/stub/protocol.h - What the supervisor and the stub, which runs in a mocked program's place, tell each other.
//
// The channel is one end of a unix SOCK_SEQPACKET pair, open in the stub under the number stub_channel() gives for its
// RLIMIT_NOFILE. Each message is one packet of at most kLargestMessage bytes, the first of which is its kind.
//
// The stub does what it is told in order, and ends when it is told to. It reads the next message only when it has done the one
// before, so a program that does not read its end of a pipe holds up the channel and no more; its stdin goes on meanwhile.
// Nobody at the other end of the channel: it says so on stderr and exits with kSupervisorGone.
#pragma once

#include <cstddef>

#include "tracer/stub_channel.h"

namespace bigfoot::stub {

/// The kind included.
inline constexpr std::size_t kLargestMessage = 64 * 1024;
inline constexpr int kSupervisorGone = 127;

/// Supervisor to stub.
enum class Order : char {
  out = 'O',   ///< bytes for stdout
  err = 'E',   ///< bytes for stderr
  read = 'R',  ///< pass stdin on, from now to its end
  exit = 'X',  ///< one byte: the exit status
  exit_at_end = 'Y',  ///< one byte: the exit status, where stdin ends before a byte of it was passed on; says `end` before
  die = 'K'    ///< one byte: the signal, by its default action; a core is not dumped, since it would be the stub's
};

/// Stub to supervisor.
enum class Word : char {
  in = 'i',        ///< bytes of stdin
  end = 'e',       ///< stdin has ended
  no_input = 'n',  ///< it is closed, or a terminal: nothing is read
  failed = 'p'     ///< a write: one byte errno, one byte 1 for stdout or 2 for stderr; the rest of that message is dropped.
                   ///< EPIPE comes only where the program was started with SIGPIPE ignored or blocked, else the stub dies of it
};

}  // namespace bigfoot::stub
