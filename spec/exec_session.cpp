// spec/exec_session.cpp - One run of a mocked command: a reply that is printed while stdin is read to its end, or steps.
// Source: spec-format.md, sections 3, 4.6 and 9 (decisions 3 and 7).
#include "spec/exec_session.h"

#include <algorithm>
#include <deque>

#include "spec/call_fields.h"
#include "spec/entry_match.h"
#include "spec/findings.h"
#include "spec/raw_session.h"

namespace bigfoot {
namespace {

constexpr int kRefused = 127;  // what a shell says of a command that it cannot find: no tool means anything else by it

/// What both kinds of a run keep: what went in, what came out, how it ended, and what was wrong with it.
class PlayedSession : public ExecSession {
 public:
  explicit PlayedSession(ExecStart start) : start_(std::move(start)), findings_(std::move(start_.findings)) {}

  const Entry& entry() const override { return start_.entry; }

  Action next() override {
    if (!queue_.empty()) {
      Action action = std::move(queue_.front());
      queue_.pop_front();
      return action;
    }
    return over_ ? ending() : next_action();
  }

  Fields request() const override {
    Fields out = Fields::object();
    for (const std::string_view name : {"argv", "command"}) {
      const bool asserted = start_.entry.protocol->name == "shell" ? name == "command" : name == "argv";
      if (const Value* value = field_of(start_.call, name); value && asserted) out[std::string(name)] = *value;
    }
    out["stdin"] = stdin_;
    return out;
  }

  Fields response() const override {
    Fields out = Fields::object();
    if (over_) out[signal_ ? "signal" : "exit"] = signal_ ? signal_ : status_;
    if (!printed_[0].empty()) out["stdout"] = printed_[0];
    if (!printed_[1].empty()) out["stderr"] = printed_[1];
    return out;
  }

 protected:
  virtual Action next_action() = 0;

  LedgerBook& book() { return *start_.book; }

  void keep(std::string_view bytes) {
    const std::size_t room = kMostInput - stdin_.size();
    too_long_ = too_long_ || bytes.size() > room;
    stdin_ += bytes.substr(0, room);
  }

  Action print(int fd, std::string bytes) {
    printed_[fd == 2] += bytes;
    return Print{fd, std::move(bytes)};
  }
  Action finish(int status, int signal) {
    over_ = true;
    status_ = status;
    signal_ = signal;
    return ending();
  }
  /// The command is not the one that the entry means: it says so and fails.
  Action break_off(const Finding& why) {
    queue_.push_back(finish(kRefused, 0));
    return print(2, refusal_of_child(why));
  }
  void tell(std::vector<Finding> findings) {
    for (Finding& finding : findings) tell(std::move(finding));
  }
  void tell(Finding finding) {
    book().states[entry().index].violated = true;
    findings_.push_back(std::move(finding));
  }

  ExecStart start_;
  std::vector<Finding> findings_;
  std::string stdin_;
  bool over_ = false, too_long_ = false;

 private:
  Action ending() const { return signal_ ? Action(Die{signal_}) : Action(Exit{status_}); }

  std::deque<Action> queue_;
  std::string printed_[2];
  int status_ = 0, signal_ = 0;
};

/// delay, stdout, stderr, then stdin to its end, then the exit.
class ReplySession final : public PlayedSession {
 public:
  explicit ReplySession(ExecStart start) : PlayedSession(std::move(start)) {
    const Reply* reply = start_.reply;
    if (!reply || !reply->fields) return;
    std::vector<std::string> missing;
    fields_ = reply->fields->render(book().known, start_.call, book().around, &missing);
    if (!missing.empty()) tell(missing_values_finding(entry(), reply->at, missing));
  }

  void received(std::string_view bytes) override {
    if (over_ || ended_) return;
    keep(bytes);
    ended_ = too_long_;
  }
  void stdin_ended() override { ended_ = true; }
  void settle() override {}
  bool settling() const override { return false; }

  Action if_stdin_ended() const override {
    if (over_ || ended_ || judged_ || streams_ < 2) return Read{};
    const auto field = std::ranges::find(entry().asserted, "stdin", &FieldPattern::name);
    if (entry().on_mismatch == OnMismatch::refuse && field != entry().asserted.end()) {
      Fields call = start_.call;
      call["stdin"] = stdin_;
      EntryMatch match;
      match_field(*field, call, start_.book->known, start_.book->around, match);
      if (!match.fits()) return Read{};
    }
    return number("signal") ? Action(Die{number("signal")}) : Action(Exit{number("exit")});
  }

  std::vector<Finding> end() override {
    if (!judged_) judge();
    return std::exchange(findings_, {});
  }

 private:
  Action next_action() override {
    if (const auto delay = start_.reply ? start_.reply->delay : std::chrono::microseconds(0); delay.count() > 0 && !paused_) {
      paused_ = true;
      return Pause{delay};
    }
    for (; streams_ < 2; ++streams_) {
      std::string bytes = field_text(fields_, streams_ == 0 ? "stdout" : "stderr");
      if (!bytes.empty()) return print(++streams_, std::move(bytes));
    }
    if (!ended_) return Read{};
    if (!judged_ && !judge() && entry().on_mismatch == OnMismatch::refuse) return break_off(findings_.back());
    return finish(number("exit"), number("signal"));
  }

  int number(std::string_view name) const {
    const Value* value = field_of(fields_, name);
    return value && value->is_number_integer() ? value->get<int>() : 0;
  }

  /// stdin against the entry; false where it differs. Of a command that was killed before its end only what is wrong already.
  bool judge() {
    judged_ = true;
    const auto field = std::ranges::find(entry().asserted, "stdin", &FieldPattern::name);
    if (field == entry().asserted.end()) return true;
    Fields call = start_.call;
    call["stdin"] = stdin_;
    if (!ended_ && field->pattern &&
        match_prefix(*field->pattern, stdin_, false, book().known, book().around, nullptr).state != PrefixMatch::State::no) return true;
    if (too_long_ && !(field->pattern && field->pattern->is_any())) {
      tell(input_too_long_finding(*entry().protocol, start_.call, entry(), kMostInput));
      return false;
    }
    EntryMatch match;
    match_field(*field, call, book().known, book().around, match);
    for (auto& [name, value] : match.report.bound) book().known[name] = std::move(value);
    const CallStory story{*entry().protocol, call, book(), {}};
    if (!match.unmentioned.empty()) tell(unasserted_finding(story, entry(), match));
    if (!match.differing.empty()) tell(mismatch_finding(story, entry(), match));
    return match.differing.empty();
  }

  Fields fields_ = Fields::object();
  int streams_ = 0;  ///< how many of stdout and stderr have been printed
  bool paused_ = false, ended_ = false, judged_ = false;
};

/// The steps of the entry as a conversation, as on a connection: what it prints is what the program gets.
class StepsSession final : public PlayedSession {
 public:
  explicit StepsSession(ExecStart start)
      : PlayedSession(std::move(start)),
        steps_(make_raw_session({start_.book, start_.entry, start_.entry.steps, false, {}, true, start_.call})) {}

  void received(std::string_view bytes) override {
    if (over_) return;  // nobody is there to read it
    keep(bytes);
    steps_->received(bytes);
  }
  void stdin_ended() override { steps_->client_ended(); }
  void settle() override { steps_->settle(); }
  bool settling() const override { return !over_ && steps_->settling(); }

  std::vector<Finding> end() override {
    steps_->end();
    take_played();
    return std::exchange(findings_, {});
  }

 private:
  Action next_action() override {
    const RawSession::Action action = steps_->next();
    const Step* step = take_played();
    if (const auto* pause = std::get_if<RawSession::Pause>(&action)) return Pause{pause->time};
    if (const auto* send = std::get_if<RawSession::Send>(&action)) return print(step ? step->fd : 1, send->bytes);
    if (std::holds_alternative<RawSession::Wait>(action)) return Read{};
    const bool at_end = step && step->verb == Verb::close;
    if (at_end) return finish(step->status, step->signal);
    const std::size_t told = findings_.size();
    if (std::holds_alternative<RawSession::Close>(action)) {  // no step says how it ends, or stdin ended too early
      steps_->end();
      take_played();
      if (findings_.size() == told) return finish(0, 0);
    }
    return findings_.empty() ? finish(kRefused, 0) : break_off(findings_.size() > told ? findings_[told] : findings_.back());
  }

  /// Keeps what was found; gives the last step that was played.
  const Step* take_played() {
    const Step* last = nullptr;
    for (RawSession::Played& played : steps_->take_played()) {
      if (played.step) last = played.step;
      tell(std::move(played.findings));
    }
    return last;
  }

  std::unique_ptr<RawSession> steps_;
};

}  // namespace

std::unique_ptr<ExecSession> make_exec_session(ExecStart start) {
  if (start.entry.steps.empty()) return std::make_unique<ReplySession>(std::move(start));
  return std::make_unique<StepsSession>(std::move(start));
}

std::string refusal_of_child(const Finding& finding) { return "bigfoot-run: " + refusal_text(finding); }

}  // namespace bigfoot
