// spec/call_session.cpp - see call_session.h.
#include "spec/call_session.h"

#include <algorithm>
#include <optional>

#include "spec/findings.h"
#include "spec/suggest.h"
#include "spec/turn_findings.h"
#include "spec/turn_progress.h"

namespace bigfoot {
namespace {

constexpr std::size_t kMostAlike = 8;  // calls after which a session is decided, whatever else it could be

/// Whether two entries have answered a call in the same way, so that it does not matter which of them it was.
bool alike(const Reply& one, const Reply& other) {
  if (one.delay != other.delay || one.fault != other.fault) return false;
  if (!one.fields || !other.fields) return one.fields == other.fields;
  const Value *left = one.fields->constant(), *right = other.fields->constant();
  return left && right && *left == *right;
}

}  // namespace

class TurnSession : public CallSession {
 public:
  explicit TurnSession(CallSessionStart start) : start_(std::move(start)) {
    start_.sessions->all.insert(this);
    find_candidates();
  }

  ~TurnSession() override {
    start_.sessions->all.erase(this);
    if (at_ && is_undecided()) undecided().erase(&at_->entry());
  }

  bool is_named() const override { return !candidates_.empty(); }

  const Fields& terms() const override {
    static const Fields kNone = Fields::object();
    if (at_) return at_->entry().terms;
    for (const Entry* entry : in_turn()) {
      if (is_free(*entry)) return entry->terms;
    }
    return candidates_.empty() ? kNone : candidates_.back()->terms;
  }

  bool answers_opening() const override {
    const std::vector<const Entry*> all = in_turn();
    const auto next = std::ranges::find_if(all, [this](const Entry* entry) { return is_free(*entry); });
    return next != all.end() && (*next)->turns.empty() && !(*next)->replies.empty();
  }

  Outcome open(std::uint64_t seq) override {
    find_candidates();
    Call call{"open", start_.opening.fields};
    CallStory story{start_.protocol, start_.opening.fields, book(), {}};
    const Entry* chosen = nullptr;
    EntryMatch match;
    for (const Entry* entry : in_turn()) {
      if (!is_free(*entry)) {
        if (book().in_scope(*entry)) story.spent.push_back(entry);
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
    find_candidates();
    if (begins_another(call)) {
      if (call.peek) return preview(TurnProgress(*entry_for(call)), call);
      at_.reset();  // the end of the connection, which is left, ends this one too
    }
    if (!at_) {
      const Entry* entry = entry_for(call);
      if (!entry) return without_entry(call);
      if (call.peek) return preview(TurnProgress(*entry), call);
      first_seq_ = seq;
      if (could_be_several(*entry, call)) hold(*entry);
      else take(*entry, seq, call.op);
    } else if (is_undecided()) {
      decide(call);
    }
    if (call.peek) return preview(*at_, call);
    if (is_undecided() && at_->choose(call, book()).kind == Choice::Kind::in_turn) said_alike_.push_back(call);
    return play(call);
  }

  const Turn* waiting_push() const override { return at_ ? at_->waiting_push() : nullptr; }

  Push play_push() override {
    if (is_undecided()) settle();  // what follows may differ
    const Turn* turn = waiting_push();
    Outcome said;
    said.entry = &at_->entry();
    render(&turn->reply, Call{}, said);
    at_->pushed(*turn);
    if (!said.findings.empty()) violated();
    return Push{&at_->entry(), turn, std::move(said.rendered), std::move(said.findings)};
  }

  std::vector<Finding> end() override {
    if (at_) return leave();
    std::vector<Finding> out = std::exchange(opening_findings_, {});
    const bool told = refused_ || (is_named() && said_before_.empty());
    if (!told) out.push_back(opening_unexpected_finding(start_.protocol, start_.opening, book(), said_before_));
    return out;
  }

  /// What the entry that is played still waits for, once no more calls of it will come.
  std::vector<Finding> leave() {
    if (is_undecided()) settle();
    std::vector<Finding> out = std::exchange(opening_findings_, {});
    at_->leave();
    const std::vector<const Turn*> left = at_->missing(true);
    if (left.empty()) return out;
    violated();
    if (refused_ || (opened_wrongly_ && at_->history().empty())) {  // what follows from the refusal is one thing
      out.push_back(turn_unused_finding(at_->entry(), *left.front(), left.size() - 1));
    } else {
      for (const Turn* turn : left) {
        out.push_back(turn_unused_finding(at_->entry(), *turn, 0, turn == left.front() ? at_->history() : std::vector<const Turn*>()));
      }
    }
    return out;
  }

  /// The same where that entry is of this section; the connection then waits for another entry.
  std::vector<Finding> leave(SectionId section) {
    if (!at_ || at_->entry().section != section) return {};
    std::vector<Finding> out = leave();
    at_.reset();
    refused_ = opened_wrongly_ = false;
    return out;
  }

 private:
  /// Also those that a section has made since: a connection may be used by one test after the other.
  void find_candidates() {
    for (; looked_at_ < book().entries.size(); ++looked_at_) {
      const Entry& entry = book().entries[looked_at_];
      if (entry.protocol != &start_.protocol || !book().is_known(entry)) continue;
      MatchReport identity;
      if (identity_fits(entry, start_.opening.fields, book().known, book().around, identity)) candidates_.push_back(&entry);
    }
  }

  /// Those of the innermost test first, then in document order.
  std::vector<const Entry*> in_turn() const {
    std::vector<const Entry*> out = candidates_;
    if (!book().scope.empty()) std::ranges::stable_sort(out, {}, [this](const Entry* entry) { return book().rank(*entry); });
    return out;
  }

  LedgerBook& book() { return *start_.book; }
  const LedgerBook& book() const { return *start_.book; }
  void violated() { book().states[at_->entry().index].violated = true; }
  std::map<const Entry*, TurnSession*>& undecided() { return start_.sessions->undecided; }
  bool is_undecided() const { return first_seq_ != 0 && start_.sessions->undecided.contains(&at_->entry()) && start_.sessions->undecided.at(&at_->entry()) == this; }

  bool is_free(const Entry& entry) const {
    if (book().is_taken(entry)) return false;
    const Reply* reply = book().next_reply(entry);
    return !reply || reply->errno_code == 0;  // else it waits for a connect to fail
  }

  /// The entry that the first call of the session means.
  const Entry* entry_for(const Call& call) const {
    const Entry *different = nullptr, *too_early = nullptr, *unmentioning = nullptr;
    for (const Entry* entry : in_turn()) {
      if (!is_free(*entry)) continue;
      const Choice choice = TurnProgress(*entry).choose(call, book());
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
    if (call.unnamed == Unnamed::unasserted && !could_be_any()) {
      out.own_answer = out.ambient = true;
      said_before_.push_back(suggest_step(start_.protocol, call));  // told with the call that is refused, or at the end
      return out;
    }
    return refuse(call);
  }

  bool could_be_any() const {
    return std::ranges::any_of(candidates_, [&](const Entry* entry) { return is_free(*entry); });
  }

  void take(const Entry& entry, std::uint64_t seq, const std::string& title) {
    if (!at_ || &at_->entry() != &entry) at_.emplace(entry);
    const auto overtaken = start_.spend(entry, seq);
    if (overtaken.empty()) return;
    const bool is_title = title.find(' ') != title.npos;
    opening_findings_.push_back(out_of_order_finding(is_title ? title : entry_title(entry) + ": " + title, entry, overtaken, book()));
  }

  /// A connection of a pool that has played all of its entry goes on with the next one that its call fits.
  bool begins_another(const Call& call) const {
    if (!at_ || is_undecided() || refused_ || call.unnamed != Unnamed::unexpected || !at_->is_over() || start_.opening.is_call) return false;
    if (at_->choose(call, book()).kind != Choice::Kind::none) return false;
    return std::ranges::any_of(candidates_, [&](const Entry* entry) {
      return is_free(*entry) && TurnProgress(*entry).choose(call, book()).kind == Choice::Kind::in_turn;
    });
  }

  // Entries may begin alike: two mails with one EHLO. Until a call tells them apart the session holds one of them, and changes
  // with another session that is as undecided where that has got the one that is meant.

  /// Whether the first call fits other entries just as well.
  bool could_be_several(const Entry& entry, const Call& call) const {
    const Choice first = TurnProgress(entry).choose(call, book());
    if (first.kind != Choice::Kind::in_turn || entry.times.max != 1 || start_.opening.is_call) return false;
    return std::ranges::any_of(candidates_, [&](const Entry* other) { return other != &entry && fits_as_well(*other, entry, first.turn, call); });
  }

  bool fits_as_well(const Entry& other, const Entry& entry, std::size_t turn, const Call& call) const {
    if (other.times.max != 1 || other.terms != entry.terms || !(is_free(other) || start_.sessions->undecided.contains(&other))) return false;
    const Choice choice = TurnProgress(other).choose(call, book());
    return choice.kind == Choice::Kind::in_turn && alike(other.turns[choice.turn].reply, entry.turns[turn].reply);
  }

  void hold(const Entry& entry) {
    at_.emplace(entry);
    ++book().states[entry.index].held;
    undecided()[&entry] = this;
  }

  void let_go() {
    --book().states[at_->entry().index].held;
    undecided().erase(&at_->entry());
    start_.waits_again(at_->entry());
  }

  /// What was said so far, played with another entry; nothing where that would have answered otherwise.
  std::optional<TurnProgress> replayed(const Entry& entry) const {
    TurnProgress out(entry);
    for (std::size_t i = 0; i < said_alike_.size(); ++i) {
      const Choice choice = out.choose(said_alike_[i], book());
      if (choice.kind != Choice::Kind::in_turn || !alike(entry.turns[choice.turn].reply, at_->history()[i]->reply)) return std::nullopt;
      out.pass(choice.turn, false);
    }
    return out;
  }

  /// Changes to the entry that the call means, and settles on it once there is no other that it could be.
  void decide(const Call& call) {
    std::vector<TurnProgress> fitting;
    for (const Entry* entry : candidates_) {
      const bool own = entry == &at_->entry();
      const bool others = !own && start_.sessions->undecided.contains(entry);
      if (!own && !others && (!is_free(*entry) || entry->terms != at_->entry().terms || entry->times.max != 1)) continue;
      std::optional<TurnProgress> one = replayed(*entry);
      if (!one || one->choose(call, book()).kind != Choice::Kind::in_turn) continue;
      if (others && !start_.sessions->undecided.at(entry)->replayed(at_->entry())) continue;
      if (own) fitting.insert(fitting.begin(), std::move(*one));
      else fitting.push_back(std::move(*one));
    }
    const bool passing = call.unnamed == Unnamed::ambient || call.peek;
    if (fitting.empty()) {
      if (!passing) settle();
      return;
    }
    if (&fitting.front().entry() != &at_->entry()) change_to(fitting.front());
    if (!call.peek && (fitting.size() == 1 || said_alike_.size() >= kMostAlike)) settle();
  }

  void change_to(const TurnProgress& wanted) {
    const auto other = undecided().find(&wanted.entry());
    if (other == undecided().end()) {
      let_go();
      hold(wanted.entry());
    } else {
      TurnSession& session = *other->second;
      session.at_ = session.replayed(at_->entry());
      undecided()[&at_->entry()] = &session;
      other->second = this;
    }
    at_ = wanted;
  }

  /// It is this entry from now on.
  void settle() {
    let_go();
    std::vector<const Entry*> later;  // held by sessions that began after this one: they have not come before it
    for (const auto& [entry, session] : undecided()) {
      if (session->first_seq_ < first_seq_) continue;
      later.push_back(entry);
      --book().states[entry->index].held;
      start_.waits_again(*entry);
    }
    take(at_->entry(), first_seq_, said_alike_.empty() ? std::string() : said_alike_.front().op);
    for (const Entry* entry : later) ++book().states[entry->index].held;
    said_alike_.clear();
  }

  /// What the answer would be. Nothing is spent; only a refusal is final.
  Outcome preview(const TurnProgress& at, const Call& call) {
    const Entry& entry = at.entry();
    const Choice choice = at.choose(call, book());
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
    Choice choice = at_->choose(call, book());
    const Entry& entry = at_->entry();
    Outcome out;
    if (choice.kind == Choice::Kind::none) {
      if (call.unnamed == Unnamed::unexpected) return refuse(call);
      out.own_answer = true;
      out.ambient = call.unnamed == Unnamed::ambient;
      if (!out.ambient) {
        out.findings.push_back(call_unmentioned_finding(story_of(call)));
        out.entry = &entry;
        violated();
      }
      return with_opening(std::move(out));
    }
    const Turn& turn = entry.turns[choice.turn];
    out.entry = &entry;
    std::optional<Call> told;  // in the turn's own words
    if (choice.match.seen) told = Call{call.op, std::move(*choice.match.seen), call.unnamed, call.withheld, call.ends};
    const Call& seen = told ? *told : call;
    if (!choice.match.differing.empty()) out.findings.push_back(turn_mismatch_finding(story_of(seen), turn, choice.match));
    if (!choice.match.unmentioned.empty()) out.findings.push_back(turn_unasserted_finding(story_of(seen), turn, choice.match));
    if (choice.kind == Choice::Kind::too_early && !call.ends) out.findings.push_back(turn_out_of_state_finding(story_of(seen), turn));
    const bool refused = !choice.match.differing.empty() && entry.on_mismatch == OnMismatch::refuse;
    for (auto& [name, value] : choice.match.report.bound) book().known[name] = std::move(value);
    at_->pass(choice.turn, choice.kind == Choice::Kind::too_early && !call.ends);
    if (refused) {
      out.refuse = true;
      out.refusal = refusal_text(out.findings.front());
    }
    out.reply = &turn.reply;
    render(out.reply, seen, out);
    return served(std::move(out));
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
    if (at_) violated();
    return with_opening(std::move(out));
  }

  Outcome served(Outcome out) {
    out.entry = &at_->entry();
    if (!out.findings.empty()) violated();
    return with_opening(std::move(out));
  }

  /// What was found when the entry was taken is told with the call that took it.
  Outcome with_opening(Outcome out) {
    for (Finding& finding : std::exchange(opening_findings_, {})) out.findings.push_back(std::move(finding));
    return out;
  }

  TurnStory story_of(const Call& call) const {
    TurnStory story{start_.protocol, start_.opening, call, book(), nullptr, {}, {}, said_before_};
    std::optional<TurnProgress> next;
    for (const Entry* entry : candidates_) {
      if (!at_ && !next && is_free(*entry)) next.emplace(*entry);
    }
    const TurnProgress* shown = at_ ? &*at_ : next ? &*next : nullptr;
    if (!shown) return story;
    story.entry = &shown->entry();
    story.history = shown->history();
    story.waiting = shown->missing(false);
    return story;
  }

  CallSessionStart start_;
  std::vector<const Entry*> candidates_;  ///< of this identity, spent or not, in document order
  std::size_t looked_at_ = 0;             ///< entries of the book that have been asked
  std::optional<TurnProgress> at_;        ///< once a call has chosen an entry
  std::uint64_t first_seq_ = 0;           ///< of the call that did
  std::vector<Call> said_alike_;          ///< the calls of a session that is undecided
  std::vector<Finding> opening_findings_;
  std::vector<std::string> said_before_;  ///< steps of a session that no entry names, answered by the protocol itself
  bool refused_ = false;  ///< a call was refused: what is left over afterwards follows from that
  bool opened_wrongly_ = false;  ///< as well: a wrong password ends the session
};

std::vector<Finding> leave_sessions(CallSessions& sessions, SectionId section) {
  std::vector<Finding> out;
  for (TurnSession* session : sessions.all) {
    for (Finding& finding : session->leave(section)) out.push_back(std::move(finding));
  }
  return out;
}

std::unique_ptr<CallSession> make_call_session(CallSessionStart start) { return std::make_unique<TurnSession>(std::move(start)); }

}  // namespace bigfoot
