// spec/lint.cpp - Warnings on a loaded spec.
#include "spec/lint.h"

#include <algorithm>
#include <limits>
#include <map>
#include <set>

#include <fmt/format.h>

#include "spec/command_text.h"

namespace bigfoot {
namespace {

void warn_at(const Place& at, unsigned length, std::string what, std::string hint, Diagnostics& problems) {
  Diagnostic problem;
  problem.severity = Severity::warning;
  problem.at = at;
  problem.length = length;
  problem.what = std::move(what);
  problem.hint = std::move(hint);
  problems.add(std::move(problem));
}

/// Everything an entry asks of a call, as text: two entries with the same text take the same calls.
std::string demands(const Entry& entry) {
  std::string text(entry.protocol->name);
  for (const auto* fields : {&entry.identity, &entry.asserted})
    for (const FieldPattern& field : *fields)
      text += fmt::format("\n{} {}", field.name, field.pattern ? field.pattern->shown().dump(-1, ' ', false, Value::error_handler_t::replace) : "-");
  for (const Step& step : entry.steps) text += "\n" + step.shown;
  for (const Turn& turn : entry.turns) text += "\n" + turn.shown;
  return text;
}

bool same_demand(const FieldPattern& one, const FieldPattern& other) {
  if (!one.pattern || !other.pattern) return one.pattern == other.pattern;
  return one.pattern->shown() == other.pattern->shown();
}

/// Whether every call that `below` is meant for fits `above` too: its identity is literal and fits, and what is asserted above
/// is asserted below as well, or is "*".
bool takes_all_of(const Entry& above, const Entry& below) {
  if (!above.turns.empty() || !above.steps.empty() || above.identity.size() != below.identity.size()) return false;
  for (std::size_t i = 0; i < above.identity.size(); ++i) {
    const FieldPattern &wide = above.identity[i], &narrow = below.identity[i];
    if (wide.name != narrow.name) return false;
    if (same_demand(wide, narrow) || (wide.pattern && wide.pattern->is_any())) continue;
    const Value* literal = narrow.pattern ? narrow.pattern->literal() : nullptr;
    std::vector<NameUse> names;
    if (wide.pattern) wide.pattern->collect_names(names);
    if (!literal || !wide.pattern || !names.empty() || !wide.pattern->match(*literal, "", {}, {}, nullptr)) return false;
  }
  return std::ranges::all_of(above.asserted, [&](const FieldPattern& wide) {
    if (wide.pattern && wide.pattern->is_any()) return true;
    return std::ranges::any_of(below.asserted, [&](const FieldPattern& narrow) { return narrow.name == wide.name && same_demand(wide, narrow); });
  });
}

/// An entry without an upper limit takes every call that fits it: one like it further down never gets a turn.
void check_shadowed(const Spec& spec, Diagnostics& problems) {
  std::map<std::pair<std::size_t, std::string>, const Entry*> endless;
  std::map<std::pair<std::size_t, const ProtocolInfo*>, std::vector<const Entry*>> wide;
  const auto warn_of = [&](const Entry& entry, const Entry& above, std::string_view what) {
    warn_at(entry.at, 1, "this entry never gets a turn", fmt::format("the entry at {}:{} {} and has no upper limit", above.at.file, above.at.line, what), problems);
  };
  for (const Entry& entry : spec.entries) {
    std::pair key(entry.test, demands(entry));
    auto& list = wide[{entry.test, entry.protocol}];
    const auto covering = std::ranges::find_if(list, [&](const Entry* above) { return takes_all_of(*above, entry); });
    if (const auto above = endless.find(key); above != endless.end()) {
      warn_of(entry, *above->second, "asks for the same");
    } else if (covering != list.end()) {
      warn_of(entry, **covering, "takes every call of this one");
    } else if (entry.times.max == Count::kNoLimit) {
      endless.emplace(std::move(key), &entry);
      constexpr std::size_t kMostWide = 100;  // each entry below is compared with them
      if (list.size() < kMostWide && entry.protocol->name != "which") list.push_back(&entry);
    }
  }
}

/// A session is over once it is closed or broken off: what stands behind that never happens.
void check_steps_after_the_end(const Entry& entry, Diagnostics& problems) {
  const auto warn_of = [&](const Place& at, const Place& end) {
    warn_at(at, 1, "this step never gets a turn", fmt::format("the session ends at line {}", end.line), problems);
  };
  for (std::size_t i = 0; i + 1 < entry.turns.size(); ++i) {
    const Turn& turn = entry.turns[i];
    const bool is_end = turn.verb == "close" || turn.verb == "quit" || (turn.verb == "fault" && turn.reply.fault != Fault::timeout);
    const bool breaks_off = entry.turns[i + 1].verb == "fault";  // instead of the end's own answer
    if (is_end && turn.required && !breaks_off) return warn_of(entry.turns[i + 1].at, turn.at);
  }
  for (std::size_t i = 0; i + 1 < entry.steps.size(); ++i) {
    const Step& step = entry.steps[i];
    if (!is_command(*entry.protocol) && step.required && (step.verb == Verb::close || step.verb == Verb::fault)) return warn_of(entry.steps[i + 1].at, step.at);
  }
}

std::string literal_of(const Entry& entry, std::string_view field) {
  const auto found = std::ranges::find(entry.identity, field, &FieldPattern::name);
  const Value* literal = found == entry.identity.end() || !found->pattern ? nullptr : found->pattern->literal();
  return literal && literal->is_string() ? literal->get<std::string>() : "";
}

/// Whether a call of this entry surely has the fields that it may leave out: what is empty on the wire needs no line.
bool carries_content(const Entry& entry) {
  if (entry.protocol->name == "log") return true;
  const std::string what = literal_of(entry, entry.protocol->name == "file" ? "operation" : "method");
  return what == "POST" || what == "PUT" || what == "PATCH" || what == "write" || what == "append" || what == "create" || what == "chmod" || what == "truncate";
}

void check_mentioned(const Entry& entry, Diagnostics& problems) {
  if (!entry.replies.empty() && entry.replies.front().errno_code != 0) return;  // the connect fails: there is no request
  if (!carries_content(entry)) return;
  for (const FieldPattern& field : entry.asserted) {
    if (field.pattern) continue;
    warn_at(field.at, 1, fmt::format("field not asserted: {}", field.name),
            fmt::format("a call that has {0} will be reported as unasserted; {0} = \"*\" waives it", field.name), problems);
  }
}

bool has_parameter(const std::string& sql) {
  for (std::size_t at = sql.find('$'); at != sql.npos; at = sql.find('$', at + 1))
    if (at + 1 < sql.size() && sql[at + 1] >= '1' && sql[at + 1] <= '9') return true;
  return false;
}

/// What steps surely carry, and do not mention.
void check_steps_mentioned(const Entry& entry, Diagnostics& problems) {
  for (const Turn& turn : entry.turns) {
    const auto mentions = [&](std::string_view name) {
      return std::ranges::any_of(turn.asserted, [&](const FieldPattern& field) { return field.name == name && field.pattern; });
    };
    std::string_view missing;
    if (turn.verb == "sendmail" && !mentions("message") && !mentions("data")) missing = "message";
    const bool binds = std::ranges::any_of(turn.identity, [](const FieldPattern& field) { return field.name == "query" && field.pattern && has_parameter(field.pattern->shown().dump()); });
    if (turn.verb == "query" && binds && !mentions("params")) missing = "params";
    if (missing.empty()) continue;
    warn_at(turn.at, 1, fmt::format("field not asserted: {}", missing), fmt::format("a call that has {0} will be reported as unasserted; {0} = \"*\" waives it", missing), problems);
  }
}

/// A name that is used above the entry that binds it: in the expected order it would still be unknown. Entries that say
/// `after`, and specs whose order is relaxed, may still be right.
void check_bound_in_time(const Spec& spec, Diagnostics& problems) {
  if (spec.settings.order != Order::strict) return;
  std::set<std::string, std::less<>> bound, ever;
  for (const Entry& entry : spec.entries)
    for (const NameUse& use : names_of(entry))
      if (use.binds) ever.insert(use.name);
  for (const Entry& entry : spec.entries) {
    const std::vector<NameUse> uses = names_of(entry);
    for (const NameUse& use : uses)
      if (use.binds) bound.insert(use.name);
    if (!entry.after.empty() || !entry.any_order.empty()) continue;
    for (const NameUse& use : uses) {
      if (bound.contains(use.name) || !ever.contains(use.name)) continue;  // one that nothing binds is an error, and told
      warn_at(use.at, use.length, fmt::format("'{{{{{}}}}}' is used before an entry binds it", use.name),
              "entries are expected in the order of the file: move the entry that binds it up", problems);
    }
  }
}

/// Whether one `begin` may open both, or the second stands for entries outside of sections.
bool open_together(const Spec& spec, std::size_t one, std::size_t other) {
  if (one == other || other == Entry::kNoTest) return true;
  if (one == Entry::kNoTest) return false;
  const TestSection &a = spec.tests[one], &b = spec.tests[other];
  return a.is_called(b.title()) || b.is_called(a.title());
}

/// What a test captures is its own: no other test knows it, and no entry outside of tests.
void check_bound_in_test(const Spec& spec, Diagnostics& problems) {
  std::map<std::string, std::vector<std::size_t>, std::less<>> binders;  // name -> tests
  for (const Entry& entry : spec.entries)
    for (const NameUse& use : names_of(entry))
      if (use.binds) binders[use.name].push_back(entry.test);
  for (const Entry& entry : spec.entries) {
    for (const NameUse& use : names_of(entry)) {
      const auto tests = binders.find(use.name);
      const bool is_here = tests == binders.end() || std::ranges::any_of(tests->second, [&](std::size_t test) { return open_together(spec, entry.test, test); });
      if (is_here) continue;  // or nowhere, which is an error, and told
      warn_at(use.at, use.length, fmt::format("'{{{{{}}}}}' is bound in test '{}', and {} not know it", use.name, spec.tests[tests->second.front()].title(),
                                              entry.test == Entry::kNoTest ? "entries outside of it do" : fmt::format("test '{}' does", spec.tests[entry.test].title())),
              "what a test captures is its own, but for tests that run inside of it: bind the name here too", problems);
    }
  }
}

}  // namespace

void lint(const Spec& spec, Diagnostics& problems) {
  // What is wrong with an entry already is told: a part of it that could not be read would look as if it were left out.
  std::set<std::pair<std::string, unsigned>> wrong;
  for (const Diagnostic& problem : problems.all())
    if (problem.severity == Severity::error) wrong.emplace(problem.at.file, problem.at.line);
  const auto is_sound = [&](const Entry& entry) {
    const bool last = entry.index + 1 >= spec.entries.size() || spec.entries[entry.index + 1].at.file != entry.at.file;
    const unsigned end = last ? std::numeric_limits<unsigned>::max() : spec.entries[entry.index + 1].at.line;
    const auto first = wrong.lower_bound({entry.at.file, entry.at.line});
    return first == wrong.end() || first->first != entry.at.file || first->second >= end;
  };
  if (wrong.empty()) check_shadowed(spec, problems);
  if (wrong.empty()) check_bound_in_time(spec, problems);
  if (wrong.empty()) check_bound_in_test(spec, problems);
  for (const Entry& entry : spec.entries) {
    if (!is_sound(entry)) continue;
    check_mentioned(entry, problems);
    check_steps_mentioned(entry, problems);
    check_steps_after_the_end(entry, problems);
  }
}

}  // namespace bigfoot
