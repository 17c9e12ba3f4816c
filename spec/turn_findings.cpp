// spec/turn_findings.cpp - see turn_findings.h.
#include "spec/turn_findings.h"

#include <fmt/format.h>

#include <algorithm>

#include "spec/call_fields.h"
#include "spec/findings.h"
#include "spec/near_miss.h"
#include "spec/suggest.h"
#include "spec/toml_text.h"

namespace bigfoot {
namespace {

std::size_t number_of(const Entry& entry, const Turn& turn) { return static_cast<std::size_t>(&turn - entry.turns.data()) + 1; }

/// "postgres admin@localhost/app: step 2 of 7 differs"
Finding finding_of_turn(ViolationKind kind, const Entry& entry, const Turn& turn, std::string_view what) {
  Finding out;
  out.kind = kind;
  out.entry = &entry;
  out.at = turn.at;
  out.message = fmt::format("{}: step {} of {} {}", entry_title(entry), number_of(entry, turn), entry.turns.size(), what);
  return out;
}

/// "postgres admin@localhost:5432/app: query = "SELECT 1""
std::string title_of(const TurnStory& story) {
  constexpr std::size_t kShown = 100;
  std::string step = suggest_step(story.protocol, story.call);
  step = step.substr(2, step.size() - 4);  // without the braces
  if (step.size() > kShown) {
    std::size_t cut = kShown;
    while (cut > 0 && (static_cast<unsigned char>(step[cut]) & 0xC0) == 0x80) --cut;
    step = step.substr(0, cut) + "…";
  }
  const std::string headline = call_headline(story.protocol, story.opening.fields);
  const std::string_view scheme = headline.find("://") == headline.npos ? story.protocol.name : "";
  return fmt::format("{}{}{}: {}", scheme, scheme.empty() ? "" : " ", headline, step);
}

void note_history(std::string_view what, const std::vector<const Turn*>& history, Finding& out) {
  if (history.empty()) return;
  constexpr std::size_t kShown = 6;
  const std::size_t first = history.size() > kShown ? history.size() - kShown : 0;
  std::string text = first > 0 ? "…, " : "";
  for (std::size_t i = first; i < history.size(); ++i) text += (i > first ? ", " : "") + history[i]->shown;
  out.notes.push_back(fmt::format("{}: {}", what, text));
}

void note_history(const TurnStory& story, Finding& out) { note_history("played before", story.history, out); }

Value accepted(const TurnStory& story, const FieldPattern& field) {
  const Value* found = field_of(story.call.fields, field.name);
  const Value actual = found ? *found : Value("");
  return field.pattern ? pasteable(field.pattern->accepting(actual, story.book.known, story.book.around))
                       : spoken_field(field.name, story.call.fields, story.book.around);
}

std::optional<Value> shown(const FieldPattern& field) { return field.pattern ? std::optional(field.pattern->shown()) : std::nullopt; }

/// The part of the step that makes it say what the program did: the fields, or the verb's whole table where they are in it.
void accept_in_step(const TurnStory& story, const Turn& turn, const std::vector<const FieldPattern*>& fields, Finding& out) {
  out.patch = {Patch::Kind::fields, turn.at, story.entry->at};
  const bool flat = field_of(story.call.fields, story.call.op) != nullptr;
  if (flat) {
    for (const FieldPattern* field : fields) {
      FieldPatch one{field->name, shown(*field), accepted(story, *field)};
      out.suggestion += (out.suggestion.empty() ? "" : ", ") + field_line(one.key, one.after);
      out.patch.fields.push_back(std::move(one));
    }
    return;
  }
  Value table = Value::object(), before = Value::object();
  for (const auto* all : {&turn.identity, &turn.asserted}) {
    for (const FieldPattern& field : *all) {
      if (field.pattern) before[field.name] = field.pattern->shown();
      const bool told = std::ranges::find(fields, &field) != fields.end();
      const bool withheld = std::ranges::find(story.call.withheld, field.name) != story.call.withheld.end();
      if (!withheld && field_of(story.call.fields, field.name) == nullptr) continue;  // it was not said at all
      if (withheld && field.pattern) table[field.name] = field.pattern->shown();
      else if (told || field.pattern) table[field.name] = accepted(story, field);
    }
  }
  out.suggestion = fmt::format("{} = {}", story.call.op, toml_value(table));
  out.patch.fields.push_back({story.call.op, std::move(before), std::move(table)});
}

/// The step that is missing stands behind those that were played.
Patch step_patch(const TurnStory& story) {
  const Entry& entry = *story.entry;
  std::size_t index = 0;
  for (const Turn* turn : story.history) index = std::max(index, number_of(entry, *turn));
  return {entry.turns.empty() ? Patch::Kind::none : Patch::Kind::step, entry.at, entry.at, {}, index};
}

/// How far a call is from a step of its verb.
struct TurnMiss {
  unsigned distance = 0;
  std::string reason;
  bool unlike = false;  ///< what names the step is written otherwise altogether
};

/// A long text that is the same in half of it is meant as this one.
bool shares_half(std::string_view wanted, std::string_view got) {
  const std::size_t longer = std::max(wanted.size(), got.size()), shorter = std::min(wanted.size(), got.size());
  const auto start = static_cast<std::size_t>(std::ranges::mismatch(wanted, got).in1 - wanted.begin());
  std::size_t end = 0;
  while (end < shorter - start && wanted[wanted.size() - 1 - end] == got[got.size() - 1 - end]) ++end;
  return (start + end) * 2 >= longer;
}

void judge_field(const FieldPattern& field, bool names_it, const TurnStory& story, TurnMiss& miss) {
  const Value* found = field_of(story.call.fields, field.name);
  const Value actual = found ? *found : Value();
  MatchReport report;
  if (!field.pattern || field.pattern->match(actual, field.name, story.book.known, story.book.around, &report)) return;
  std::string why;
  if (field.pattern->shown().is_structured()) {  // by its parts: JSON, a list
    miss.unlike = miss.unlike || (names_it && report.equal == 0);
    miss.distance += static_cast<unsigned>(report.differing);
    if (!report.differences.empty()) {
      const Difference& d = report.differences.front();
      why = fmt::format("{} differs: {} instead of {}", d.path, short_text(d.actual, d.path), short_text(d.expected, d.path));
    }
  } else {
    const std::string wanted = wanted_text(*field.pattern, story.book.known), got = text_of(actual);
    miss.unlike = miss.unlike || (names_it && !is_small_edit(wanted, got) && !shares_half(wanted, got));
    miss.distance += 1 + text_distance(wanted, got);
    why = slip_text(field.name, wanted, got);
  }
  if (miss.reason.empty()) miss.reason = std::move(why);
}

TurnMiss judge_turn(const Turn& turn, const TurnStory& story) {
  TurnMiss miss;
  for (const FieldPattern& field : turn.identity) judge_field(field, true, story, miss);
  for (const FieldPattern& field : turn.asserted) judge_field(field, false, story, miss);
  return miss;
}

bool is_of_verb(const Turn& turn, const TurnStory& story) { return !turn.push && turn.verb == story.call.op; }

/// Of the turns that wait, the one of this verb that is written most alike; "" where none is near.
std::string nearest_turn(const TurnStory& story) {
  std::string best;
  unsigned best_distance = 0;
  for (const Turn* turn : story.waiting) {
    if (!is_of_verb(*turn, story)) continue;
    const TurnMiss miss = judge_turn(*turn, story);
    if (miss.unlike || (!best.empty() && miss.distance >= best_distance)) continue;
    best = fmt::format("step {}, {}{}{}", number_of(*story.entry, *turn), turn->shown, miss.reason.empty() ? "" : ": ", miss.reason);
    best_distance = miss.distance;
  }
  return best;
}

void add_nearest(const TurnStory& story, Finding& out) {
  if (!story.entry) return;
  out.nearest = story.entry;
  out.nearest_reason = nearest_turn(story);
  if (!out.nearest_reason.empty()) return;
  const auto played = std::ranges::find_if(story.history, [&](const Turn* turn) {
    return is_of_verb(*turn, story) && judge_turn(*turn, story).distance == 0;
  });
  const auto next = std::ranges::find(story.waiting, false, &Turn::push);
  if (played != story.history.end()) out.nearest_reason = fmt::format("step {} has been played already, ", number_of(*story.entry, **played));
  if (next != story.waiting.end()) out.nearest_reason += fmt::format("it waits for step {}: {}", number_of(*story.entry, **next), (*next)->shown);
  else out.nearest_reason += played == story.history.end() ? "all its steps have been played" : "and no other is left";
}

}  // namespace

Finding turn_mismatch_finding(const TurnStory& story, const Turn& turn, EntryMatch& match) {
  Finding out = finding_of_turn(ViolationKind::mismatch, *story.entry, turn, fmt::format("differs: {}", turn.shown));
  out.differences = std::move(match.report.differences);
  out.fields_equal = match.report.equal;
  note_history(story, out);
  out.suggestion_verb = "accept it";
  accept_in_step(story, turn, match.differing, out);
  return out;
}

Finding turn_unasserted_finding(const TurnStory& story, const Turn& turn, const EntryMatch& match) {
  std::string names;
  std::vector<Difference> differences;
  for (const FieldPattern* field : match.unmentioned) {
    names += (names.empty() ? "" : ", ") + field->name;
    const Value* actual = field_of(story.call.fields, field->name);
    differences.push_back({field->name, std::nullopt, actual ? std::optional<Value>(*actual) : std::nullopt, ""});
  }
  Finding out = finding_of_turn(ViolationKind::unasserted, *story.entry, turn, fmt::format("({}): {} not asserted", turn.shown, names));
  out.differences = std::move(differences);
  out.fields_equal = match.report.equal;
  out.suggestion_verb = "add";
  accept_in_step(story, turn, match.unmentioned, out);
  return out;
}

Finding turn_out_of_state_finding(const TurnStory& story, const Turn& turn) {
  const auto first = std::ranges::find_if(story.waiting, [](const Turn* one) { return !one->push && one->required; });
  const bool early = first != story.waiting.end() && *first < &turn;
  Finding out = finding_of_turn(ViolationKind::out_of_state, *story.entry, turn,
                                fmt::format("came too {}: {}", early ? "early" : "late", turn.shown));
  if (early) out.notes.push_back(fmt::format("the session waits for step {}: {}", number_of(*story.entry, **first), (*first)->shown));
  note_history(story, out);
  return out;
}

Finding call_unmentioned_finding(const TurnStory& story) {
  Finding out;
  out.kind = ViolationKind::unasserted;
  out.entry = story.entry;
  if (story.entry) out.at = story.entry->at;
  out.message = fmt::format("{}: no step mentions it", title_of(story));
  note_history(story, out);
  out.suggestion_verb = "add the step";
  out.suggestion = suggest_step(story.protocol, story.call);
  if (story.entry) out.patch = step_patch(story);
  return out;
}

Finding call_unexpected_finding(const TurnStory& story) {
  Finding out;
  out.kind = ViolationKind::unexpected;
  out.message = title_of(story);
  const std::string step = suggest_step(story.protocol, story.call);
  if (story.entry) {
    add_nearest(story, out);
    out.suggestion_verb = "add the step";
    out.suggestion = step;
    out.patch = step_patch(story);
  } else {
    const CallStory opening{story.protocol, story.opening.fields, story.book, {}};
    Finding connection = unexpected_finding(opening);
    out.nearest = connection.nearest;
    out.nearest_reason = std::move(connection.nearest_reason);
    out.notes = std::move(connection.notes);
    out.suggestion_verb = "add";
    out.patch = connection.patch;
    std::vector<std::string> steps = story.said_before;
    steps.push_back(step);
    out.suggestion = suggest_session(story.protocol, story.opening.fields, fmt::format("{}", fmt::join(steps, ",\n  ")), story.book.around);
  }
  note_history(story, out);
  return out;
}

Finding opening_unexpected_finding(const ProtocolInfo& protocol, const Opening& opening, const LedgerBook& book,
                                   const std::vector<std::string>& steps) {
  Finding out = unexpected_finding({protocol, opening.fields, book, {}});
  out.message = fmt::format("{} {}", protocol.name, call_headline(protocol, opening.fields));
  out.suggestion = suggest_session(protocol, opening.fields, fmt::format("{}", fmt::join(steps, ",\n  ")), book.around);
  return out;
}

Finding turn_unused_finding(const Entry& entry, const Turn& turn, std::size_t more, const std::vector<const Turn*>& history) {
  Finding out = finding_of_turn(ViolationKind::unused, entry, turn, fmt::format("never happened: {}", turn.shown));
  if (more > 0) out.notes.push_back(fmt::format("{} not happen either", counted(more, "later step did", "later steps did")));
  note_history("the session ended after", history, out);
  return out;
}

}  // namespace bigfoot
