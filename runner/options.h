// runner/options.h - The command line as a value. Source: outputs.md, "Command line".
#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "spec/spec.h"

namespace bigfoot {

enum class Color { automatic, always, never };

/// The forms of a report for other programs (runner/reports).
enum class ReportForm { junit, html, har, github };

struct ReportTarget {
  ReportForm form;
  std::string file;  ///< "-": stdout
};

struct RunOptions {
  std::vector<std::string> specs;     ///< empty: bigfoot.toml is looked for upwards, and none is fine
  std::optional<std::string> timeline;  ///< ".json", ".jsonl", "-"
  std::optional<std::string> test;      ///< the section that the command is in, as if it had written `begin`
  std::vector<ReportTarget> reports;
  std::optional<GuardLevel> guard;
  std::optional<std::chrono::milliseconds> timeout;
  std::chrono::milliseconds linger{2000};
  bool verify_wins = false;           ///< --exit-code verify
  bool require_interactions = false;
  std::vector<std::pair<std::string, std::string>> env;
  bool update = false;
  bool no_tls = false;
  std::optional<std::string> ca_out;
  bool quiet = false, verbose = false;
  Color color = Color::automatic;
  std::uint64_t seed = 1;
  std::vector<std::string> command;
};

struct ReportOptions {
  std::string timeline;
  std::optional<ReportForm> form;  ///< none: text, or normalized
  bool normalize = false;
  std::optional<std::string> output;  ///< none: stdout
  bool verbose = false;
  Color color = Color::automatic;
};

/// What the user asked for.
struct CommandLine {
  enum class Action { run, lint, schema, explain, report, doctor, init, mdoc, print } action = Action::run;
  RunOptions run;
  std::vector<std::string> specs;  ///< lint; empty: bigfoot.toml is looked for upwards
  std::string topic;               ///< explain
  std::string file;                ///< init; "" where none is named
  ReportOptions report;
  std::string text;  ///< print: help or version, for stdout
};

/// `arguments` without the program's own name. The error is for stderr as it is: what is wrong and the cure.
/// The command and all after it is the child's and never read as options.
std::expected<CommandLine, std::string> parse_command_line(const std::vector<std::string>& arguments);

/// "500ms", "2s", "1m", "1h"; none where it is no duration.
std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);

/// Whether to colour what goes to descriptor `fd`: a terminal without NO_COLOR, unless the user decided.
bool use_color(Color color, int fd);

/// Runs the command under supervision; gives the exit status of outputs.md. runner/run.cpp tells the story.
int run(const RunOptions& options);

}  // namespace bigfoot
