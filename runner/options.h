// runner/options.h - The command line as a value. Source: outputs.md, "Command line".
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "spec/spec.h"

namespace bigfoot {

enum class Color { automatic, always, never };

struct RunOptions {
  std::vector<std::string> specs;     ///< empty: bigfoot.toml is looked for upwards, and none is fine
  std::optional<std::string> timeline;  ///< ".json", ".jsonl", "-"
  std::optional<GuardLevel> guard;
  std::optional<std::chrono::milliseconds> timeout;
  std::chrono::milliseconds linger{2000};
  bool verify_wins = false;           ///< --exit-code verify
  bool require_interactions = false;
  std::vector<std::pair<std::string, std::string>> env;
  bool quiet = false, verbose = false;
  Color color = Color::automatic;
  std::uint64_t seed = 1;
  std::vector<std::string> command;
};

/// Runs the command under supervision; gives the exit status of outputs.md. runner/run.cpp tells the story.
int run(const RunOptions& options);

}  // namespace bigfoot
