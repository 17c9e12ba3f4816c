// runner/commands_report.cpp - `bigfoot-run report`: a timeline again as text, or as JSON that can be compared.
#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <iostream>

#include "runner/commands.h"
#include "runner/report.h"
#include "runner/timeline_normalize.h"
#include "runner/timeline_read.h"

namespace bigfoot {
namespace {

int cannot_read(const std::string& why) {
  fmt::print(stderr, "bigfoot-run: {}\n", why);
  return 2;
}

}  // namespace

int report(const ReportOptions& options) {
  if (options.normalize) {
    const auto written = write_normalized(options.timeline, std::cout);
    std::cout.flush();
    return written ? 0 : cannot_read(written.error());
  }
  const auto stored = read_run(options.timeline);
  if (!stored) return cannot_read(stored.error());
  const ReportInput input{stored->run, stored->outcome, stored->violations, stored->processes};
  const bool color = use_color(options.color, STDOUT_FILENO);
  std::string text = text_report(input, color, options.verbose);
  if (text.empty()) text = text_report(input, color, /*verbose=*/true);  // a green run: whoever asks wants its one line
  fmt::print("{}", text);
  if (!stored->complete) {
    fmt::print("\nThe run was cut short (its timeline has no end): this is what had happened until then.\n");
  }
  return 0;
}

}  // namespace bigfoot
