// runner/commands_report.cpp - `bigfoot-run report`: a timeline again as text, for other programs, or as JSON that can be compared.
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iostream>

#include "runner/commands.h"
#include "runner/report.h"
#include "runner/reports/report_files.h"
#include "runner/timeline_normalize.h"
#include "runner/timeline_read.h"

namespace bigfoot {
namespace {

int fail(const std::string& why) {
  fmt::print(stderr, "bigfoot-run: {}\n", why);
  return 2;
}

std::expected<void, std::string> write(const ReportOptions& options, std::ostream& out) {
  if (options.normalize) return write_normalized(options.timeline, out);
  const auto stored = read_run(options.timeline);
  if (!stored) return std::unexpected(stored.error());
  if (options.form) return write_report(*options.form, out, *stored, options.timeline);
  const ReportInput input{stored->run, stored->outcome, stored->violations, stored->processes};
  const bool color = use_color(options.color, options.output ? -1 : STDOUT_FILENO);
  std::string text = text_report(input, color, options.verbose);
  if (text.empty()) text = text_report(input, color, /*verbose=*/true);  // a green run: whoever asks wants its one line
  out << text;
  if (!stored->complete) out << "\nThe run was cut short (its timeline has no end): this is what had happened until then.\n";
  return {};
}

}  // namespace

int report(const ReportOptions& options) {
  std::ofstream file;
  if (options.output && *options.output != "-") {
    file.open(*options.output, std::ios::binary | std::ios::trunc);
    if (!file) return fail(fmt::format("cannot write {}: {}", *options.output, std::strerror(errno)));
  }
  std::ostream& out = file.is_open() ? file : std::cout;
  if (const auto written = write(options, out); !written) return fail(written.error());
  errno = 0;
  return out.flush() ? 0 : fail(fmt::format("cannot write {}: {}", file.is_open() ? *options.output : "to stdout", std::strerror(errno)));
}

}  // namespace bigfoot
