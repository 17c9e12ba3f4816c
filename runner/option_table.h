// runner/option_table.h - Every option and subcommand, a row each: the parser, --help and bigfoot-run(1) are made
// from here. Source: outputs.md, "Command line".
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace bigfoot {

struct OptionRow {
  std::string_view long_name;   ///< "--spec"
  std::string_view short_name;  ///< "-s", or ""
  std::string_view value;       ///< "FILE"; "" for a switch
  std::string_view help;        ///< for --help and the man page, one sentence without its full stop
  bool built = true;            ///< false: known, and refused as not built yet
};

struct CommandRow {
  std::string_view name;       ///< "lint"
  std::string_view arguments;  ///< "SPEC..."
  std::string_view help;
  std::span<const OptionRow> options;  ///< beside --help
};

std::span<const CommandRow> all_commands();
const CommandRow* find_command(std::string_view name);

/// What --help prints: of the whole program, or of one subcommand.
std::string help_text();
std::string help_text(const CommandRow& command);

}  // namespace bigfoot
