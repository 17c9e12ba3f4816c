// spec/call_session.cpp - see call_session.h.
#include "spec/call_session.h"

#include <algorithm>
#include <optional>

#include "spec/findings.h"
#include "spec/suggest.h"
#include "spec/suggest.h"
#include "spec/turn_findings.h"
#include "spec/turn_match.h"

namespace bigfoot {
namespace {

enum class TurnState {
  waiting,
  played,
  left_out,  ///< an optional one that a later turn has passed
  overtaken  ///< told already: it may still come
};

const std::vector<TurnState> kUntouched;

/// What a call can be in a session.
struct Choice {
  enum class Kind { none, in_turn, different, overtaken, too_early } kind = Kind::none;
  std::size_t turn = 0;
  EntryMatch match;
};

TurnState state_of(const std::vector<TurnState>& states, std::size_t turn) {
  return turn < states.size() ? states[turn] : TurnState::waiting;
}

/// The best that the turns of an entry have for a call, `from` a turn before which all have been played. The window is what
/// may come now: up to the first required turn.
Choice choose(const Entry& entry, const std::vector<TurnState>& states, std::size_t from, const Call& call, const LedgerBook& book) {
  Choice best;
  bool in_window = true;
  const bool is_judged = call.unnamed != Unnamed::ambient || call.ends;
  for (std::size_t i = from; i < entry.turns.size(); ++i) {
    const Turn& turn = entry.turns[i];
    const TurnState state = state_of(states, i);
    if (turn.push || state == TurnState::played) continue;
    const bool is_next = in_window && state == TurnState::waiting;
    EntryMatch match;
    const TurnFit fit = fit_of(turn, call, book, match);
    if (fit == TurnFit::whole) {
      const auto kind = is_next ? Choice::Kind::in_turn : state == TurnState::overtaken ? Choice::Kind::overtaken : Choice::Kind::too_early;
      if (kind == Choice::Kind::in_turn || kind == Choice::Kind::overtaken) return {kind, i, std::move(match)};
      // What only looks like an ambient call further on is ambient now; but an end is the end.
      if (is_judged && best.kind != Choice::Kind::too_early) best = {kind, i, std::move(match)};
    } else if (fit == TurnFit::different && is_next && best.kind == Choice::Kind::none && is_judged) {
      best = {Choice::Kind::different, i, std::move(match)};
    }
    if (is_next && turn.required) in_window = false;
  }
  return best;
}

class TurnSession : public CallSession {
 public:
  explicit TurnSession(CallSessionStart start) : start_(std::move(start)) {
    for (const Entry& entry : book().spec.entries) {
      if (entry.protocol != &start_.protocol) continue;
      MatchReport identity;
      if (!identity_fits(entry, start_.opening.fields, book().known, book().around, identity)) continue;
      candidates_.push_back(&entry);
    }
  }

  bool is_named() const override { return !candidates_.empty(); }

  const Fields& terms() const override {
    static const Fields kNone = Fields::object();
    if (entry_) return entry_->terms;
    for (const Entry* entry : candidates_) {
      if (is_free(*entry)) return entry->terms;
    }
    return candidates_.empty() ? kNone : candidates_.back()->terms;
  }

  bool answers_opening() const override {
    const auto next = std::ranges::find_if(candidates_, [this](const Entry* entry) { return is_free(*entry); });
    return next != candidates_.end() && (*next)->turns.empty() && !(*next)->replies.empty();
  }

  Outcome open(std::uint64_t seq) override {
    Call call{"open", start_.opening.fields};
    CallStory story{start_.protocol, start_.opening.fields, book(), {}};
    const Entry* chosen = nullptr;
    EntryMatch match;
    for (const Entry* entry : candidates_) {
      if (!is_free(*entry)) {
        story.spent.push_back(entry);
        continue;
      }
      EntryMatch one;
      match_asserted(*entry, start_.opening.fields, book().known, book().around, true, one);
      const bool fits = one.fits();
      if (fits || !chosen) {
        chosen = entry;
        match = std::move(one);
      }
      if (fits) break;
    }
    Outcome out;
    out.entry = chosen;
    if (!chosen) {
      out.refuse = refused_ = true;
      out.findings.push_back(unexpected_finding(story));
      out.findings.front().suggestion = suggest_session(start_.protocol, start_.opening.fields, "", book().around);
      out.refusal = refusal_text(out.findings.front());
      return out;
    }
    out.reply = book().next_reply(*chosen);
    for (auto& [name, value] : match.report.bound) book().known[name] = std::move(value);
    opened_wrongly_ = !match.differing.empty();
    if (opened_wrongly_) out.findings.push_back(mismatch_finding(story, *chosen, match));
    if (!match.unmentioned.empty()) out.findings.push_back(unasserted_finding(story, *chosen, match));
    if (!match.differing.empty() && chosen->on_mismatch == OnMismatch::refuse) {
      out.refuse = refused_ = true;
      out.refusal = refusal_text(out.findings.front());
    }
    take(*chosen, seq, call_title(start_.protocol, start_.opening.fields));
    render(out.reply, call, out);
    return served(std::move(out));
  }

  Outcome offer(const Call& call, std::uint64_t seq) override {
    if (!entry_) {
      const Entry* entry = entry_for(call);
      if (!entry) return without_entry(call);
      if (call.peek) return preview(*entry, call);
      take(*entry, seq, call.op);
    }
    return call.peek ? preview(*entry_, call) : play(call);
  }

  const Turn* waiting_push() const override {
    if (!entry_) return nullptr;
    for (std::size_t i = played_; i < turns().size(); ++i) {
      const Turn& turn = turns()[i];
      if (states_[i] == TurnState::played) continue;
      if (turn.push) return &turn;
      if (turn.required && states_[i] == TurnState::waiting) return nullptr;
    }
    return nullptr;
  }

  Push play_push() override {
    const Turn* turn = waiting_push();
    Outcome said;
    said.entry = entry_;
    render(&turn->reply, Call{}, said);
    mark_played(static_cast<std::size_t>(turn - turns().data()));
    if (!said.findings.empty()) violated();
    return Push{entry_, turn, std::move(said.rendered), std::move(said.findings)};
  }

  std::vector<Finding> end() override {
    std::vector<Finding> out = std::exchange(opening_findings_, {});
    if (!entry_) {
      if (!is_named() && !refused_) out.push_back(opening_unexpected_finding(start_.protocol, start_.opening, book(), said_before_));
      return out;
    }
    leave();
    std::vector<const Turn*> left;
    for (std::size_t i = 0; i < turns().size(); ++i) {
      const bool missing = states_[i] == TurnState::waiting || states_[i] == TurnState::overtaken;
      if (missing && turns()[i].required) left.push_back(&turns()[i]);
    }
    if (left.empty()) return out;
    violated();
    if (refused_ || (opened_wrongly_ && history_.empty())) {  // what follows from the refusal is one thing
      out.push_back(turn_unused_finding(*entry_, *left.front(), left.size() - 1));
    } else {
      for (const Turn* turn : left) out.push_back(turn_unused_finding(*entry_, *turn, 0));
    }
    return out;
  }

 private:
  LedgerBook& book() { return *start_.book; }
  const LedgerBook& book() const { return *start_.book; }
  const std::vector<Turn>& turns() const { return entry_->turns; }
  void violated() { book().states[entry_->index].violated = true; }

  bool is_free(const Entry& entry) const {
    if (book().is_spent(entry)) return false;
    const Reply* reply = book().next_reply(entry);
    return !reply || reply->errno_code == 0;  // else it waits for a connect to fail
  }

  /// The entry that the first call of the session means.
  const Entry* entry_for(const Call& call) const {
    const Entry *different = nullptr, *too_early = nullptr, *unmentioning = nullptr;
    for (const Entry* entry : candidates_) {
      if (!is_free(*entry)) continue;
      const Choice choice = choose(*entry, kUntouched, 0, call, book());
      if (choice.kind == Choice::Kind::in_turn) return entry;
      if (choice.kind == Choice::Kind::different && !different) different = entry;
      if (choice.kind == Choice::Kind::too_early && !too_early && !call.ends) too_early = entry;
      if (call.unnamed == Unnamed::unasserted && !call.ends && !unmentioning) unmentioning = entry;
    }
    return different ? different : too_early ? too_early : unmentioning;
  }

  /// Before any entry is chosen, or where none fits. A connection in reserve that is only closed has made no call.
  Outcome without_entry(const Call& call) {
    Outcome out;
    const bool is_told_later = call.peek && call.unnamed != Unnamed::unexpected;  // by the whole call
    if (call.unnamed == Unnamed::ambient || is_told_later || (call.unnamed == Unnamed::unasserted && call.ends)) {
      out.own_answer = out.ambient = true;
      return out;
    }
    if (call.unnamed == Unnamed::unasserted && !is_named()) {
      out.own_answer = out.ambient = true;
      said_before_.push_back(suggest_step(start_.protocol, call));  // told with the call that is refused, or at the end
      return out;
    }
    return refuse(call);
  }

  void take(const Entry& entry, std::uint64_t seq, const std::string& title) {
    entry_ = &entry;
    states_.assign(entry.turns.size(), TurnState::waiting);
    const auto overtaken = start_.spend(entry, seq);
    if (overtaken.empty()) return;
    const bool is_title = title.find(' ') != title.npos;
    opening_findings_.push_back(out_of_order_finding(is_title ? title : entry_title(entry) + ": " + title, entry, overtaken, book().spec));
  }

  /// What the answer would be. Nothing is spent; only a refusal is final.
  Outcome preview(const Entry& entry, const Call& call) {
    const bool begun = &entry == entry_;
    const Choice choice = choose(entry, begun ? states_ : kUntouched, begun ? played_ : 0, call, book());
    Outcome out;
    if (choice.kind == Choice::Kind::none) {
      if (call.unnamed == Unnamed::unexpected) return refuse(call);
      out.own_answer = out.ambient = true;
      return out;
    }
    out.entry = &entry;
    const Turn& turn = entry.turns[choice.turn];
    const Captures known = book().known;  // what a template makes on the way is not for good
    render(&turn.reply, call, out);
    book().known = known;
    out.reply = &turn.reply;
    out.findings.clear();
    return out;
  }

  Outcome play(const Call& call) {
    Choice choice = choose(*entry_, states_, played_, call, book());
    Outcome out;
    if (choice.kind == Choice::Kind::none) {
      if (call.unnamed == Unnamed::unexpected) return refuse(call);
      out.own_answer = true;
      out.ambient = call.unnamed == Unnamed::ambient;
      if (!out.ambient) {
        out.findings.push_back(call_unmentioned_finding(story_of(call)));
        out.entry = entry_;
        violated();
      }
      return with_opening(std::move(out));
    }
    const Turn& turn = turns()[choice.turn];
    out.entry = entry_;
    std::optional<Call> told;  // in the turn's own words
    if (choice.match.seen) told = Call{call.op, std::move(*choice.match.seen), call.unnamed, call.withheld, call.ends};
    const Call& seen = told ? *told : call;
    if (!choice.match.differing.empty()) out.findings.push_back(turn_mismatch_finding(story_of(seen), turn, choice.match));
    if (!choice.match.unmentioned.empty()) out.findings.push_back(turn_unasserted_finding(story_of(seen), turn, choice.match));
    if (choice.kind == Choice::Kind::too_early && !call.ends) out.findings.push_back(turn_out_of_state_finding(story_of(seen), turn));
    const bool refused = !choice.match.differing.empty() && entry_->on_mismatch == OnMismatch::refuse;
    for (auto& [name, value] : choice.match.report.bound) book().known[name] = std::move(value);
    pass(choice.turn, choice.kind == Choice::Kind::too_early && !call.ends);
    if (refused) {
      out.refuse = true;
      out.refusal = refusal_text(out.findings.front());
    }
    out.reply = &turn.reply;
    render(out.reply, seen, out);
    return served(std::move(out));
  }

  /// The turn is played. Those before it that still waited were left out, or overtaken.
  void pass(std::size_t turn, bool too_early) {
    if (states_[turn] == TurnState::waiting) {
      for (std::size_t i = played_; i < turn; ++i) {
        if (states_[i] != TurnState::waiting || turns()[i].push) continue;
        if (!turns()[i].required) states_[i] = TurnState::left_out;
        else if (too_early) states_[i] = TurnState::overtaken;
      }
    }
    mark_played(turn);
  }

  void mark_played(std::size_t turn) {
    states_[turn] = TurnState::played;
    history_.push_back(&turns()[turn]);
    while (played_ < turns().size() && states_[played_] == TurnState::played) ++played_;
  }

  /// The end of the connection is the program's `close`, where that is the last thing to come.
  void leave() {
    for (std::size_t i = 0; i < turns().size(); ++i) {
      if (states_[i] != TurnState::waiting || !turns()[i].required) continue;
      if (!turns()[i].push && turns()[i].verb == "close") states_[i] = TurnState::played;
      return;
    }
  }

  void render(const Reply* reply, const Call& call, Outcome& out) {
    out.rendered = Fields::object();
    if (!reply || !reply->fields) return;
    if (const Value* constant = reply->fields->constant()) {
      out.rendered = *constant;
      out.rendered_is_constant = true;
      return;
    }
    std::vector<std::string> missing;
    out.rendered = reply->fields->render(book().known, call.fields, book().around, &missing);
    if (!missing.empty()) out.findings.push_back(missing_values_finding(*out.entry, reply->at, missing));
  }

  Outcome refuse(const Call& call) {
    Outcome out;
    out.refuse = refused_ = true;
    out.findings.push_back(call_unexpected_finding(story_of(call)));
    out.refusal = refusal_text(out.findings.front());
    if (entry_) violated();
    return with_opening(std::move(out));
  }

  Outcome served(Outcome out) {
    out.entry = entry_;
    if (!out.findings.empty()) violated();
    return with_opening(std::move(out));
  }

  /// What was found when the entry was taken is told with the call that took it.
  Outcome with_opening(Outcome out) {
    for (Finding& finding : std::exchange(opening_findings_, {})) out.findings.push_back(std::move(finding));
    return out;
  }

  TurnStory story_of(const Call& call) const {
    TurnStory story{start_.protocol, start_.opening, call, book(), entry_, history_, {}, said_before_};
    const Entry* shown = entry_;
    for (const Entry* entry : candidates_) {
      if (!shown && is_free(*entry)) shown = entry;
    }
    if (!shown) return story;
    story.entry = shown;
    for (std::size_t i = 0; i < shown->turns.size(); ++i) {
      const TurnState state = state_of(states_, i);
      if (state == TurnState::waiting || state == TurnState::overtaken) story.waiting.push_back(&shown->turns[i]);
    }
    return story;
  }

  CallSessionStart start_;
  std::vector<const Entry*> candidates_;  ///< of this identity, spent or not, in document order
  const Entry* entry_ = nullptr;
  std::vector<TurnState> states_;
  std::size_t played_ = 0;  ///< the turns before this one have been played
  std::vector<const Turn*> history_;
  std::vector<Finding> opening_findings_;
  std::vector<std::string> said_before_;  ///< steps of a session that no entry names, answered by the protocol itself
  bool refused_ = false;  ///< a call was refused: what is left over afterwards follows from that
  bool opened_wrongly_ = false;  ///< as well: a wrong password ends the session
};

}  // namespace

std::unique_ptr<CallSession> make_call_session(CallSessionStart start) { return std::make_unique<TurnSession>(std::move(start)); }

}  // namespace bigfoot
