// runner/trust/trust.h - Makes programs trust the run's CA: what they read as a certificate store is what they would have
// read, and the CA. Nothing is written to disk. Source: kernel-notes.md, "openat and trust".
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "runner/tls/run_tls.h"
#include "runner/trust/stand_ins.h"
#include "tracer/supervisor.h"

namespace bigfoot {

/// Answers the target's file calls. All of its methods but the constructor are called on the notification thread.
class Trust {
 public:
  using Environment = std::function<std::optional<std::string>(std::string_view)>;
  /// `environment`: variables as the command will see them. `note` is told, at most once, what could not be answered.
  /// `tls` is asked for its authority when the first store is opened; it outlives this.
  Trust(RunTls& tls, const Environment& environment, StandIns::Note note = {});

  /// Variables to add to the command's environment, for clients that read no store of the system (Node, Deno, Bun).
  /// One that the user has set is left alone: the file that it names is answered with the CA added.
  const std::vector<std::pair<std::string, std::string>>& variables() const { return variables_; }
  /// Whether this machine needs stat and access answered too: it has no bundle, or a client may look for hashed names.
  bool needs_looks() const { return needs_looks_; }

  /// See TrafficHandler::wants_file.
  bool wants(std::string_view path) const { return may_be_store(path) || named_.may_mean(path); }
  void answer(FileCall call);

 private:
  RunTls& tls_;
  const NamedStores named_;
  const StandIns::Note note_;
  std::optional<StandIns> stand_ins_;  // from the first answer on
  std::vector<std::pair<std::string, std::string>> variables_;
  bool needs_looks_;
};

}  // namespace bigfoot
