// runner/commands.cpp - lint, schema and doctor. See commands.h.
#include "runner/commands.h"

#include <fmt/format.h>

#include <cstdio>
#include <iostream>
#include <iterator>

#include "runner/mdoc.h"
#include "runner/spec_search.h"
#include "spec/diagnostics.h"
#include "spec/spec.h"
#include "tracer/probe.h"

namespace bigfoot {

int lint(const std::vector<std::string>& named) {
  const std::vector<std::string> specs = find_specs(named);
  if (specs.empty()) {
    fmt::print(stderr, "bigfoot-run: no {} here or in a folder above\n  name a spec: bigfoot-run lint SPEC..., or write one: bigfoot-run init\n", kUsualSpec);
    return 2;
  }
  int status = 0;
  for (const std::string& file : specs) {
    Diagnostics problems;
    const Spec spec = load_spec({file}, problems);
    for (const Diagnostic& diagnostic : problems.all()) fmt::print(stderr, "{}", to_text(diagnostic));
    if (problems.has(Severity::error)) {
      status = 2;
      continue;
    }
    const auto count = [](std::size_t n, std::string_view noun) { return fmt::format("{} {}{}", n, noun, n == 1 ? "" : "s"); };
    std::string text = fmt::format("{}: ok, {}", file, count(spec.entries.size(), "expectation"));
    if (!spec.tests.empty()) text += fmt::format(" in and outside {}", count(spec.tests.size(), "test section"));
    fmt::print("{}\n", text);
    if (problems.has(Severity::not_here)) fmt::print("{}: a run would refuse it: not all that it asks for can be done here, see the notes\n", file);
  }
  return status;
}

int print_schema() {
  fmt::print("{}\n", spec_schema().dump(2));
  return 0;
}

int refresh_page() {
  const std::string page((std::istreambuf_iterator<char>(std::cin)), std::istreambuf_iterator<char>());
  fmt::print("{}", refreshed_page(page));
  return 0;
}

int doctor() {
  bool runnable = true;
  for (const ProbeResult& result : probe_machine()) {
    constexpr std::string_view kMarks[] = {"ok      ", "degraded", "missing "};
    fmt::print("{}  {}: {}{}{}\n", kMarks[static_cast<std::size_t>(result.state)], result.feature, result.found,
               result.cure.empty() ? "" : "; ", result.cure);
    runnable = runnable && result.state != ProbeResult::State::missing;
  }
  fmt::print("{}\n", runnable ? "bigfoot-run can work here." : "bigfoot-run cannot work here: see what is missing.");
  return runnable ? 0 : 125;
}

}  // namespace bigfoot
