// runner/report.cpp - The text report, block by block. See report.h; spec-format.md, section 5 shows the form.
#include "runner/report.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <numeric>
#include <string_view>

#include "runner/difference_text.h"
#include "runner/json_text.h"
#include "runner/report_values.h"

namespace bigfoot {
namespace {

constexpr std::size_t kBlocksOfKind = 20;  // past these nobody reads on: the timeline has them all
constexpr std::size_t kLongestHead = 100;  // heads line up their right side, but not behind a very long one
constexpr std::size_t kLongestArgv = 40;

/// ANSI colours where they are wanted (ECMA-48, SGR).
class Paint {
 public:
  explicit Paint(bool on) : on_(on) {}
  std::string bold(std::string_view text) const { return with("1", text); }
  std::string dim(std::string_view text) const { return with("2", text); }
  std::string red(std::string_view text) const { return with("31", text); }
  std::string green(std::string_view text) const { return with("32", text); }
  std::string cyan(std::string_view text) const { return with("36", text); }
  std::string kind(ViolationKind kind, std::string_view text) const {
    const bool missing = kind == ViolationKind::unused || kind == ViolationKind::unasserted;
    return with(missing ? "1;33" : "1;31", text);
  }

 private:
  std::string with(std::string_view code, std::string_view text) const {
    return on_ ? fmt::format("\x1b[{}m{}\x1b[0m", code, text) : std::string(text);
  }
  bool on_;
};

std::string counted(std::uint64_t count, std::string_view noun) {
  return fmt::format("{} {}{}", grouped(count), noun, count == 1 ? "" : "s");
}

std::string upper(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
  return out;
}

std::string place(const ExpectationRef& ref) {
  return ref.line == 0 ? ref.file : fmt::format("{}:{}", ref.file, ref.line);
}

std::string interactions_line(const RunOutcome& outcome) {
  std::string text = counted(outcome.interactions, "interaction");
  std::vector<std::string> parts;
  if (outcome.ambient > 0) parts.push_back(fmt::format("{} ambient", grouped(outcome.ambient)));
  if (outcome.allowed > 0) parts.push_back(fmt::format("{} allowed", grouped(outcome.allowed)));
  if (!parts.empty()) text += fmt::format(" ({})", fmt::join(parts, ", "));
  return text;
}

/// How the run ended, where that needs a word.
std::string ending(const RunOutcome& outcome) {
  if (outcome.ended_by == "timeout") return "ended by the timeout";
  if (outcome.ended_by == "signal") return "ended by a signal";
  if (!outcome.ended_by.empty()) return outcome.ended_by;
  return own_failure(outcome);
}

/// The rows below say how many fields differ: the head need not.
std::string_view without_count(const Violation& violation) {
  const std::size_t count = violation.fields.size();
  std::string_view message = violation.message;
  const std::string said = fmt::format(": {} {}", count, count == 1 ? "field differs" : "fields differ");
  if (message.ends_with(said)) message.remove_suffix(said.size());
  return message;
}

class Report {
 public:
  Report(const ReportInput& input, bool color, bool verbose) : input_(input), paint_(color), verbose_(verbose) {}

  std::string text() {
    out_ = paint_.bold(summary_text(input_.outcome)) + "\n";
    if (problem_count(input_.outcome) == 0 && input_.outcome.exit_status == 3 && input_.outcome.interactions == 0) {
      out_ += "\nThe command made no call that could be seen, and --require-interactions asks for at least one.\n";
    }
    if (problem_count(input_.outcome) > 0 && !own_failure(input_.outcome).empty()) {
      out_ += "\nThe command itself failed: what is missing below may be a consequence of that.\n";
    }
    choose_blocks();
    for (const Violation* violation : shown_) align(*violation);
    for (const Violation* violation : shown_) block(*violation);
    left_out();
    return std::move(out_);
  }

  std::string text_of(const Violation& violation) {
    block(violation);
    return out_.substr(1);  // without the empty line in front
  }

 private:
  void choose_blocks() {
    for (const Violation& violation : input_.violations) {
      const auto kind = static_cast<std::size_t>(violation.kind);
      if (!verbose_ && shown_of_kind_[kind] == kBlocksOfKind) continue;
      ++shown_of_kind_[kind];
      told_of_kind_[kind] += violation.times;
      shown_.push_back(&violation);
    }
    by_section();
  }

  /// Sections in the order in which they came, each with its own violations together.
  void by_section() {
    std::map<std::string_view, std::size_t> order;
    for (const Violation* violation : shown_) order.try_emplace(violation->test, order.size());
    std::ranges::stable_sort(shown_, {}, [&](const Violation* violation) { return order[violation->test]; });
  }

  std::string process(int pid) const {
    const auto found = std::ranges::find(input_.processes, pid, &ProcessRecord::pid);
    const std::string argv = found == input_.processes.end() ? "" : command_words(found->argv, kLongestArgv);
    return argv.empty() ? fmt::format("pid {}", pid) : fmt::format("{} pid {}", argv, pid);
  }

  /// "in test_login · tests pid 3 · t+212ms · answered 501"
  std::string side(const Violation& violation) const {
    std::vector<std::string> parts;
    if (!violation.test.empty()) parts.push_back(fmt::format("in {}", one_line(violation.test)));
    if (violation.times > 1) parts.push_back(fmt::format("{} times", grouped(violation.times)));
    if (violation.pid != 0) parts.push_back(process(violation.pid));
    if (violation.pid != 0 || violation.interaction) {
      parts.push_back(fmt::format("t+{}ms", grouped(static_cast<std::uint64_t>(std::llround(std::max(0.0, violation.t_ms))))));
    }
    if (!violation.answered.empty()) parts.push_back(fmt::format("answered {}", violation.answered));
    return fmt::format("{}", fmt::join(parts, " · "));
  }

  void align(const Violation& violation) {
    const std::size_t width = columns(violation_head(violation));
    if (!side(violation).empty() && width <= kLongestHead) head_width_ = std::max(head_width_, width);
  }

  void block(const Violation& violation) {
    out_ += '\n';
    const std::string line = violation_head(violation);
    const std::string kind = upper(to_text(violation.kind));
    out_ += paint_.kind(violation.kind, kind) + line.substr(kind.size());
    if (const std::string right = side(violation); !right.empty()) {
      const std::size_t width = columns(line);
      out_.append(head_width_ > width ? head_width_ - width + 4 : 4, ' ');
      out_ += paint_.dim(right);
    }
    out_ += '\n';
    if (!violation.headline.empty() && violation.fields.empty() && violation.message != violation.headline) {
      out_ += fmt::format("   {}\n", one_line(violation.message));
    }
    if (violation.likely_consequence) {
      out_ += paint_.dim("   likely a consequence of the command's own failure") + "\n";
    }
    if (violation.expectation && (violation.interaction || !violation.expectation->id.empty())) {
      const std::string& id = violation.expectation->id;
      out_ += fmt::format("   {}{}\n", place(*violation.expectation), id.empty() ? "" : fmt::format(" `{}`", id));
    }
    fields(violation);
    if (violation.nearest || !violation.nearest_text.empty()) {
      out_ += fmt::format("   nearest: {}{}{}\n", violation.nearest ? place(*violation.nearest) : "",
                          violation.nearest && !violation.nearest_text.empty() ? " " : "", one_line(violation.nearest_text));
    }
    for (const std::string& note : violation.notes) out_ += fmt::format("   {}\n", one_line(note));
    suggestion(violation);
  }

  void fields(const Violation& violation) {
    std::vector<FieldText> texts;
    std::vector<std::vector<DifferenceLine>> lines;
    std::size_t path_width = 0, expected_width = 0;
    const std::string_view unsaid = violation.kind == ViolationKind::unasserted ? "(not mentioned)" : "";
    for (const Difference& difference : violation.fields) {
      texts.push_back(field_text(difference, unsaid));
      lines.push_back(difference_lines(difference));
      if (!lines.back().empty()) continue;
      path_width = std::max(path_width, columns(difference.path));
      if (!texts.back().is_long) expected_width = std::max(expected_width, columns(texts.back().expected));
    }
    for (std::size_t i = 0; i < texts.size(); ++i) {
      const FieldText& text = texts[i];
      const std::string& path = violation.fields[i].path;
      if (!lines[i].empty()) {
        line_by_line(path, lines[i]);
        continue;
      }
      const std::string note = text.note.empty() ? "" : paint_.dim(fmt::format("   {}", text.note));
      if (text.is_long) {
        out_ += fmt::format("     {}{}\n       expected {}\n       got      {}\n", path, note, paint_.green(text.expected),
                            paint_.red(text.actual));
        continue;
      }
      out_ += fmt::format("     {}{:{}}expected {}{:{}}got {}{}\n", path, "", path_width - columns(path) + 3,
                          paint_.green(text.expected), "", expected_width - columns(text.expected) + 4,
                          paint_.red(text.actual), note);
    }
    if (violation.fields_equal > 0) out_ += fmt::format("     {} equal\n", counted(violation.fields_equal, "field"));
  }

  void line_by_line(std::string_view path, const std::vector<DifferenceLine>& lines) {
    out_ += fmt::format("     {}   {}\n", path, paint_.dim("- expected, + got"));
    for (const DifferenceLine& line : lines) {
      const std::string text = line.mark == '@' || line.mark == '.' ? line.text : fmt::format("{}{}", line.mark, line.text);
      const bool is_dim = line.mark == '@' || line.mark == '.' || line.mark == '\\';
      out_ += fmt::format("       {}\n", line.mark == '-' ? paint_.green(text) : line.mark == '+' ? paint_.red(text) : is_dim ? paint_.dim(text) : text);
    }
  }

  void suggestion(const Violation& violation) {
    if (violation.suggestion.empty()) return;
    const std::string verb = violation.suggestion_verb.empty() ? "add" : violation.suggestion_verb;
    std::string_view rest = violation.suggestion;
    while (rest.ends_with('\n')) rest.remove_suffix(1);
    if (rest.find('\n') == std::string_view::npos && !rest.starts_with('[')) {
      out_ += fmt::format("   {}:  {}\n", verb, paint_.cyan(rest));
      return;
    }
    out_ += fmt::format("   {}:\n", verb);
    while (true) {
      const std::size_t end = rest.find('\n');
      const std::string_view line = rest.substr(0, end);
      out_ += line.empty() ? "\n" : fmt::format("     {}\n", paint_.cyan(line));
      if (end == std::string_view::npos) return;
      rest.remove_prefix(end + 1);
    }
  }

  void left_out() {
    bool first = true;
    for (std::size_t kind = 0; kind < shown_of_kind_.size(); ++kind) {
      const std::uint64_t total = input_.outcome.violations[kind];
      if (total <= told_of_kind_[kind]) continue;
      if (first) out_ += '\n';
      first = false;
      out_ += fmt::format("… and {} more {} like this; the timeline (--timeline FILE) has them all\n",
                          grouped(total - told_of_kind_[kind]), to_text(static_cast<ViolationKind>(kind)));
    }
  }

  const ReportInput& input_;
  Paint paint_;
  bool verbose_;
  std::string out_;
  std::vector<const Violation*> shown_;
  std::array<std::size_t, 11> shown_of_kind_{};
  std::array<std::uint64_t, 11> told_of_kind_{};
  std::size_t head_width_ = 0;
};

}  // namespace

std::uint64_t problem_count(const RunOutcome& outcome) {
  return std::accumulate(outcome.violations.begin(), outcome.violations.end(), std::uint64_t{0});
}

std::string own_failure(const RunOutcome& outcome) {
  if (!outcome.ended_by.empty()) return "";
  if (outcome.child_signal) return fmt::format("the command was killed by signal {}", *outcome.child_signal);
  if (outcome.child_exit_code.value_or(0) != 0) return fmt::format("the command failed with status {}", *outcome.child_exit_code);
  return "";
}

std::string command_text(const RunInfo& run) {
  constexpr std::size_t kLongest = 120;
  std::string text;
  for (const std::string& word : run.command) text += fmt::format("{}{}", text.empty() ? "" : " ", one_line(readable(word)));
  if (text.size() <= kLongest) return text;
  std::size_t end = kLongest;
  while ((static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;  // between characters
  return text.substr(0, end) + "…";
}

std::string summary_text(const RunOutcome& outcome) {
  std::vector<std::string> parts;
  const std::uint64_t count = problem_count(outcome);
  parts.push_back(count == 0 ? "no problems" : counted(count, "problem"));
  if (outcome.expectations > 0) {
    parts.push_back(fmt::format("{} of {} expectations met", grouped(outcome.expectations_met), grouped(outcome.expectations)));
  }
  parts.push_back(interactions_line(outcome));
  if (const std::string end = ending(outcome); !end.empty()) parts.push_back(end);
  return fmt::format("bigfoot-run: {}", fmt::join(parts, " · "));
}

std::string violation_head(const Violation& violation) {
  std::string text = upper(to_text(violation.kind));
  if (violation.interaction) {
    text += fmt::format("  #{}", *violation.interaction);
  } else if (violation.expectation) {
    text += fmt::format("  {}", place(*violation.expectation));
  }
  text += violation.interaction || !violation.expectation ? "  " : " ";
  return text + one_line(violation.headline.empty() ? without_count(violation) : violation.headline);
}

std::string violation_text(const ReportInput& input, const Violation& violation) {
  return Report(input, /*color=*/false, /*verbose=*/true).text_of(violation);
}

std::string text_report(const ReportInput& input, bool color, bool verbose) {
  const bool nothing_seen = input.outcome.exit_status == 3 && input.outcome.interactions == 0;
  if (problem_count(input.outcome) == 0 && !verbose && !nothing_seen && input.outcome.ended_by.empty()) return "";
  return Report(input, color, verbose).text();
}

}  // namespace bigfoot
