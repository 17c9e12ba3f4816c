// runner/timeline_read.cpp - See timeline_read.h. nlohmann_json throws in this file only.
#include "runner/timeline_read.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <unordered_map>

#include "runner/line_reader.h"
#include "runner/record_json.h"
#include "runner/timeline.h"
#include "runner/violation_fold.h"

namespace bigfoot {
namespace {

constexpr std::string_view kSchema = "bigfoot-timeline/1";

std::unexpected<std::string> bad(const std::string& file, std::string_view what) {
  return std::unexpected(fmt::format("{}: {}", file, what));
}

/// Members may be missing (another version's file), but what is there has the right type: else json::exception.
template <class T>
void take(const Value& record, const char* name, T& into) {
  if (const auto member = record.find(name); member != record.end() && !member->is_null()) into = member->get<T>();
}
template <class T>
void take(const Value& record, const char* name, std::optional<T>& into) {
  if (const auto member = record.find(name); member != record.end() && !member->is_null()) into = member->get<T>();
}
void take(const Value& record, const char* name, std::optional<ExpectationRef>& into) {
  const auto member = record.find(name);
  if (member == record.end() || member->is_null()) return;
  into.emplace();
  take(*member, "id", into->id);
  take(*member, "file", into->file);
  take(*member, "line", into->line);
}

RunInfo run_of(const Value& record) {
  RunInfo run;
  take(record, "command", run.command);
  take(record, "cwd", run.cwd);
  take(record, "specs", run.specs);
  take(record, "started_at", run.started_at);
  take(record, "duration_ms", run.duration_ms);
  take(record, "version", run.version);
  take(record, "kernel", run.kernel);
  take(record, "arch", run.arch);
  take(record, "seed", run.seed);
  return run;
}

ProcessRecord process_of(const Value& record) {
  ProcessRecord process;
  take(record, "pid", process.pid);
  take(record, "host_pid", process.host_pid);
  take(record, "ppid", process.ppid);
  take(record, "argv", process.argv);
  take(record, "exe", process.exe);
  take(record, "started_ms", process.started_ms);
  take(record, "ended_ms", process.ended_ms);
  take(record, "exit_code", process.exit_code);
  take(record, "signal", process.signal);
  return process;
}

TestRecord test_of(const Value& record) {
  TestRecord test;
  std::string state;
  take(record, "name", test.name);
  take(record, "pid", test.pid);
  take(record, "started_ms", test.started_ms);
  take(record, "ended_ms", test.ended_ms);
  take(record, "state", state);
  test.is_skipped = state == "skipped";
  return test;
}

std::optional<ViolationKind> kind_of(std::string_view name) {
  for (std::size_t kind = 0; kind < RunOutcome{}.violations.size(); ++kind) {
    if (to_text(static_cast<ViolationKind>(kind)) == name) return static_cast<ViolationKind>(kind);
  }
  return std::nullopt;
}

/// None where the kind is one of a later version: it cannot be shown, but the rest can.
std::optional<Violation> violation_of(const Value& record) {
  std::string kind;
  take(record, "kind", kind);
  const auto known = kind_of(kind);
  if (!known) return std::nullopt;
  Violation violation;
  violation.kind = *known;
  take(record, "interaction", violation.interaction);
  take(record, "expectation", violation.expectation);
  take(record, "pid", violation.pid);
  take(record, "test", violation.test);
  take(record, "t_ms", violation.t_ms);
  take(record, "message", violation.message);
  take(record, "headline", violation.headline);
  take(record, "answered", violation.answered);
  if (const auto fields = record.find("fields"); fields != record.end()) {
    for (const Value& field : *fields) {
      Difference difference;
      take(field, "path", difference.path);
      // A member that is null is a value here: JSON null, not "no key".
      if (field.contains("expected")) difference.expected = field["expected"];
      if (field.contains("actual")) difference.actual = field["actual"];
      take(field, "note", difference.note);
      violation.fields.push_back(std::move(difference));
    }
  }
  take(record, "fields_equal", violation.fields_equal);
  take(record, "nearest", violation.nearest);
  take(record, "nearest_text", violation.nearest_text);
  take(record, "notes", violation.notes);
  take(record, "suggestion_verb", violation.suggestion_verb);
  take(record, "suggestion", violation.suggestion);
  take(record, "likely_consequence", violation.likely_consequence);
  return violation;
}

RunOutcome outcome_of(const Value& record) {
  RunOutcome outcome;
  std::string verdict;
  take(record, "verdict", verdict);
  outcome.pass = verdict == "pass";
  take(record, "exit_status", outcome.exit_status);
  const Value none = Value::object();
  const Value child = record.value("child", none);
  take(child, "exit_code", outcome.child_exit_code);
  take(child, "signal", outcome.child_signal);
  take(record, "ended_by", outcome.ended_by);
  const Value expectations = record.value("expectations", none);
  take(expectations, "met", outcome.expectations_met);
  take(expectations, "of", outcome.expectations);
  const Value counts = record.value("counts", none);
  take(counts, "interactions", outcome.interactions);
  take(counts, "asserted", outcome.asserted);
  take(counts, "ambient", outcome.ambient);
  take(counts, "allowed", outcome.allowed);
  for (std::size_t kind = 0; kind < outcome.violations.size(); ++kind) {
    take(counts, count_name(static_cast<ViolationKind>(kind)).c_str(), outcome.violations[kind]);
  }
  return outcome;
}

/// Sections by name, in the order in which they came.
class Sections {
 public:
  void note(const std::string& name, double started_ms, double ended_ms, bool is_skipped = false) {
    if (name.empty()) return;
    const auto [known, is_new] = index_.try_emplace(name, all_.size());
    if (is_new) all_.push_back({name, started_ms, ended_ms, is_skipped});
    StoredSection& section = all_[known->second];
    section.started_ms = std::min(section.started_ms, started_ms);
    section.ended_ms = std::max(section.ended_ms, ended_ms);
    section.is_skipped |= is_skipped;
  }
  /// In the order in which they began.
  std::vector<StoredSection> take() {
    std::ranges::stable_sort(all_, {}, &StoredSection::started_ms);
    return std::move(all_);
  }

 private:
  std::vector<StoredSection> all_;
  std::unordered_map<std::string, std::size_t> index_;  // name -> index in all_
};

/// The singular that records of lines have: "interactions" -> "interaction".
std::string_view type_of_list(std::string_view name) {
  if (name == "processes") return "process";
  if (name == "tests") return "test";
  if (name == "interactions") return "interaction";
  return name == "violations" ? "violation" : "";
}

/// Elements of the document's lists are handed over as they end and dropped from the tree.
std::expected<void, std::string> read_document(const std::string& file, std::istream& in, const OnRecord& on_record) {
  std::string list;
  bool known_schema = false;
  const auto callback = [&](int depth, Value::parse_event_t event, Value& parsed) {
    if (depth == 1 && event == Value::parse_event_t::key) list = parsed.get<std::string>();
    if (depth == 1 && event == Value::parse_event_t::value && list == "schema") known_schema = parsed == kSchema;
    if (depth == 1 && event == Value::parse_event_t::object_end && (list == "run" || list == "outcome")) {
      on_record(list, std::move(parsed));
      return false;
    }
    if (depth != 2 || event != Value::parse_event_t::object_end || type_of_list(list).empty()) return true;
    on_record(type_of_list(list), std::move(parsed));
    return false;
  };
  Value rest;
  try {
    rest = Value::parse(in, callback);
  } catch (const Value::exception& error) {
    return bad(file, fmt::format("no timeline: {}", error.what()));
  }
  if (!known_schema) return bad(file, fmt::format("no timeline: \"schema\" is not \"{}\"", kSchema));
  return {};
}

/// A run that was killed may leave blank lines, and half a record as the last: both say nothing.
std::expected<void, std::string> read_lines(const std::string& file, int fd, const OnRecord& on_record) {
  LineReader lines(fd);
  std::string_view line;
  std::size_t number = 0, half_record = 0;
  while (lines.next(line)) {
    ++number;
    if (line.find_first_not_of(std::string_view("\0 \r", 3)) == std::string_view::npos) continue;
    if (half_record != 0) return bad(file, fmt::format("line {} is no JSON", half_record));
    Value record = Value::parse(line, nullptr, /*allow_exceptions=*/false);
    if (record.is_discarded() || !record.is_object()) {
      half_record = number;
      continue;
    }
    std::string type;
    try {
      take(record, "type", type);
      record.erase("type");
      if (type == "run" && record.value("schema", "") != kSchema) {
        return bad(file, fmt::format("no timeline: \"schema\" is not \"{}\"", kSchema));
      }
      on_record(type, std::move(record));
    } catch (const Value::exception& error) {
      return bad(file, fmt::format("line {}: {}", number, error.what()));
    }
  }
  if (lines.failed()) return bad(file, "cannot be read to its end");
  return {};
}

/// Lines begin with a whole record; the document with a brace alone.
bool is_lines(int fd) {
  LineReader lines(fd);
  std::string_view line;
  return lines.next(line) && line.starts_with(R"({"type":)");
}

}  // namespace

std::expected<void, std::string> read_records(const std::string& file, const OnRecord& on_record) {
  const int fd = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return bad(file, std::strerror(errno));
  std::expected<void, std::string> result;
  if (is_lines(fd)) {
    result = read_lines(file, fd, on_record);
  } else {
    std::ifstream in(file, std::ios::binary);
    result = read_document(file, in, on_record);
  }
  ::close(fd);
  return result;
}

std::expected<StoredRun, std::string> read_run(const std::string& file) {
  StoredRun stored;
  RunOutcome counted;
  Sections sections;
  ViolationFold fold(Timeline::kKeptViolations);
  const auto read = read_records(file, [&](std::string_view type, Value record) {
    if (type == "run") {
      stored.run = run_of(record);
    } else if (type == "outcome") {
      stored.outcome = outcome_of(record);
      take(record, "duration_ms", stored.run.duration_ms);
      stored.complete = true;
    } else if (type == "process") {
      ProcessRecord process = process_of(record);
      const auto known = std::ranges::find(stored.processes, process.pid, &ProcessRecord::pid);
      if (known == stored.processes.end()) {
        stored.processes.push_back(std::move(process));
      } else {
        *known = std::move(process);
      }
    } else if (type == "test") {
      const TestRecord test = test_of(record);
      sections.note(test.name, test.started_ms, test.ended_ms, test.is_skipped);
    } else if (type == "interaction") {
      ++counted.interactions;
      const std::string state = record.value("state", "");
      counted.asserted += state == "asserted";
      counted.ambient += state == "ambient";
      counted.allowed += state == "allowed";
      std::string test;
      double t_ms = 0, duration_ms = 0;
      take(record, "test", test);
      take(record, "t_ms", t_ms);
      take(record, "duration_ms", duration_ms);
      sections.note(test, t_ms, t_ms + duration_ms);
    } else if (type == "violation") {
      if (auto violation = violation_of(record)) {
        ++counted.violations[static_cast<std::size_t>(violation->kind)];
        sections.note(violation->test, violation->t_ms, violation->t_ms);
        fold.add(std::move(*violation));
      }
    }
  });
  if (!read) return std::unexpected(read.error());
  if (!stored.complete) stored.outcome = counted;
  stored.violations = fold.kept();
  stored.sections = sections.take();
  return stored;
}

}  // namespace bigfoot
