// spec/findings.cpp - The words of the ledger.
#include "spec/findings.h"

#include <fmt/format.h>

#include <algorithm>

#include "spec/call_fields.h"
#include "spec/command_text.h"
#include "spec/near_miss.h"
#include "spec/order_scope.h"
#include "spec/pattern_parts.h"
#include "spec/redis_command.h"
#include "spec/suggest.h"
#include "spec/toml_text.h"

namespace bigfoot {
namespace {

std::string numbers(const std::vector<std::uint64_t>& seqs) {
  std::string out;
  for (const std::uint64_t seq : seqs) out += fmt::format("{}#{}", out.empty() ? "" : ", ", seq);
  return out;
}

/// What lets the call come again, of the one entry that was meant.
std::string room_for_more(const Entry& entry) {
  if (entry.replies.size() > 1) return "; one more needs one more of its replies";
  return fmt::format("; one more needs times = {}", entry.times.max + 1);
}

/// "1 earlier entry for this call was used at #4 (orders.toml:14); one more needs times = 2". Where the nearest entry is one of those, and says what was
/// sent, the note says it all. One that was sent otherwise stays the nearest, and says itself that it is used up.
void note_spent(const CallStory& story, Finding& finding, const NearMiss& nearest = {}) {
  if (story.spent.empty()) return;
  const bool is_nearest = nearest.entry && std::ranges::find(story.spent, nearest.entry) != story.spent.end();
  if (is_nearest && !nearest.only_spent && story.spent.size() == 1) return;
  std::vector<std::uint64_t> seqs;
  std::string places;
  for (const Entry* entry : story.spent) {
    const auto& used = story.book.states[entry->index].seqs;
    seqs.insert(seqs.end(), used.begin(), used.end());
    places += (places.empty() ? "" : ", ") + place_text(entry->at);
    if (seqs.size() >= EntryState::kRemembered) break;
  }
  if (seqs.empty()) return;
  finding.notes.push_back(fmt::format("{} for this call {} used at {} ({})",
                                      counted(story.spent.size(), "earlier entry", "earlier entries"),
                                      story.spent.size() == 1 ? "was" : "were", numbers(seqs), places));
  if (!is_nearest || !nearest.only_spent) return;
  if (story.spent.size() == 1 && nearest.entry->times.max > 0) finding.notes.back() += room_for_more(*nearest.entry);
  finding.nearest = nullptr;
  finding.nearest_reason.clear();
}

/// What makes the entry say what was sent; a query that stands in the URL changes the headline.
FieldPatch accepted(const CallStory& story, const Entry& entry, const FieldPattern& field) {
  const Value* found = field_of(story.call, field.name);
  const Value actual = found ? *found : Value("");
  const bool in_url = field.name == "query" && (!field.pattern || !field.pattern->shown().is_object());
  if (in_url) {
    return {std::string(entry.protocol->name), std::nullopt, headline_with_query(entry.headline, spoken_text(text_of(actual)))};
  }
  if (field.name == "argv") return {"exec", field.pattern->shown(), field.pattern->accepting(actual, story.book.known, story.book.around)};
  if (field.name == "args" && entry.protocol->name == "redis") {
    Value args = field.pattern ? field.pattern->accepting(actual, story.book.known, story.book.around) : spoken_word(actual);
    return {"redis", field.pattern ? std::optional(command_headline(story.call, field.pattern->shown())) : std::nullopt, command_headline(story.call, std::move(args))};
  }
  if (!field.pattern) return {field.name, std::nullopt, spoken_field(field.name, story.call, story.book.around)};
  Value said = field.pattern->accepting(actual, story.book.known, story.book.around);
  // Where nothing of the pattern fits the bytes, the form that the content itself suggests reads best.
  if (said.is_string() && actual.is_string() && said == spoken(actual)) said = spoken_field(field.name, story.call, story.book.around);
  return {field.name, field.pattern->shown(), std::move(said)};
}

/// `cookies` is a key of the entry, beside its headers.
std::vector<FieldPatch> with_cookies_apart(FieldPatch patch) {
  const auto cookies_of = [](Value& headers) -> std::optional<Value> {
    const auto cookie = headers.is_object() ? headers.find("cookie") : headers.end();
    if (cookie == headers.end() || !cookie->is_object() || !cookie->contains("cookies")) return std::nullopt;
    Value out = (*cookie)["cookies"];
    headers.erase("cookie");
    return out;
  };
  std::optional<Value> after = patch.key == "headers" ? cookies_of(patch.after) : std::nullopt;
  if (!after) return {std::move(patch)};
  FieldPatch cookies{"cookies", patch.before ? cookies_of(*patch.before) : std::nullopt, std::move(*after)};
  std::vector<FieldPatch> out;
  if (!patch.after.empty()) out.push_back(std::move(patch));
  out.push_back(std::move(cookies));
  return out;
}

/// The lines that make the entry say these fields, to be pasted and to be patched in.
void accept_fields(const CallStory& story, const Entry& entry, const std::vector<const FieldPattern*>& fields, Finding& out) {
  out.patch.kind = Patch::Kind::fields;
  out.patch.at = out.patch.entry_at = entry.at;
  for (const FieldPattern* field : fields) {
    for (FieldPatch& one : with_cookies_apart(accepted(story, entry, *field))) {
      out.suggestion += (out.suggestion.empty() ? "" : "\n") + field_line(one.key, one.after);
      out.patch.fields.push_back(std::move(one));
    }
  }
}

Finding finding_of(ViolationKind kind, const Entry& entry, std::string message) {
  Finding out;
  out.kind = kind;
  out.entry = &entry;
  out.at = entry.at;
  out.message = std::move(message);
  return out;
}

}  // namespace

std::string place_text(const Place& at) { return at.line ? fmt::format("{}:{}", at.file, at.line) : at.file; }

std::string counted(std::size_t count, std::string_view one, std::string_view many) {
  return fmt::format("{} {}", count, count == 1 ? one : many);
}

std::string entry_title(const Entry& entry) {
  if (entry.protocol->name == "http" || entry.headline.find("://") != entry.headline.npos) return entry.headline;
  const std::string_view protocol = entry.protocol->name;
  if (is_command(*entry.protocol) || protocol == "which" || entry.headline.starts_with(std::string(protocol) + " ")) return entry.headline;
  return fmt::format("{} {}", protocol, entry.headline);
}

std::string call_title(const ProtocolInfo& protocol, const Fields& call) {
  const std::string headline = call_headline(protocol, call);
  return protocol.name == "dns" ? "dns " + headline : headline;
}

Patch entry_patch(const LedgerBook& book) {
  Patch out;
  out.kind = Patch::Kind::entry;
  if (book.last) out.at = book.last->at;
  return out;
}

Finding mismatch_finding(const CallStory& story, const Entry& entry, EntryMatch& match) {
  Finding out = finding_of(ViolationKind::mismatch, entry,
                           fmt::format("{}: {}", call_title(story.protocol, story.call),
                                       counted(match.report.differing, "field differs", "fields differ")));
  out.differences = std::move(match.report.differences);
  out.fields_equal = match.report.equal;
  note_spent(story, out);
  out.suggestion_verb = "accept it";
  accept_fields(story, entry, match.differing, out);
  return out;
}

Finding unasserted_finding(const CallStory& story, const Entry& entry, const EntryMatch& match) {
  std::string names;
  Finding out = finding_of(ViolationKind::unasserted, entry, "");
  for (const FieldPattern* field : match.unmentioned) {
    names += (names.empty() ? "" : ", ") + field->name;
    const Value* actual = field_of(story.call, field->name);
    if (field->name == "headers" && actual) {
      for (const Value& pair : *actual) {
        const std::string& name = pair.at(0).get_ref<const std::string&>();
        if (story.book.around.is_noise_header && story.book.around.is_noise_header(name)) continue;
        out.differences.push_back({"headers." + name, std::nullopt, pair.at(1), ""});
      }
    } else {
      out.differences.push_back({field->name, std::nullopt, actual ? std::optional<Value>(*actual) : std::nullopt, ""});
    }
  }
  out.message = fmt::format("{}: {} not asserted", call_title(story.protocol, story.call), names);
  out.fields_equal = match.report.equal;
  out.suggestion_verb = "add";
  accept_fields(story, entry, match.unmentioned, out);
  return out;
}

Finding unexpected_finding(const CallStory& story) {
  Finding out;
  out.kind = ViolationKind::unexpected;
  out.message = call_title(story.protocol, story.call);
  const NearMiss nearest = nearest_entry(story.protocol, story.call, story.book);
  out.nearest = nearest.entry;
  out.nearest_reason = nearest.reason;
  note_spent(story, out, nearest);
  out.suggestion_verb = "add";
  out.suggestion = suggest_entry(story.protocol, story.call, story.book.around);
  out.patch = entry_patch(story.book);
  return out;
}

Finding out_of_order_finding(const std::string& title, const Entry& entry, const std::vector<const Entry*>& overtaken,
                             const LedgerBook& book) {
  constexpr std::size_t kShown = 20;  // entries between that all need the label
  const Entry& first = *overtaken.front();
  Finding out = finding_of(ViolationKind::out_of_order, entry,
                           fmt::format("{} came before {}", title,
                                       overtaken.size() == 1 ? fmt::format("{} {}", place_text(first.at), entry_title(first))
                                                             : counted(overtaken.size(), "entry", "entries that stand before it")));
  for (std::size_t i = 0; i < overtaken.size() && i < kShown; ++i) {
    out.notes.push_back(fmt::format("still to come: {} {}", place_text(overtaken[i]->at), entry_title(*overtaken[i])));
  }
  if (overtaken.size() > kShown) out.notes.push_back(fmt::format("and {} more", overtaken.size() - kShown));
  if (!entry.after.empty()) return out;  // `after` asked for this order by name
  out.suggestion_verb = "if any order is right, add to each";
  const std::string label = !first.any_order.empty() ? first.any_order : !entry.any_order.empty() ? entry.any_order : "together";
  std::size_t lines = 0;
  for (const Entry* each : entries_between(book, first, entry)) {
    if (++lines > kShown) {
      out.suggestion += fmt::format("\n# and so on, to {}", place_text(entry.at));
      break;
    }
    out.suggestion += fmt::format("{}any_order = {}    # {} {}", lines == 1 ? "" : "\n", toml_string(label),
                                  place_text(each->at), entry_title(*each));
  }
  return out;
}

Finding response_finding(const Entry& entry, MatchReport report, std::string_view why_not) {
  Finding out = finding_of(ViolationKind::mismatch, entry,
                           why_not.empty() ? fmt::format("{}: the real service answered something else", entry_title(entry))
                                           : fmt::format("{}: the real service did not answer: {}", entry_title(entry), why_not));
  out.differences = std::move(report.differences);
  out.fields_equal = report.equal;
  return out;
}

Finding missing_values_finding(const Entry& entry, const Place& at, const std::vector<std::string>& missing) {
  std::string names;
  for (const std::string& name : missing) names += (names.empty() ? "" : ", ") + name;
  Finding out = finding_of(ViolationKind::out_of_state, entry,
                           fmt::format("{}: the reply needs {}, which nothing has given yet", entry_title(entry), names));
  out.at = at;
  out.notes.push_back("an empty text was sent in its place");
  return out;
}

Finding unsayable_reply_finding(const Entry& entry, const Place& at, std::string_view why) {
  Finding out = finding_of(ViolationKind::out_of_state, entry, fmt::format("{}: the reply cannot be given: {}", entry_title(entry), why));
  out.at = at;
  out.notes.push_back("the program got an error in its place");
  return out;
}

Finding input_too_long_finding(const ProtocolInfo& protocol, const Fields& call, const Entry& entry, std::size_t limit) {
  Finding out = finding_of(ViolationKind::mismatch, entry,
                           fmt::format("{}: stdin is longer than the {} MiB that a mocked command reads", call_title(protocol, call), limit >> 20));
  out.notes.push_back("from there on it was taken to have ended; nothing of it was compared");
  out.suggestion_verb = "accept it";
  out.suggestion = "stdin = \"*\"";
  out.patch = {Patch::Kind::fields, entry.at, entry.at, {{"stdin", std::nullopt, "*"}}};
  return out;
}

std::vector<Finding> unused_findings(const Entry& entry, const EntryState& state) {
  std::vector<Finding> out;
  if (state.used >= entry.times.min || entry.pass_through) return out;
  const std::string title = entry_title(entry);
  if (state.used == 0) {
    out.push_back(finding_of(ViolationKind::unused, entry, fmt::format("{} never happened", title)));
  } else if (entry.replies.size() > 1 && state.used < entry.replies.size()) {
    for (std::uint64_t i = state.used; i < std::min<std::uint64_t>(entry.replies.size(), entry.times.min); ++i) {
      out.push_back(finding_of(ViolationKind::unused, entry,
                               fmt::format("{}: reply {} of {} was never given", title, i + 1, entry.replies.size())));
      out.back().at = entry.replies[i].at;
    }
  } else {
    out.push_back(finding_of(ViolationKind::unused, entry,
                             fmt::format("{} happened {} of {} times", title, state.used, entry.times.min)));
  }
  return out;
}

std::string refusal_text(const Finding& finding) {
  std::string out = fmt::format("{}: {}\n", to_text(finding.kind), finding.message);
  if (finding.entry) out += fmt::format("expected by {} {}\n", place_text(finding.at), entry_title(*finding.entry));
  for (const Difference& d : finding.differences) {
    out += fmt::format("  {}  expected {}  got {}{}\n", d.path, short_text(d.expected, d.path), short_text(d.actual, d.path),
                       d.note.empty() ? "" : "  (" + d.note + ")");
  }
  if (finding.nearest) {
    out += fmt::format("nearest: {} {}   {}\n", place_text(finding.nearest->at), entry_title(*finding.nearest), finding.nearest_reason);
  }
  for (const std::string& note : finding.notes) out += note + "\n";
  return out;
}

}  // namespace bigfoot
