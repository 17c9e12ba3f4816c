// runner/commands.h - The subcommands beside run. Each gives the exit status of outputs.md.
#pragma once

#include <string>
#include <vector>

#include "runner/options.h"

namespace bigfoot {

int lint(const std::vector<std::string>& specs);
int print_schema();
int explain(const std::string& topic);
int report(const ReportOptions& options);
int doctor();
/// Writes a first spec, to bigfoot.toml where `file` is "".
int init(const std::string& file);
/// Copies a manual page from stdin to stdout with its lists as they are now; for man/refresh.
int refresh_page();

}  // namespace bigfoot
