// spec/raw_session.cpp - Playing the steps of a `socket` entry on one connection, or those of a child.
// Source: spec-format.md, rule 8, sections 4.5 and 4.6, section 9 (decision 7).
#include "spec/raw_session.h"

#include <fmt/format.h>

#include <algorithm>
#include <deque>

#include "protocols/raw/difference.h"
#include "spec/findings.h"
#include "spec/suggest.h"
#include "spec/toml_text.h"
#include "spec/values.h"

namespace bigfoot {
namespace {

using State = PrefixMatch::State;

std::string_view word_of(Verb verb) {
  switch (verb) {
    case Verb::send: return "send";
    case Verb::recv: return "recv";
    case Verb::close: return "close";
    case Verb::fault: return "fault";
  }
  return "";
}

/// Judges what has come against one `send` step: a datagram is one whole message, a stream may have more or less.
PrefixMatch judge(const Step& step, bool datagram, std::string_view bytes, bool ended, const LedgerBook& book, MatchReport* report) {
  if (!datagram) return match_prefix(*step.content, bytes, ended, book.known, book.around, report);
  const bool fits = step.content->match(std::string(bytes), "send", book.known, book.around, report);
  return {fits ? State::yes : State::no, bytes.size()};
}

class StepSession : public RawSession {
 public:
  explicit StepSession(SessionStart start) : start_(std::move(start)), findings_(std::move(start_.findings)) {}

  const Entry& entry() const override { return start_.entry; }

  void received(std::string_view bytes) override {
    silence_ = {};
    if (bytes.empty() && !start_.datagrams) return;
    if (over_) {
      if (!failed_ && !deaf_) sent_too_much(std::string(bytes));
      return;
    }
    if (start_.datagrams) {
      datagrams_.emplace_back(bytes);
    } else {
      stream_ += bytes;
    }
  }

  void client_ended() override { client_ended_ = true; }

  void settle() override {
    silence_ += kSettleTime;
    settled_ = true;
  }

  bool settling() const override { return settling_; }

  Action next() override {
    settling_ = false;
    const Action action = next_action();
    settled_ = false;
    return action;
  }

  bool done() const override { return over_ || step_ >= steps().size(); }
  std::vector<Played> take_played() override { return std::exchange(played_, {}); }

  void end() override {
    if (ended_) return;
    ended_ = true;
    client_ended_ = true;
    if (!over_) {
      while (at_step(Verb::send) && has_input() && play_send()) continue;
      // A stream that is gone has ended; a child that is gone may have been killed.
      while (!start_.child && at_step(Verb::close)) played("close", "");
    }
    over_ = true;
    std::vector<Finding> left = std::exchange(findings_, {});
    for (; !failed_ && !deaf_ && step_ < steps().size(); ++step_) {
      const Step& step = steps()[step_];
      if (!step.required) continue;
      left.push_back(finding(ViolationKind::unused, step, fmt::format("never happened: {}", shown_step(step))));
    }
    if (start_.child && !failed_ && has_input()) left.push_back(too_much(std::string(input())));
    played_.push_back({"end", "", nullptr, std::move(left)});
  }

 private:
  const std::vector<Step>& steps() const { return start_.steps; }
  LedgerBook& book() { return *start_.book; }
  bool at_step(Verb verb) const { return step_ < steps().size() && steps()[step_].verb == verb; }
  bool has_input() const { return start_.datagrams ? !datagrams_.empty() : !stream_.empty(); }
  std::string_view input() const {
    if (start_.datagrams) return datagrams_.empty() ? std::string_view() : std::string_view(datagrams_.front());
    return stream_;
  }

  Action next_action() {
    while (true) {
      if (reset_) {
        reset_ = false;
        return Reset{};
      }
      if (over_) return Wait{};
      if (close_next_) {
        over_ = true;
        return Close{};
      }
      if (step_ >= steps().size()) {
        if (has_input()) {
          sent_too_much(std::string(input()));
          continue;
        }
        if (!client_ended_) return Wait{};
        over_ = true;
        return Close{};
      }
      const Step& step = steps()[step_];
      if (step.verb == Verb::send) {
        if (play_send()) continue;
        if (!client_ended_ || has_input()) return Wait{};
        over_ = true;  // what is left can never come; end() tells it
        return Close{};
      }
      if (step.delay.count() > 0 && !paused_) {
        paused_ = true;
        return Pause{step.delay};
      }
      paused_ = false;
      if (step.verb == Verb::recv) return play_recv(step);
      if (step.verb == Verb::close) {
        played("close", "");
        over_ = true;
        return Close{};
      }
      if (auto action = play_fault(step)) return *action;
    }
  }

  Action play_recv(const Step& step) {
    std::vector<std::string> missing;
    const Value value = step.data ? step.data->render(book().known, start_.call, book().around, &missing) : Value("");
    if (!missing.empty()) {
      findings_.push_back(missing_values_finding(entry(), step.at, missing));
      violated();
    }
    std::string bytes = text_of(value);
    played("recv", bytes);
    return Send{std::move(bytes)};
  }

  /// Nothing: the fault is silence, and the session goes on being deaf.
  std::optional<Action> play_fault(const Step& step) {
    const Fault fault = step.fault;
    played("fault", "");
    switch (fault) {
      case Fault::reset:
        over_ = true;
        return Reset{};
      case Fault::garbage: {
        close_next_ = true;
        std::string bytes;
        for (int i = 0; i < 4; ++i) {
          const std::uint64_t word = book().around.random ? book().around.random() : 0xFFFE'FDFC'FBFA'F9F8ull;
          for (int shift = 0; shift < 64; shift += 8) bytes += static_cast<char>(0x80 | (word >> shift & 0x7F));  // never text
        }
        return Send{std::move(bytes)};
      }
      case Fault::timeout:
        over_ = deaf_ = true;
        return Wait{};
      case Fault::none:
      case Fault::close:
      case Fault::truncate: break;
    }
    over_ = true;
    return Close{};
  }

  /// Moves on by one `send` step, skips optional ones, or fails. False: more must come first.
  bool play_send() {
    const bool skip_ahead = settled_ && !has_input() && optional_before_answer();
    if (!has_input() && !skip_ahead) {
      settling_ = optional_before_answer();
      return client_ended_ && !steps()[step_].required && skip();
    }
    if (skip_ahead) return skip();
    const bool impatient = silence_ >= kPatience;
    MatchReport first_report;
    for (std::size_t i = step_; i < steps().size() && steps()[i].verb == Verb::send; ++i) {
      MatchReport report;
      const PrefixMatch found = judge(steps()[i], start_.datagrams, input(), client_ended_ || impatient, book(), &report);
      if (found.state == State::yes || (found.state == State::maybe_more && settled_)) {
        step_ = i;
        take(found.used, std::move(report));
        return true;
      }
      if (found.state != State::no) {
        settling_ = true;
        return false;
      }
      if (i == step_) first_report = std::move(report);
      if (steps()[i].required) break;
    }
    fail(std::move(first_report));
    return true;
  }

  bool skip() {
    ++step_;
    return true;
  }

  /// An optional `send` stands before something that we do: after a silence it is not waited for.
  bool optional_before_answer() const {
    for (std::size_t i = step_; i < steps().size(); ++i) {
      if (steps()[i].verb != Verb::send) return i > step_;
      if (steps()[i].required) return false;
    }
    return false;
  }

  void take(std::size_t used, MatchReport report) {
    for (auto& [name, value] : report.bound) book().known[name] = std::move(value);
    played("send", std::string(input().substr(0, used)));
    drop_input(used);
  }

  void drop_input(std::size_t used) {
    if (start_.datagrams) {
      datagrams_.pop_front();
    } else {
      stream_.erase(0, used);
    }
  }

  void played(std::string op, std::string data) {
    history_.push_back(step_);
    played_.push_back({std::move(op), std::move(data), &steps()[step_], std::exchange(findings_, {})});
    ++step_;
  }

  void violated() { book().states[entry().index].violated = true; }

  Finding finding(ViolationKind kind, const Step& step, std::string what) {
    Finding out;
    out.kind = kind;
    out.entry = &entry();
    out.at = step.at;
    const auto number = static_cast<std::size_t>(&step - steps().data()) + 1;
    out.message = fmt::format("{}: step {} of {} {}", entry_title(entry()), number, steps().size(), what);
    violated();
    return out;
  }

  /// The bytes fit no step that may come now.
  void fail(MatchReport report) {
    const Step& step = steps()[step_];
    const std::string bytes(input());
    std::size_t later = step_ + 1;
    while (later < steps().size() && !(steps()[later].verb == Verb::send && fits_later(steps()[later], bytes))) ++later;
    Finding out;
    if (later < steps().size()) {
      out = finding(ViolationKind::out_of_state, steps()[later], fmt::format("came too early: {}", shown_step(steps()[later])));
      out.notes.push_back(fmt::format("the session waits for step {}: {}", step_ + 1, shown_step(step)));
    } else {
      out = finding(ViolationKind::mismatch, step, "differs");
      out.differences = std::move(report.differences);
      for (Difference& d : out.differences) d.path.replace(0, std::string_view("send").size(), word());
      out.fields_equal = report.equal;
      out.suggestion_verb = "accept it";
      out.suggestion = send_step(bytes);
      out.patch = {Patch::Kind::fields, step.at, entry().at, {{std::string(word()), step.content->shown(), spoken_bytes(bytes)}}};
    }
    add_history(out);
    const std::size_t left = steps().size() - step_ - 1;
    if (left > 0) out.notes.push_back(fmt::format("{} not played", counted(left, "later step was", "later steps were")));
    stop("send", bytes, std::move(out));
  }

  bool fits_later(const Step& step, const std::string& bytes) {
    return judge(step, start_.datagrams, bytes, true, book(), nullptr).state == State::yes;
  }

  std::string_view word() const { return start_.child ? "stdin" : "send"; }
  std::string send_step(std::string_view bytes) const {
    return fmt::format("{{ {} = {} }}", word(), toml_value(spoken_bytes(bytes)));
  }

  void add_history(Finding& out) const {
    if (history_.empty()) return;
    constexpr std::size_t kShown = 6;
    std::string text = history_.size() > kShown ? "…, " : "";
    for (std::size_t i = history_.size() > kShown ? history_.size() - kShown : 0; i < history_.size(); ++i) {
      text += shown_step(steps()[history_[i]]) + (i + 1 < history_.size() ? ", " : "");
    }
    out.notes.push_back("played before: " + text);
  }

  Finding too_much(const std::string& bytes) {
    Finding out;
    out.kind = ViolationKind::out_of_state;
    out.entry = &entry();
    out.at = entry().at;
    out.message = fmt::format("{}: the program sent {} after the last step", entry_title(entry()),
                              counted(bytes.size(), start_.child ? "byte of stdin" : "byte", start_.child ? "bytes of stdin" : "bytes"));
    out.notes.push_back("sent: " + shown_bytes(bytes));
    out.suggestion_verb = "add the step";
    out.suggestion = send_step(bytes);
    out.patch = {Patch::Kind::step, entry().at, entry().at, {}, steps().size()};
    violated();
    add_history(out);
    return out;
  }

  void sent_too_much(const std::string& bytes) { stop("send", bytes, too_much(bytes)); }

  void stop(std::string op, std::string bytes, Finding why) {
    std::vector<Finding> all = std::exchange(findings_, {});
    all.push_back(std::move(why));
    played_.push_back({std::move(op), std::move(bytes), step_ < steps().size() ? &steps()[step_] : nullptr, std::move(all)});
    stream_.clear();
    datagrams_.clear();
    failed_ = over_ = reset_ = true;
  }

  SessionStart start_;
  std::vector<Finding> findings_;  ///< to be told with the next step that is played
  std::vector<Played> played_;
  std::vector<std::size_t> history_;
  std::size_t step_ = 0;
  std::string stream_;
  std::deque<std::string> datagrams_;
  std::chrono::milliseconds silence_{0};
  bool client_ended_ = false;
  bool settled_ = false;       ///< a silence has just been reported
  bool settling_ = false;      ///< what came could go on, or an optional step could still come
  bool paused_ = false;        ///< the delay of the present step is over
  bool close_next_ = false;    ///< garbage was sent: the end of the stream follows
  bool over_ = false;          ///< nothing more is played
  bool failed_ = false;
  bool deaf_ = false;          ///< fault "timeout": bytes are taken and never answered
  bool reset_ = false;         ///< the next action is a RST
  bool ended_ = false;
};

}  // namespace

std::string shown_step(const Step& step) { return step.shown.empty() ? std::string(word_of(step.verb)) : step.shown; }

std::unique_ptr<RawSession> make_raw_session(SessionStart start) { return std::make_unique<StepSession>(std::move(start)); }

bool session_could_take(const std::vector<Step>& steps, bool datagrams, std::string_view first, const LedgerBook& book) {
  if (steps.empty()) return false;
  if (first.empty()) return steps.front().verb != Verb::send;
  for (const Step& step : steps) {
    if (step.verb != Verb::send) return false;
    if (judge(step, datagrams, first, false, book, nullptr).state != State::no) return true;
    if (step.required) return false;
  }
  return false;
}

}  // namespace bigfoot
