// runner/reports/reports.h - The forms of a report that other programs read. Each is made from the timeline alone, after the
// run and from a stored one alike.
#pragma once

#include <expected>
#include <ostream>
#include <string>
#include <string_view>

#include "runner/timeline_read.h"

namespace bigfoot {

/// JUnit XML: the run is a suite, each test section a case, each violation a failure.
void write_junit(std::ostream& out, const StoredRun& run);

/// Workflow commands of GitHub Actions, an error for each violation, worst first. `workspace`: the folder of the checkout,
/// which files are named from; "" where it is not known.
void write_github(std::ostream& out, const StoredRun& run, const std::string& workspace);

/// HTTP Archive 1.2 of the run's HTTP calls. `file`: the timeline that `run` was read from.
std::expected<void, std::string> write_har(std::ostream& out, const StoredRun& run, const std::string& file);

/// How much of a run the page holds; of a larger one the violations and what happened around them.
struct PageLimits {
  std::size_t interactions = 20'000;
  std::size_t bytes = 64 << 20;  ///< of JSON
};

/// One HTML page that needs nothing else. `file` as above.
std::expected<void, std::string> write_page(std::ostream& out, const StoredRun& run, const std::string& file, const PageLimits& limits = {});

}  // namespace bigfoot
