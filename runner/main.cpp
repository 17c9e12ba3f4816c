// runner/main.cpp - From the command line to the subcommand.
#include <cstdio>

#include "runner/commands.h"
#include "runner/options.h"

int main(int argc, char** argv) {
  using namespace bigfoot;
  const auto line = parse_command_line({argv + (argc > 0 ? 1 : 0), argv + argc});
  if (!line) {
    std::fputs(line.error().c_str(), stderr);
    return 2;
  }
  switch (line->action) {
    case CommandLine::Action::run: return run(line->run);
    case CommandLine::Action::lint: return lint(line->specs);
    case CommandLine::Action::schema: return print_schema();
    case CommandLine::Action::explain: return explain(line->topic);
    case CommandLine::Action::report: return report(line->report);
    case CommandLine::Action::doctor: return doctor();
    case CommandLine::Action::init: return init(line->file);
    case CommandLine::Action::mdoc: return refresh_page();
    case CommandLine::Action::print: std::fputs(line->text.c_str(), stdout); return 0;
  }
}
