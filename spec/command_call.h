// spec/command_call.h - An execve as the entries of `exec` and `shell` see it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "protocols/protocol.h"

namespace bigfoot {

struct CommandCall {
  /// program and argv[0]: arrays of all names that may be meant, the one in argv first; argv, cwd, env; of a shell with -c
  /// also command.
  Fields fields;
  std::vector<std::string> programs;   ///< base names under which literal entries are found
  std::optional<std::string> shell;    ///< the text behind -c
  bool leads_on = false;               ///< it only starts what is named behind it
  /// What a report calls it: `shell` where there is a text, else `exec`.
  const ProtocolInfo& protocol() const;
  /// argv as plain words, for replies and timelines.
  Fields plain_fields() const;
};

/// `call` as Ledger::offer_exec() takes it.
CommandCall read_command_call(const Fields& call);

const ProtocolInfo& exec_protocol();

/// `env NAME=1 git pull` and the JVM's helper: what they start is asked for by itself. `program`: a base name.
bool leads_on(const std::string& program, const std::vector<std::string>& argv);

}  // namespace bigfoot
