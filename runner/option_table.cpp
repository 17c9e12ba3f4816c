// runner/option_table.cpp - See option_table.h.
#include "runner/option_table.h"

#include <fmt/format.h>

#include <algorithm>

namespace bigfoot {
namespace {

constexpr OptionRow kRunOptions[] = {
    {"--spec", "-s", "FILE", "spec, may be given again: entries follow in that order (default: bigfoot.toml, looked for upwards)"},
    {"--timeline", "-t", "FILE", "write the timeline: .json one document, .jsonl a record a line as it happens, - to stdout"},
    {"--junit", "", "FILE", "write JUnit XML, for CI services; - to stdout"},
    {"--html", "", "FILE", "write one self-contained HTML page, for review; - to stdout"},
    {"--har", "", "FILE", "write the HTTP calls as a HAR 1.2 archive, for browsers' developer tools; - to stdout"},
    {"--github", "", "", "print annotations for GitHub Actions on stdout, an error for each violation"},
    {"--record", "", "FILE", "let real calls through and write the spec that describes them", false},
    {"--record-twice", "", "FILE", "the same with two runs: what differs becomes a hole", false},
    {"--update", "", "", "patch missing assertions and accepted values into the spec; the exit status stays that of the run"},
    {"--test", "", "NAME", "the whole run is this test: the entries of its [[test]] hold, other tests are not missed"},
    {"--guard", "", "LEVEL", "what happens to calls without an entry: error, warn or off (default: the spec's, else error)"},
    {"--timeout", "", "DUR", "end the run after this time, as 500ms, 2s or 1m (default: none)"},
    {"--linger", "", "DUR", "wait so long for processes that outlive the command (default: 2s)"},
    {"--exit-code", "", "WHO", "verify: a verification failure wins over the command's own failure (default: child)"},
    {"--require-interactions", "", "", "fail when nothing was observed"},
    {"--no-tls", "", "", "do not terminate TLS: record name and byte counts only"},
    {"--env", "", "NAME=VALUE", "set a variable for the command, may be given again"},
    {"--ca-out", "", "FILE", "write the run's CA, for clients that cannot be reached otherwise"},
    {"--quiet", "-q", "", "no report: exit status and timeline only"},
    {"--verbose", "-v", "", "report green runs too, and every violation"},
    {"--color", "", "WHEN", "auto, always or never (default: auto, where stderr is a terminal and NO_COLOR is not set)"},
};
constexpr OptionRow kReportOptions[] = {
    {"--text", "", "", "the text report (default)"},
    {"--normalize", "", "", "the timeline as JSON without times, host pids and ephemeral ports, to be compared as a diff"},
    {"--junit", "", "", "JUnit XML, for CI services"},
    {"--html", "", "", "one self-contained HTML page, for review"},
    {"--har", "", "", "the HTTP calls as a HAR 1.2 archive, for browsers' developer tools"},
    {"--github", "", "", "annotations for GitHub Actions, an error for each violation"},
    {"--output", "-o", "FILE", "write there (default: stdout)"},
    {"--verbose", "-v", "", "every violation"},
    {"--color", "", "WHEN", "auto, always or never (default: auto, where stdout is a terminal and NO_COLOR is not set)"},
};

constexpr CommandRow kCommands[] = {
    {"run", "[--] COMMAND [ARG...]", "supervise one run; the word run may be left out", kRunOptions},
    {"init", "[FILE]", "write a commented first spec (bigfoot.toml), which is never overwritten", {}},
    {"lint", "[SPEC...]", "check specs without running anything; every error of a file at once (default: bigfoot.toml, looked for upwards)", {}},
    {"schema", "", "print the JSON Schema (draft-04) of this version's spec, for editors", {}},
    {"explain", "TOPIC", "noise, ambient, protocols, operators, holes, settings, guard, tests, violations, exit, or one protocol's name: its keys, what it answers, an example", {}},
    {"report", "TIMELINE", "render a timeline again", kReportOptions},
    {"doctor", "", "what this kernel, container and machine allow, one line each, with the cure", {}},
};

constexpr std::size_t kHelpColumn = 30;
constexpr std::size_t kHelpWidth = 100;

/// `text` broken into lines that start at column kHelpColumn.
std::string wrapped(std::string_view text) {
  std::string out;
  std::size_t column = kHelpColumn;
  while (!text.empty()) {
    const std::size_t end = std::min(text.size(), text.find(' '));
    if (column + end > kHelpWidth) {
      while (out.ends_with(' ')) out.pop_back();
      out += '\n' + std::string(kHelpColumn, ' ');
      column = kHelpColumn;
    }
    out.append(text.substr(0, end));
    out += ' ';
    column += end + 1;
    text.remove_prefix(std::min(text.size(), end + 1));
  }
  while (out.ends_with(' ')) out.pop_back();
  return out;
}

std::string row(std::string_view left, std::string_view help) {
  if (left.size() + 2 > kHelpColumn) return fmt::format("{}\n{:{}}{}\n", left, "", kHelpColumn, wrapped(help));
  return fmt::format("{:{}}{}\n", left, kHelpColumn, wrapped(help));
}

std::string option_row(const OptionRow& option) {
  const std::string names = option.short_name.empty() ? fmt::format("      {}", option.long_name)
                                                      : fmt::format("  {}, {}", option.short_name, option.long_name);
  const std::string left = option.value.empty() ? names : fmt::format("{} {}", names, option.value);
  return row(left, option.built ? std::string(option.help) : fmt::format("{} [not built yet]", option.help));
}

std::string option_rows(const CommandRow& command) {
  std::string text;
  for (const OptionRow& option : command.options) text += option_row(option);
  text += row("  -h, --help", "print this help");
  return text;
}

}  // namespace

std::span<const CommandRow> all_commands() { return kCommands; }

const CommandRow* find_command(std::string_view name) {
  const auto found = std::ranges::find(kCommands, name, &CommandRow::name);
  return found == std::end(kCommands) ? nullptr : &*found;
}

std::string help_text() {
  std::string text =
      "Runs any program, answers every call it makes to the outside world as a spec says, and reports what differs.\n\n"
      "usage: bigfoot-run [OPTIONS] [--] COMMAND [ARG...]\n";
  for (const CommandRow& command : kCommands) {
    if (command.name == "run") continue;
    text += fmt::format("       bigfoot-run {}{}{}\n", command.name, command.arguments.empty() ? "" : " ", command.arguments);
  }
  text += "\nsubcommands\n";
  for (const CommandRow& command : kCommands) text += row(fmt::format("  {}", command.name), command.help);
  text += "\noptions of run\n" + option_rows(kCommands[0]) + row("      --version", "print the version");
  text +=
      "\nexit status\n"
      "  0 all well · the command's own when it failed · 3 it passed, the expectations did not · 2 bad command line\n"
      "  or spec · 124 timeout · 125 supervision failed · 126, 127 the command cannot be run, is not found\n\n"
      "see also: bigfoot-run(1), bigfoot-spec(5), bigfoot-timeline(5)\n";
  return text;
}

std::string help_text(const CommandRow& command) {
  std::string usage = fmt::format("usage: bigfoot-run {} {}{}", command.name, command.options.empty() ? "" : "[OPTIONS] ",
                                  command.arguments);
  while (usage.ends_with(' ')) usage.pop_back();
  return fmt::format("{}\n\n{}\n\noptions\n{}", usage, command.help, option_rows(command));
}

}  // namespace bigfoot
