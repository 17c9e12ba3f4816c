// runner/reports/junit.cpp - See reports.h. There is no standard; this is what the common readers agree on: the schema of
// Jenkins' xUnit plugin (junit-10.xsd) and GitLab's parser (lib/gitlab/ci/parsers/test/junit.rb), which shows the text of the
// first failure of a case only.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "runner/json_text.h"
#include "runner/report.h"
#include "runner/reports/reports.h"

namespace bigfoot {
namespace {

/// Text for XML 1.0, section 2.2: what no document may hold, even escaped, becomes U+FFFD.
std::string xml(std::string_view text, bool attribute = false) {
  constexpr std::string_view kReplacement = "\xEF\xBF\xBD";
  const std::string clean = readable(std::string(text));
  std::string out;
  for (std::size_t i = 0; i < clean.size(); ++i) {
    const char c = clean[i];
    const auto byte = static_cast<unsigned char>(c);
    const std::string_view rest = std::string_view(clean).substr(i);
    if (c == '&') {
      out += "&amp;";
    } else if (c == '<') {
      out += "&lt;";
    } else if (c == '>') {
      out += "&gt;";
    } else if (c == '"') {
      out += attribute ? "&quot;" : "\"";
    } else if (c == '\r' || (attribute && (c == '\n' || c == '\t'))) {
      out += fmt::format("&#{};", static_cast<int>(byte));
    } else if (byte < 0x20 && c != '\n' && c != '\t') {
      out += kReplacement;
    } else if (rest.starts_with("\xEF\xBF\xBE") || rest.starts_with("\xEF\xBF\xBF")) {  // U+FFFE, U+FFFF
      out += kReplacement;
      i += 2;
    } else {
      out += c;
    }
  }
  return out;
}

std::string attribute_value(std::string_view text) { return fmt::format("\"{}\"", xml(text, /*attribute=*/true)); }
std::string seconds(double ms) { return fmt::format("{:.3f}", std::max(0.0, ms) / 1000); }

/// The name of the program, as readers make a tree of it: Jenkins takes what is before the last dot for a package.
std::string class_name(const RunInfo& run) {
  std::string name = run.command.empty() ? "" : run.command[0].substr(run.command[0].rfind('/') + 1);
  std::ranges::replace(name, '.', '_');
  return name.empty() ? "bigfoot-run" : name;
}

struct TestCase {
  std::string name;
  double ms = 0;
  bool is_skipped = false;
  std::vector<const Violation*> violations;
  std::string error_type, error;  // what is no violation, but no success either
};

class Junit {
 public:
  explicit Junit(const StoredRun& run) : run_(run), input_{run.run, run.outcome, run.violations, run.processes} {
    gather();
  }

  void write(std::ostream& out) const {
    const std::string name = command_text(run_.run);
    const auto failed = std::ranges::count_if(cases_, [](const TestCase& test) { return !test.violations.empty(); });
    const auto errors = std::ranges::count_if(cases_, [](const TestCase& test) { return test.violations.empty() && !test.error.empty(); });
    const auto skipped = std::ranges::count_if(cases_, &TestCase::is_skipped);
    const std::string counts = fmt::format("tests=\"{}\" failures=\"{}\" errors=\"{}\"", cases_.size(), failed, errors);
    const std::string time = seconds(run_.run.duration_ms);
    out << "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
    out << fmt::format("<testsuites name=\"bigfoot-run\" {} time=\"{}\">\n", counts, time);
    out << fmt::format("  <testsuite name={} {} skipped=\"{}\" time=\"{}\" timestamp={}>\n", attribute_value(name), counts, skipped, time,
                       attribute_value(run_.run.started_at.substr(0, run_.run.started_at.find('.'))));
    out << "    <properties>\n";
    for (const std::string& spec : run_.run.specs) out << fmt::format("      <property name=\"spec\" value={}/>\n", attribute_value(spec));
    out << fmt::format("      <property name=\"bigfoot-run\" value={}/>\n    </properties>\n", attribute_value(run_.run.version));
    for (const TestCase& test : cases_) write(out, test);
    out << fmt::format("    <system-out>{}</system-out>\n", xml(text_report(input_, /*color=*/false, /*verbose=*/true)));
    out << "  </testsuite>\n</testsuites>\n";
  }

 private:
  void gather() {
    cases_.push_back({command_text(run_.run), run_.run.duration_ms, false});
    std::map<std::string, std::size_t> index{{"", 0}};
    for (const StoredSection& section : run_.sections) {
      index.emplace(section.name, cases_.size());
      cases_.push_back({section.name, section.ended_ms - section.started_ms, section.is_skipped});
    }
    for (const Violation& violation : run_.violations) {
      TestCase& test = cases_[index.at(violation.test)];
      test.violations.push_back(&violation);
      test.is_skipped = false;  // readers hide the failures of a skipped one
    }
    TestCase& command = cases_.front();
    if (!run_.complete) {
      command.error_type = "cut-short";
      command.error = "the run was cut short: this is what had happened until then";
    } else if (const std::string own = own_failure(run_.outcome); !own.empty()) {
      command.error_type = "exit";
      command.error = own;
    } else if (!run_.outcome.pass && run_.violations.empty()) {
      command.error_type = "exit";
      command.error = run_.outcome.exit_status == 3 ? "the command made no call that could be seen, and --require-interactions asks for at least one"
                                                    : fmt::format("the run ended with status {}", run_.outcome.exit_status);
    }
  }

  void write(std::ostream& out, const TestCase& test) const {
    out << fmt::format("    <testcase classname={} name={} time=\"{}\"", attribute_value(class_name(run_.run)), attribute_value(test.name), seconds(test.ms));
    if (test.violations.empty() && test.error.empty() && !test.is_skipped) {
      out << "/>\n";
      return;
    }
    out << ">\n";
    if (test.is_skipped) out << "      <skipped/>\n";
    for (const Violation* violation : test.violations) {
      std::string text = violation_text(input_, *violation);
      if (violation == test.violations.front()) text += others(test);
      out << fmt::format("      <failure type=\"{}\" message={}>{}</failure>\n", to_text(violation->kind),
                         attribute_value(fmt::format("{}: {}", to_text(violation->kind), violation->message)), xml(text));
    }
    if (!test.error.empty())
      out << fmt::format("      <error type=\"{}\" message={}>{}</error>\n", test.error_type, attribute_value(test.error), xml(test.error));
    out << "    </testcase>\n";
  }

  /// Behind the first failure: readers that show no other one still say that there are more.
  static std::string others(const TestCase& test) {
    if (test.violations.size() < 2) return "";
    std::string text = fmt::format("\n{} more here:\n", test.violations.size() - 1);
    for (std::size_t i = 1; i < test.violations.size(); ++i) text += fmt::format("   {}\n", violation_head(*test.violations[i]));
    return text;
  }

  const StoredRun& run_;
  ReportInput input_;
  std::vector<TestCase> cases_;
};

}  // namespace

void write_junit(std::ostream& out, const StoredRun& run) { Junit(run).write(out); }

}  // namespace bigfoot
