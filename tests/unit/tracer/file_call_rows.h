// tests/unit/tracer/file_call_rows.h - Every call that names a file, made by a program under test, and the
// request that must arrive of it.
#pragma once

#include <string>
#include <vector>

#include "tracer/supervisor.h"

namespace bigfoot::test {

struct FileCallRow {
  const char* name;
  /// In the working directory FOLDER: what the system call gives.
  long (*call)(const std::string& folder);
  /// As to_text() writes it; "" : the handler is not asked.
  std::string request;
  int error = EOWNERDEAD;  ///< that the call ends with: the handler's, or the kernel's
};
const std::vector<FileCallRow>& file_call_rows();

/// "open F/file = F/file flags 0x2", the folder written as F; what is not said is 0, "nofollow" where it does
/// not follow.
std::string to_text(const FileCall::Request& request, const std::string& folder);

/// The tree that the calls are made in: files, folders and links.
void make_file_tree(const std::string& folder);

/// INDEX FOLDER: makes that row's call; gives its errno.
int makes_file_call(const std::vector<std::string>& arguments);

}  // namespace bigfoot::test
