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

void note_history(const TurnStory& story, Finding& out) {
  if (story.history.empty()) return;
  constexpr std::size_t kShown = 6;
  const std::size_t first = story.history.size() > kShown ? story.history.size() - kShown : 0;
  std::string text = first > 0 ? "…, " : "";
  for (std::size_t i = first; i < story.history.size(); ++i) text += (i > first ? ", " : "") + story.history[i]->shown;
  out.notes.push_back("played before: " + text);
}

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

struct Near {
  const Turn* turn = nullptr;
  std::string reason;
};

/// Of the turns that wait, the one of this verb that is written most alike.
Near nearest_turn(const TurnStory& story) {
  Near best;
  unsigned best_distance = 0;
  for (const Turn* turn : story.waiting) {
    if (turn->push || turn->verb != story.call.op) continue;
    unsigned distance = 0;
    std::string reason;
    for (const auto* fields : {&turn->identity, &turn->asserted}) {
      for (const FieldPattern& field : *fields) {
        const Value* found = field_of(story.call.fields, field.name);
        const Value actual = found ? *found : Value();
        if (!field.pattern || field.pattern->match(actual, field.name, story.book.known, story.book.around, nullptr)) continue;
        const std::string wanted = wanted_text(*field.pattern, story.book.known), got = text_of(actual);
        distance += 1 + text_distance(wanted, got);
        if (reason.empty()) reason = fmt::format("{} differs at \"{}\"", field.name, differing_part(wanted, got));
      }
    }
    if (best.turn && distance >= best_distance) continue;
    best = {turn, fmt::format("step {}, {}{}{}", number_of(*story.entry, *turn), turn->shown, reason.empty() ? "" : ": ", reason)};
    best_distance = distance;
  }
  return best;
}

void add_nearest(const TurnStory& story, Finding& out) {
  if (!story.entry) return;
  out.nearest = story.entry;
  if (Near near = nearest_turn(story); near.turn) {
    out.nearest_reason = std::move(near.reason);
    return;
  }
  const auto next = std::ranges::find(story.waiting, false, &Turn::push);
  out.nearest_reason = next == story.waiting.end()
                           ? "all its steps have been played"
                           : fmt::format("it waits for step {}: {}", number_of(*story.entry, **next), (*next)->shown);
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

Finding turn_unused_finding(const Entry& entry, const Turn& turn, std::size_t more) {
  Finding out = finding_of_turn(ViolationKind::unused, entry, turn, fmt::format("never happened: {}", turn.shown));
  if (more > 0) out.notes.push_back(fmt::format("{} not happen either", counted(more, "later step did", "later steps did")));
  return out;
}

}  // namespace bigfoot
