// runner/reports/page.cpp - See reports.h. The page holds the timeline as JSON (outputs.md, "The timeline") in a script element,
// with one member more: "page", what was left out.
#include <algorithm>
#include <unordered_set>

#include "runner/json_text.h"
#include "runner/record_json.h"
#include "runner/reports/page_text.h"
#include "runner/reports/reports.h"

namespace bigfoot {
namespace {

constexpr std::string_view kPlace = "@TIMELINE@";

/// JSON that no HTML reader takes for markup: "<" stands in strings only, where it may be written as an escape.
std::string safe(std::string_view json) {
  std::string out;
  for (std::size_t at = 0; at < json.size();) {
    const std::size_t end = std::min(json.find('<', at), json.size());
    out.append(json.substr(at, end - at));
    if (end < json.size()) out += "\\u003c";
    at = end + 1;
  }
  return out;
}

std::string json_of(const Value& value) {
  std::string text;
  append_json(text, value);
  return safe(text);
}

template <class Record>
std::string json_of(const Record& record) {
  std::string text = "{";
  append_members(text, record);
  return safe(text);
}

/// The elements of one list, a line each.
class List {
 public:
  List(std::ostream& out, std::string_view name) : out_(out) { out_ << ",\n\"" << name << "\": ["; }
  void add(std::string_view json) {
    out_ << (first_ ? "\n" : ",\n") << json;
    first_ = false;
  }
  void end() { out_ << "\n]"; }

 private:
  std::ostream& out_;
  bool first_ = true;
};

/// Which interactions the page holds.
class Choice {
 public:
  explicit Choice(const PageLimits& limits) : limits_(limits) {}

  void note_call(std::uint64_t seq, std::size_t bytes) {
    calls_.push_back({seq, bytes});
    bytes_ += bytes;
  }
  void note_problem(std::uint64_t seq) { problems_.push_back(seq); }

  /// All, where they are not too many; else the nearest to problems first, then from the start of the run on.
  void choose() {
    all_ = calls_.size() <= limits_.interactions && bytes_ <= limits_.bytes;
    if (all_) return;
    std::ranges::sort(calls_, {}, &Call::seq);
    std::ranges::sort(problems_);
    std::vector<std::pair<std::uint64_t, std::size_t>> order;  // distance, index in calls_
    for (std::size_t i = 0; i < calls_.size(); ++i) order.emplace_back(distance(calls_[i].seq), i);
    std::ranges::sort(order);
    std::size_t bytes = 0;
    for (const auto& [unused, index] : order) {
      bytes += calls_[index].bytes;
      if (chosen_.size() == limits_.interactions || bytes > limits_.bytes) return;
      chosen_.insert(calls_[index].seq);
    }
  }

  bool has(std::uint64_t seq) const { return all_ || chosen_.contains(seq); }
  bool all() const { return all_; }
  std::size_t count() const { return all_ ? calls_.size() : chosen_.size(); }
  std::size_t of() const { return calls_.size(); }

 private:
  struct Call {
    std::uint64_t seq;
    std::size_t bytes;
  };

  /// To the nearest problem; what is far from all of them is equally far.
  std::uint64_t distance(std::uint64_t seq) const {
    constexpr std::uint64_t kFar = 100;
    const auto next = std::ranges::lower_bound(problems_, seq);
    std::uint64_t nearest = kFar;
    if (next != problems_.end()) nearest = std::min(nearest, *next - seq);
    if (next != problems_.begin()) nearest = std::min(nearest, seq - *std::prev(next));
    return nearest;
  }

  PageLimits limits_;
  std::vector<Call> calls_;
  std::vector<std::uint64_t> problems_;
  std::unordered_set<std::uint64_t> chosen_;
  std::size_t bytes_ = 0;
  bool all_ = true;
};

std::uint64_t seq_of(const Value& record, const char* name) {
  const auto member = record.find(name);
  return member != record.end() && member->is_number_unsigned() ? member->get<std::uint64_t>() : 0;
}

std::expected<void, std::string> write_timeline(std::ostream& out, const StoredRun& run, const std::string& file, const PageLimits& limits) {
  Choice choice(limits);
  std::size_t violations = 0;
  auto read = read_records(file, [&](std::string_view type, Value record) {
    if (type == "interaction") choice.note_call(seq_of(record, "seq"), json_of(record).size());
    if (type != "violation") return;
    ++violations;
    if (violations <= limits.interactions) choice.note_problem(seq_of(record, "interaction"));
  });
  if (!read) return read;
  choice.choose();
  out << "{\n\"schema\": \"bigfoot-timeline/1\",\n\"run\": " << json_of(run.run) << ",\n\"outcome\": " << json_of(run.outcome);
  out << ",\n\"page\": "
      << json_of(Value{{"complete", run.complete}, {"interactions", {{"shown", choice.count()}, {"of", choice.of()}}},
                       {"violations", {{"shown", std::min(violations, limits.interactions)}, {"of", violations}}}});
  List processes(out, "processes");
  for (const ProcessRecord& process : run.processes) processes.add(json_of(process));
  processes.end();
  List interactions(out, "interactions");
  read = read_records(file, [&](std::string_view type, Value record) {
    if (type == "interaction" && choice.has(seq_of(record, "seq"))) interactions.add(json_of(record));
  });
  interactions.end();
  if (!read) return read;
  List problems(out, "violations");
  std::size_t written = 0;
  read = read_records(file, [&](std::string_view type, Value record) {
    if (type == "violation" && written++ < limits.interactions) problems.add(json_of(record));
  });
  problems.end();
  out << "\n}";
  return read;
}

}  // namespace

std::expected<void, std::string> write_page(std::ostream& out, const StoredRun& run, const std::string& file, const PageLimits& limits) {
  const std::size_t place = kPageText.find(kPlace);
  out << kPageText.substr(0, place);
  const auto written = write_timeline(out, run, file, limits);
  out << kPageText.substr(place + kPlace.size());
  return written;
}

}  // namespace bigfoot
