// tracer/file_arguments.h - Where each call that names a file keeps what: the rows of calls.cpp say it.
#pragma once

#include "tracer/supervisor.h"

namespace bigfoot {

/// The members that end in a number are indexes of arguments, kNone where the call has no such one.
struct FileArguments {
  static constexpr int kNone = -1;
  enum class Follow {
    always,
    never,
    unless_nofollow,
    if_asked
  };  ///< the last two by AT_SYMLINK_NOFOLLOW, AT_SYMLINK_FOLLOW
  enum class Layout {
    plain,
    creat,     ///< creat(2): an open without flags
    open_how,  ///< openat2(2): `flags` is a struct open_how, `size` its size
    statx,     ///< the answer is a struct statx, else a struct stat
    utimbuf,   ///< `times` are whole seconds
    timeval,
  };
  FileCall::Operation operation = FileCall::Operation::open;
  int folder = kNone;  ///< where a relative path starts: the working directory without one
  int path = 0;
  int other_folder = kNone, other = kNone;  ///< the second name; symbolic_link: the text
  Follow follow = Follow::always;           ///< of an open its flags say it
  int at_flags = kNone;                     ///< AT_*
  int flags = kNone, mode = kNone, length = kNone, times = kNone;
  int buffer = kNone, size = kNone;  ///< where the answer goes
  Layout layout = Layout::plain;
};

}  // namespace bigfoot
