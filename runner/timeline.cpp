// runner/timeline.cpp - Counts, redacts, spools; at the end makes the document. See timeline.h.
#include "runner/timeline.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <unordered_map>
#include <utility>

#include "runner/record_json.h"
#include "runner/spool.h"
#include "runner/timeline_document.h"
#include "runner/violation_fold.h"

namespace bigfoot {
namespace {

enum class Form { none, unnamed, lines, document, standard_output };

Form form_of(const TimelineOptions& options) {
  if (!options.file) return options.read_again ? Form::unnamed : Form::none;
  if (*options.file == "-") return Form::standard_output;
  return options.file->ends_with(".jsonl") ? Form::lines : Form::document;
}

int open_unnamed() {
  const char* chosen = std::getenv("TMPDIR");
  std::string name = fmt::format("{}/bigfoot-run.XXXXXX", chosen != nullptr && *chosen != '\0' ? chosen : "/tmp");
  const int fd = ::mkostemp(name.data(), O_CLOEXEC);
  if (fd >= 0) ::unlink(name.c_str());
  return fd;
}

class SpooledTimeline final : public Timeline {
 public:
  SpooledTimeline(const TimelineOptions& options, const Redactor& redactor)
      : options_(options), redactor_(redactor), form_(form_of(options)) {}

  std::optional<std::string> start(const RunInfo& run) {
    if (form_ == Form::none) return std::nullopt;
    if (form_ == Form::lines) spool_name_ = *options_.file;
    if (form_ == Form::document) spool_name_ = *options_.file + ".partial.jsonl";
    const int fd = spool_name_.empty() ? open_unnamed() : ::open(spool_name_.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (fd < 0) return fmt::format("cannot write {}: {}", name(), std::strerror(errno));
    spool_ = std::make_unique<Spool>(fd, form_ == Form::lines ? Spool::Mode::visible : Spool::Mode::mapped);
    append(kRunRecord, redacted(run));
    return std::nullopt;
  }

  void add(Interaction interaction) override {
    ++counts_.interactions;
    if (interaction.state == "asserted") {
      ++counts_.asserted;
    } else if (interaction.state == "ambient") {
      ++counts_.ambient;
    } else if (interaction.state == "allowed") {
      ++counts_.allowed;
    }
    if (!spool_) return;
    note_order(interaction.seq);
    redactor_.apply(interaction);
    record_.assign(kInteractionRecord);
    append_members(record_, interaction, options_.body_limit);
    record_ += '\n';
    spool_->append(record_);
  }

  std::string repeatable(Interaction interaction) const override {
    std::string text;
    if (!spool_) return text;
    redactor_.apply(interaction);
    append_repeatable(text, interaction, options_.body_limit);
    return text;
  }

  void add_again(const Interaction& numbers, std::string_view repeatable) override {
    ++counts_.interactions;
    ++counts_.asserted;
    if (!spool_) return;
    note_order(numbers.seq);
    record_.assign(kInteractionRecord);
    append_numbers(record_, numbers);
    record_ += ',';
    record_ += repeatable;
    record_ += '\n';
    spool_->append(record_);
  }

  Violation add(Violation violation) override {
    ++counts_.violations[static_cast<std::size_t>(violation.kind)];
    redactor_.apply(violation);
    keep_patch(violation);
    violation = as_stored(std::move(violation));
    if (spool_) append(kViolationRecord, violation);
    fold_.add(violation);
    return violation;
  }

  void add(const ProcessRecord& process) override {
    ProcessRecord redacted = process;
    redacted.argv = redactor_.apply_command(std::move(redacted.argv));
    if (spool_) append(kProcessRecord, redacted);
    const auto [known, is_new] = process_index_.try_emplace(process.pid, processes_.size());
    if (is_new) {
      processes_.push_back(std::move(redacted));
    } else {
      processes_[known->second] = std::move(redacted);
    }
  }

  void add(const TestRecord& test) override {
    if (spool_) append(kTestRecord, test);
  }

  const RunOutcome& counts() const override { return counts_; }
  bool stores_interactions() const override { return spool_ != nullptr; }
  const std::vector<Violation>& violations() const override { return fold_.kept(); }
  const std::vector<ProcessRecord>& processes() const override { return processes_; }
  const std::vector<Patchable>& patches() const override { return patches_; }

  std::optional<std::string> finish(const RunInfo& run, const RunOutcome& outcome) override {
    if (!spool_) return std::nullopt;
    std::string last(kOutcomeRecord);
    last += fmt::format("\"duration_ms\":{:.3f},", run.duration_ms);
    append_members(last, outcome);
    last += '\n';
    spool_->append(last);
    spool_->finish();
    std::optional<std::string> problem;
    if (!spool_->error().empty()) {
      problem = spool_->error();
    } else if (form_ == Form::standard_output) {
      problem = write(run, outcome, STDOUT_FILENO);
    } else if (form_ == Form::document) {
      problem = replace_file(run, outcome);
    }
    if (!problem) return std::nullopt;
    std::string where = form_ == Form::document ? fmt::format("; what was recorded is in {}", spool_name_) : "";
    return fmt::format("cannot write {}: {}{}", name(), *problem, where);
  }

  std::string stored_at() const override { return spool_ ? fmt::format("/proc/self/fd/{}", spool_->fd()) : ""; }

 private:
  std::string name() const { return options_.file ? fmt::format("the timeline {}", *options_.file) : "a temporary file for the reports"; }

  void keep_patch(Violation& violation) {
    Patch patch = std::exchange(violation.patch, {});
    if (!options_.keeps_patches || patches_.size() == kKeptPatches) return;
    const Place at = violation.expectation ? Place{violation.expectation->file, violation.expectation->line, 1} : Place{};
    patches_.push_back({violation.kind, violation.interaction.value_or(0), violation.connection, violation.test, at, violation.message, std::move(patch), violation.suggestion});
  }

  void note_order(std::uint64_t seq) {
    in_order_ = in_order_ && seq >= last_seq_;
    last_seq_ = seq;
  }

  RunInfo redacted(RunInfo run) const {
    run.command = redactor_.apply_command(std::move(run.command));
    return run;
  }

  template <class Record>
  void append(std::string_view prefix, const Record& record) {
    std::string line(prefix);
    append_members(line, record);
    line += '\n';
    spool_->append(line);
  }

  std::optional<std::string> write(const RunInfo& run, const RunOutcome& outcome, int fd) const {
    return write_document({redacted(run), outcome, processes_, spool_->fd(), in_order_}, fd);
  }

  /// The old document stays whole until the new one is.
  std::optional<std::string> replace_file(const RunInfo& run, const RunOutcome& outcome) const {
    const std::string temporary = *options_.file + ".partial";
    const int fd = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (fd < 0) return std::strerror(errno);
    std::optional<std::string> problem = write(run, outcome, fd);
    if (::close(fd) != 0 && !problem) problem = std::strerror(errno);
    if (!problem && std::rename(temporary.c_str(), options_.file->c_str()) != 0) problem = std::strerror(errno);
    if (problem) {
      ::unlink(temporary.c_str());
    } else {
      ::unlink(spool_name_.c_str());
    }
    return problem;
  }

  TimelineOptions options_;
  const Redactor& redactor_;
  Form form_;
  std::string spool_name_;
  std::unique_ptr<Spool> spool_;
  std::string record_;  // kept for its capacity: one interaction after the other is written here
  bool in_order_ = true;
  std::uint64_t last_seq_ = 0;
  RunOutcome counts_;
  ViolationFold fold_{kKeptViolations};
  std::vector<Patchable> patches_;
  std::vector<ProcessRecord> processes_;
  std::unordered_map<int, std::size_t> process_index_;  // pid -> index in processes_
};

}  // namespace

std::expected<std::unique_ptr<Timeline>, std::string> Timeline::open(const TimelineOptions& options, const RunInfo& run,
                                                                    const Redactor& redactor) {
  auto timeline = std::make_unique<SpooledTimeline>(options, redactor);
  if (auto problem = timeline->start(run)) return std::unexpected(*problem);
  return timeline;
}

}  // namespace bigfoot
