// tests/unit/runner/options_test.cpp - The command line. Source: outputs.md, "Command line".
#include "runner/options.h"

#include <gmock/gmock.h>

#include <cstdlib>
#include <sstream>

#include "runner/option_table.h"

namespace bigfoot {
namespace {

using std::chrono::milliseconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

RunOptions run_of(std::vector<std::string> arguments) {
  const auto line = parse_command_line(arguments);
  if (!line) {
    ADD_FAILURE() << line.error();
    return {};
  }
  EXPECT_EQ(line->action, CommandLine::Action::run);
  return line->run;
}

TEST(Options, TheCommandIsTheChildsOwn) {
  struct Case {
    std::vector<std::string> arguments, command;
  } const kCases[] = {
      {{"./tests"}, {"./tests"}},
      {{"./tests", "--spec", "x", "--", "-q"}, {"./tests", "--spec", "x", "--", "-q"}},
      {{"--", "--odd"}, {"--odd"}},
      {{"run", "./tests", "-v"}, {"./tests", "-v"}},
      {{"run", "--", "lint"}, {"lint"}},
      {{"-q", "lint", "x"}, {"lint", "x"}},
      {{"--spec", "a.toml", "--", "./tests", "--spec"}, {"./tests", "--spec"}},
      {{"--spec=a.toml", "./tests"}, {"./tests"}},
      {{"-sa.toml", "./tests"}, {"./tests"}},
      {{"-qs", "a.toml", "./tests"}, {"./tests"}},
      {{"--", "--", "x"}, {"--", "x"}},
      {{""}, {""}},
      {{"-"}, {"-"}},
  };
  for (const Case& c : kCases) EXPECT_EQ(run_of(c.arguments).command, c.command);
}

TEST(Options, OfRunAreRead) {
  const RunOptions run = run_of({"-s", "a.toml", "--spec", "b.toml", "-t", "-", "--guard", "warn", "--timeout", "1.5s", "--linger=500ms",
                                 "--exit-code", "verify", "--require-interactions", "--env", "A=1", "--env=B=x=y", "--env", "C=", "-qv",
                                 "--color=always", "./tests"});
  EXPECT_THAT(run.specs, ElementsAre("a.toml", "b.toml"));
  EXPECT_EQ(run.timeline, "-");
  EXPECT_EQ(run.guard, GuardLevel::warn);
  EXPECT_EQ(run.timeout, milliseconds(1500));
  EXPECT_EQ(run.linger, milliseconds(500));
  EXPECT_TRUE(run.verify_wins && run.require_interactions && run.quiet && run.verbose);
  EXPECT_THAT(run.env, ElementsAre(Pair("A", "1"), Pair("B", "x=y"), Pair("C", "")));
  EXPECT_EQ(run.color, Color::always);
}

TEST(Options, HaveTheDefaultsOfThePage) {
  const RunOptions run = run_of({"./tests"});
  EXPECT_TRUE(run.specs.empty());
  EXPECT_FALSE(run.timeline || run.guard || run.timeout || run.verify_wins || run.require_interactions || run.quiet || run.verbose);
  EXPECT_EQ(run.linger, milliseconds(2000));
  EXPECT_EQ(run.color, Color::automatic);
}

TEST(Options, NameTheReportsOfARun) {
  const RunOptions run = run_of({"--junit", "j.xml", "--html=p.html", "--har", "-", "./tests"});
  std::vector<std::pair<ReportForm, std::string>> reports;
  for (const ReportTarget& target : run.reports) reports.emplace_back(target.form, target.file);
  EXPECT_THAT(reports, testing::UnorderedElementsAre(Pair(ReportForm::junit, "j.xml"), Pair(ReportForm::html, "p.html"), Pair(ReportForm::har, "-")));
  const auto stored = parse_command_line({"report", "--github", "t.jsonl", "-o", "out"});
  ASSERT_TRUE(stored);
  EXPECT_EQ(stored->report.form, ReportForm::github);
  EXPECT_EQ(stored->report.output, "out");
}

TEST(Options, OfTheOtherSubcommandsAreRead) {
  const auto lint = parse_command_line({"lint", "a.toml", "b.toml"});
  ASSERT_TRUE(lint);
  EXPECT_EQ(lint->action, CommandLine::Action::lint);
  EXPECT_THAT(lint->specs, ElementsAre("a.toml", "b.toml"));
  const auto report = parse_command_line({"report", "t.json", "--normalize"});
  ASSERT_TRUE(report);
  EXPECT_EQ(report->report.timeline, "t.json");
  EXPECT_TRUE(report->report.normalize);
  EXPECT_EQ(parse_command_line({"explain", "noise"})->topic, "noise");
  EXPECT_EQ(parse_command_line({"doctor"})->action, CommandLine::Action::doctor);
  EXPECT_EQ(parse_command_line({"schema"})->action, CommandLine::Action::schema);
}

TEST(Options, MistakesNameTheCure) {
  struct Case {
    std::vector<std::string> arguments;
    std::string first_lines;
  } const kCases[] = {
      {{}, "bigfoot-run: no command to run\n  write bigfoot-run [OPTIONS] [--] COMMAND [ARG...]\n"},
      {{"--spec", "x", "--"}, "bigfoot-run: no command to run\n"},
      {{"--tmeline", "x", "a"}, "bigfoot-run: unknown option '--tmeline'\n  did you mean '--timeline'?\n"},
      {{"--frobnicate-all", "a"}, "bigfoot-run: unknown option '--frobnicate-all'\n  options of the command itself go behind its name\n"},
      {{"-x", "a"}, "bigfoot-run: unknown option '-x'\n"},
      {{"-qx", "a"}, "bigfoot-run: unknown option '-x'\n"},
      {{"--spec"}, "bigfoot-run: --spec needs a value\n  write --spec FILE\n"},
      {{"--quiet=yes", "a"}, "bigfoot-run: --quiet takes no value\n"},
      {{"--timeout", "5", "a"}, "bigfoot-run: --timeout: '5' is no duration: write 500ms, 2s or 1m\n"},
      {{"--timeout", "-1s", "a"}, "bigfoot-run: --timeout: '-1s' is no duration"},
      {{"--timeline", "t.txt", "a"}, "bigfoot-run: --timeline: 't.txt' must end in .json (one document) or .jsonl (a record a line), or be -\n"},
      {{"--guard", "erorr", "a"}, "bigfoot-run: --guard: 'erorr' is none of error, warn, off; did you mean 'error'?\n"},
      {{"--color", "blue", "a"}, "bigfoot-run: --color: 'blue' is none of auto, always, never\n"},
      {{"--exit-code", "verfiy", "a"}, "bigfoot-run: --exit-code: 'verfiy' is none of verify, child; did you mean 'verify'?\n"},
      {{"--env", "A", "a"}, "bigfoot-run: --env: 'A' is not NAME=VALUE\n"},
      {{"--junit"}, "bigfoot-run: --junit needs a value\n  write --junit FILE\n"},
      {{"--html=", "a"}, "bigfoot-run: --html: "},
      {{"--html", "-", "--github", "a"}, "bigfoot-run: only one of --timeline, --junit, --html, --har and --github can go to stdout\n  give the others a file\n"},
      {{"-t", "-", "--har", "-", "a"}, "bigfoot-run: only one of --timeline, "},
      {{"--record=x", "a"}, "bigfoot-run: --record is not built yet in this version"},
      {{"--record-twice", "x", "a"}, "bigfoot-run: --record-twice is not built yet in this version"},
      {{"--no-tls", "--ca-out", "x", "a"}, "bigfoot-run: --no-tls excludes --ca-out"},
      {{"explain"}, "bigfoot-run: explain needs TOPIC\n  write bigfoot-run explain TOPIC\n"},
      {{"init", "a", "b"}, "bigfoot-run: init: 'b' is one argument too many\n"},
      {{"lint", "--fix", "a"}, "bigfoot-run: unknown option '--fix' of bigfoot-run lint\n"},
      {{"doctor", "x"}, "bigfoot-run: doctor: 'x' is one argument too many\n"},
      {{"explain", "a", "b"}, "bigfoot-run: explain: 'b' is one argument too many\n"},
      {{"report", "x", "--html=y"}, "bigfoot-run: --html takes no value\n"},
      {{"report", "x", "--html", "--junit"}, "bigfoot-run: "},
      {{"report", "x", "--text", "--normalize"}, "bigfoot-run: "},
  };
  for (const Case& c : kCases) {
    const auto line = parse_command_line(c.arguments);
    ASSERT_FALSE(line) << c.first_lines;
    EXPECT_THAT(line.error(), testing::StartsWith(c.first_lines));
    EXPECT_THAT(line.error(), testing::EndsWith("  bigfoot-run --help lists the options\n"));
  }
}

TEST(Options, HelpAndVersionGoToStdout) {
  EXPECT_EQ(parse_command_line({"--version"})->text, "bigfoot-run " BIGFOOT_VERSION "\n");
  EXPECT_THAT(parse_command_line({"--help"})->text, HasSubstr("usage: bigfoot-run [OPTIONS] [--] COMMAND [ARG...]\n"));
  EXPECT_THAT(parse_command_line({"-h"})->text, HasSubstr("options of run\n"));
  EXPECT_THAT(parse_command_line({"report", "--help"})->text, testing::StartsWith("usage: bigfoot-run report [OPTIONS] TIMELINE\n"));
  EXPECT_EQ(run_of({"ls", "--help"}).command.size(), 2u);
}

TEST(Options, HelpFitsATerminal) {
  std::istringstream lines(help_text());
  for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 120u) << line;
}

TEST(Options, DurationsHaveUnits) {
  struct Case {
    std::string text;
    std::optional<milliseconds> time;
  } const kCases[] = {
      {"500ms", milliseconds(500)}, {"2s", milliseconds(2000)}, {"1m", milliseconds(60'000)}, {"1h", milliseconds(3'600'000)},
      {"0s", milliseconds(0)},      {"0.5s", milliseconds(500)}, {"", std::nullopt},           {"5", std::nullopt},
      {"s", std::nullopt},          {"5 s", std::nullopt},       {"-5s", std::nullopt},        {"5sec", std::nullopt},
      {"1e3s", std::nullopt},       {"nans", std::nullopt},      {"infs", std::nullopt},       {"99999999999999h", std::nullopt},
  };
  for (const Case& c : kCases) EXPECT_EQ(parse_duration(c.text), c.time) << c.text;
}

TEST(Options, ColourIsForTerminals) {
  EXPECT_TRUE(use_color(Color::always, -1));
  EXPECT_FALSE(use_color(Color::never, 1));
  EXPECT_FALSE(use_color(Color::automatic, -1));
}

}  // namespace
}  // namespace bigfoot
