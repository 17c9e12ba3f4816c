// tracer/probe_session.h - A seccomp session in miniature, to find out what the kernel and the container
// allow.
#pragma once

#include "tracer/os.h"

namespace bigfoot {

/// What was tried; each number an errno, 0 for success, -1 for "not reached".
struct SessionFindings {
  int listener = -1;          ///< seccomp(2) with NEW_LISTENER
  bool no_new_privs = false;  ///< it had to be set first
  int killable = -1;          ///< FILTER_FLAG_WAIT_KILLABLE_RECV
  int leave_table = -1;       ///< close_range with CLOSE_RANGE_UNSHARE, or unshare(CLONE_FILES)
  int sync_wake_up = -1;      ///< SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP
  int continues = -1;         ///< USER_NOTIF_FLAG_CONTINUE
  int add_fd = -1;            ///< ADDFD_FLAG_SEND
  int read_memory = -1;       ///< process_vm_readv of a child, or /proc/PID/mem
  int take_fd = -1;           ///< pidfd_getfd from a child
  int trace = -1;             ///< PTRACE_SEIZE of a child
};

/// Takes some milliseconds; in processes of its own, nothing of it stays.
OsResult<SessionFindings> try_session();

}  // namespace bigfoot
