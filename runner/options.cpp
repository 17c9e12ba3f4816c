// runner/options.cpp - Reads the command line. CLI11 (https://cliutils.github.io/CLI11) does the reading and throws
// in this file only; where our options end and the child's command begins is decided before, from the table.
#include "runner/options.h"

#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <span>

#include "runner/option_table.h"
#include "spec/diagnostics.h"

namespace bigfoot {
namespace {

using Error = std::unexpected<std::string>;

Error bad(std::string_view what, std::string_view cure = "") {
  std::string text = fmt::format("bigfoot-run: {}\n", what);
  if (!cure.empty()) text += fmt::format("  {}\n", cure);
  return Error(text + "  bigfoot-run --help lists the options\n");
}

const OptionRow* find_option(const CommandRow& command, std::string_view name) {
  const auto found = std::ranges::find_if(command.options, [&](const OptionRow& row) {
    return row.long_name == name || (!row.short_name.empty() && row.short_name == name);
  });
  return found == command.options.end() ? nullptr : &*found;
}

Error unknown_option(const CommandRow& command, std::string_view name) {
  std::vector<std::string_view> names{"--help"};
  if (command.name == "run") names.push_back("--version");
  for (const OptionRow& row : command.options) names.push_back(row.long_name);
  const std::string_view nearest = nearest_word(name, names);
  std::string cure = nearest.empty() ? "" : fmt::format("did you mean '{}'?", nearest);
  if (cure.empty() && command.name == "run") cure = "options of the command itself go behind its name";
  return bad(fmt::format("unknown option '{}'{}", name,
                         command.name == "run" ? "" : fmt::format(" of bigfoot-run {}", command.name)),
             cure);
}

struct Split {
  std::vector<std::string> options;  // "--name" or "--name=value", long names only
  std::vector<std::string> words;    // run: the command, from its first word on; else what is no option
  bool help = false, version = false;
};

/// One option with its value, from `given` or the next argument; which of the two the caller sees by `next_used`.
std::expected<std::string, std::string> spelled_out(const CommandRow& command, std::string_view name,
                                                    std::optional<std::string_view> given,
                                                    const std::string* next, bool& next_used) {
  const OptionRow* row = find_option(command, name);
  if (row == nullptr) return unknown_option(command, name);
  if (!row->built) {
    return bad(fmt::format("{} is not built yet in this version ({})", row->long_name, BIGFOOT_VERSION),
               "leave it out; the text report and the timeline are there");
  }
  if (row->value.empty()) {
    if (given) return bad(fmt::format("{} takes no value", row->long_name));
    return std::string(row->long_name);
  }
  next_used = !given.has_value();
  if (!given && next == nullptr) return bad(fmt::format("{} needs a value", name), fmt::format("write {} {}", name, row->value));
  return fmt::format("{}={}", row->long_name, given ? *given : std::string_view(*next));
}

/// Ours and theirs: options of run end at the first word that is none, or at "--".
std::expected<Split, std::string> split(const CommandRow& command, std::span<const std::string> arguments) {
  Split parts;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string& argument = arguments[i];
    const std::string* next = i + 1 < arguments.size() ? &arguments[i + 1] : nullptr;
    const bool is_word = argument.size() < 2 || argument[0] != '-';
    if (argument == "--" || (is_word && command.name == "run")) {
      const std::size_t first = i + (is_word ? 0 : 1);
      parts.words.insert(parts.words.end(), arguments.begin() + static_cast<std::ptrdiff_t>(first), arguments.end());
      return parts;
    }
    if (is_word) {
      parts.words.push_back(argument);
    } else if (argument == "-h" || argument == "--help") {
      parts.help = true;
    } else if (argument == "--version" && command.name == "run") {
      parts.version = true;
    } else if (argument.starts_with("--")) {
      const std::size_t equals = argument.find('=');
      const std::string_view text = argument;
      const auto given = equals == std::string::npos ? std::nullopt : std::optional(text.substr(equals + 1));
      bool next_used = false;
      auto option = spelled_out(command, text.substr(0, equals), given, next, next_used);
      if (!option) return std::unexpected(option.error());
      parts.options.push_back(*option);
      i += next_used ? 1 : 0;
    } else {
      // "-qvs FILE": switches may stand together, and the last may take a value, joined or not.
      for (std::size_t letter = 1; letter < argument.size(); ++letter) {
        const std::string name{'-', argument[letter]};
        const OptionRow* row = find_option(command, name);
        const bool takes_rest = row != nullptr && !row->value.empty() && letter + 1 < argument.size();
        const auto given = takes_rest ? std::optional(std::string_view(argument).substr(letter + 1)) : std::nullopt;
        bool next_used = false;
        auto option = spelled_out(command, name, given, next, next_used);
        if (!option) return std::unexpected(option.error());
        parts.options.push_back(*option);
        i += next_used ? 1 : 0;
        if (takes_rest || next_used) break;
      }
    }
  }
  return parts;
}

// --- what values may be: each gives "" or what is wrong ---

std::string check_duration(const std::string& text) {
  return parse_duration(text) ? "" : fmt::format("'{}' is no duration: write 500ms, 2s or 1m", text);
}
std::string check_timeline(const std::string& text) {
  if (text == "-" || text.ends_with(".json") || text.ends_with(".jsonl")) return "";
  return fmt::format("'{}' must end in .json (one document) or .jsonl (a record a line), or be -", text);
}
std::string check_env(const std::string& text) {
  const std::size_t equals = text.find('=');
  return equals != std::string::npos && equals > 0 ? "" : fmt::format("'{}' is not NAME=VALUE", text);
}
auto one_of(std::vector<std::string_view> words) {
  return [words = std::move(words)](const std::string& text) -> std::string {
    if (std::ranges::find(words, text) != words.end()) return "";
    const std::string_view nearest = nearest_word(text, words);
    return nearest.empty() ? fmt::format("'{}' is none of {}", text, fmt::join(words, ", "))
                           : fmt::format("'{}' is none of {}; did you mean '{}'?", text, fmt::join(words, ", "), nearest);
  };
}

void add_color(CLI::App& app, Color& color) {
  app.add_option_function<std::string>("--color", [&color](const std::string& text) {
       color = text == "always" ? Color::always : text == "never" ? Color::never : Color::automatic;
     })->check(one_of({"auto", "always", "never"}));
}

constexpr std::pair<const char*, ReportForm> kReportFiles[] = {{"--junit", ReportForm::junit}, {"--html", ReportForm::html}, {"--har", ReportForm::har}};

void add_run_options(CLI::App& app, RunOptions& run) {
  app.add_option_function<std::vector<std::string>>(
         "--spec", [&run](const std::vector<std::string>& files) { run.specs = files; })
      ->allow_extra_args(false);
  app.add_option("--timeline", run.timeline)->check(check_timeline);
  app.add_option("--test", run.test);
  for (const auto& [name, form] : kReportFiles)
    app.add_option_function<std::string>(name, [&run, form](const std::string& file) { run.reports.push_back({form, file}); });
  app.add_flag_callback("--github", [&run] { run.reports.push_back({ReportForm::github, "-"}); });
  app.add_option_function<std::string>("--guard", [&run](const std::string& text) {
       run.guard = text == "warn" ? GuardLevel::warn : text == "off" ? GuardLevel::off : GuardLevel::error;
     })->check(one_of({"error", "warn", "off"}));
  app.add_option_function<std::string>("--timeout", [&run](const std::string& text) { run.timeout = parse_duration(text); })
      ->check(check_duration);
  app.add_option_function<std::string>("--linger", [&run](const std::string& text) { run.linger = *parse_duration(text); })
      ->check(check_duration);
  app.add_option_function<std::string>("--exit-code", [&run](const std::string& text) { run.verify_wins = text == "verify"; })
      ->check(one_of({"verify", "child"}));
  app.add_flag("--require-interactions", run.require_interactions);
  app.add_option_function<std::vector<std::string>>("--env", [&run](const std::vector<std::string>& all) {
       for (const std::string& text : all) {
         const std::size_t equals = text.find('=');
         run.env.emplace_back(text.substr(0, equals), text.substr(equals + 1));
       }
     })->check(check_env)->allow_extra_args(false);
  app.add_flag("--update", run.update);
  auto* no_tls = app.add_flag("--no-tls", run.no_tls);
  app.add_option("--ca-out", run.ca_out)->excludes(no_tls);
  app.add_flag("--quiet", run.quiet);
  app.add_flag("--verbose", run.verbose);
  add_color(app, run.color);
}

void add_report_options(CLI::App& app, ReportOptions& report) {
  std::vector<CLI::Option*> forms{app.add_flag("--text"), app.add_flag("--normalize", report.normalize)};
  for (const auto& [name, form] : kReportFiles) forms.push_back(app.add_flag_callback(name, [&report, form] { report.form = form; }));
  forms.push_back(app.add_flag_callback("--github", [&report] { report.form = ReportForm::github; }));
  for (CLI::Option* one : forms)
    for (CLI::Option* other : forms)
      if (one != other) one->excludes(other);
  app.add_option("--output", report.output);
  app.add_flag("--verbose", report.verbose);
  add_color(app, report.color);
}

/// CLI11 takes the arguments from the back.
std::expected<void, std::string> parse(CLI::App& app, std::vector<std::string> arguments) {
  std::ranges::reverse(arguments);
  try {
    app.parse(arguments);
  } catch (const CLI::ParseError& error) {
    return bad(error.what());
  }
  return {};
}

/// Two documents in one stream are none.
std::expected<void, std::string> check_stdout(const RunOptions& run) {
  std::size_t users = run.timeline == "-" ? 1 : 0;
  for (const ReportTarget& target : run.reports) users += target.file == "-";
  if (users < 2) return {};
  return bad("only one of --timeline, --junit, --html, --har and --github can go to stdout", "give the others a file");
}

std::expected<void, std::string> check_words(const CommandRow& command, const std::vector<std::string>& words) {
  const bool optional = command.arguments.empty() || command.arguments.starts_with('[');
  const std::size_t needed = optional && command.name != "run" ? 0 : 1;
  if (words.size() < needed) {
    return bad(command.name == "run" ? "no command to run" : fmt::format("{} needs {}", command.name, command.arguments),
               command.name == "run" ? "write bigfoot-run [OPTIONS] [--] COMMAND [ARG...]"
                                     : fmt::format("write bigfoot-run {} {}", command.name, command.arguments));
  }
  const bool any_number = command.name == "run" || command.name == "lint";
  const std::size_t most = command.arguments.empty() ? 0 : 1;
  if (!any_number && words.size() > most) return bad(fmt::format("{}: '{}' is one argument too many", command.name, words[most]));
  return {};
}

}  // namespace

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) {
  using std::chrono::milliseconds;
  struct Unit {
    std::string_view name;
    std::uint64_t ms;
  };
  constexpr Unit kUnits[] = {{"ms", 1}, {"s", 1000}, {"m", 60'000}, {"h", 3'600'000}};
  constexpr std::uint64_t kLongest = 366ull * 24 * 3'600'000;  // a year: what is longer is a slip of the finger
  double number = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed);
  const std::string_view unit = text.substr(static_cast<std::size_t>(read.ptr - text.data()));
  const auto known = std::ranges::find(kUnits, unit, &Unit::name);
  if (read.ec != std::errc{} || known == std::end(kUnits) || !(number >= 0)) return std::nullopt;
  const double ms = number * static_cast<double>(known->ms);
  if (ms > static_cast<double>(kLongest)) return std::nullopt;
  return milliseconds(static_cast<std::int64_t>(ms));
}

bool use_color(Color color, int fd) {
  if (color != Color::automatic) return color == Color::always;
  const char* no_color = std::getenv("NO_COLOR");  // https://no-color.org: set and not empty
  return (no_color == nullptr || *no_color == '\0') && ::isatty(fd) != 0;
}

std::expected<CommandLine, std::string> parse_command_line(const std::vector<std::string>& arguments) {
  const CommandRow* command = arguments.empty() ? nullptr : find_command(arguments[0]);
  const std::size_t first = command == nullptr ? 0 : 1;
  if (arguments.size() == 1 && arguments[0] == "mdoc") {  // for man/refresh only, so in no help
    CommandLine line;
    line.action = CommandLine::Action::mdoc;
    return line;
  }
  if (command == nullptr) command = find_command("run");
  auto parts = split(*command, std::span(arguments).subspan(first));
  if (!parts) return std::unexpected(parts.error());

  CommandLine line;
  if (parts->help || parts->version) {
    line.action = CommandLine::Action::print;
    line.text = parts->version ? fmt::format("bigfoot-run {}\n", BIGFOOT_VERSION)
                : first == 0   ? help_text()
                               : help_text(*command);
    return line;
  }
  CLI::App app;
  app.set_help_flag();
  if (command->name == "run") add_run_options(app, line.run);
  if (command->name == "report") add_report_options(app, line.report);
  if (auto parsed = parse(app, parts->options); !parsed) return std::unexpected(parsed.error());
  if (auto checked = check_words(*command, parts->words); !checked) return std::unexpected(checked.error());

  if (auto checked = check_stdout(line.run); !checked) return std::unexpected(checked.error());

  using Action = CommandLine::Action;
  constexpr std::pair<std::string_view, Action> kActions[] = {{"run", Action::run},         {"lint", Action::lint},
                                                              {"schema", Action::schema},   {"explain", Action::explain},
                                                              {"report", Action::report},   {"doctor", Action::doctor},
                                                              {"init", Action::init}};
  line.action = std::ranges::find(kActions, command->name, &std::pair<std::string_view, Action>::first)->second;
  switch (line.action) {
    case Action::run: line.run.command = parts->words; break;
    case Action::init: line.file = parts->words.empty() ? "" : parts->words[0]; break;
    case Action::lint: line.specs = parts->words; break;
    case Action::explain: line.topic = parts->words[0]; break;
    case Action::report: line.report.timeline = parts->words[0]; break;
    default: break;
  }
  return line;
}

}  // namespace bigfoot
