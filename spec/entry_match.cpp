// spec/entry_match.cpp - One entry against one call.
#include "spec/entry_match.h"

#include <algorithm>

#include "spec/call_fields.h"
#include "spec/command_text.h"

namespace bigfoot {
namespace {

const Value kNothing;

/// Whether a field that the entry does not mention carries nothing: noise headers do not count.
bool carries_nothing(std::string_view field, const Value& value, const Surroundings& around) {
  if (is_empty_value(value)) return true;
  if (field != "headers" || !value.is_array() || !around.is_noise_header) return false;
  return std::ranges::all_of(value, [&](const Value& pair) {
    return around.is_noise_header(pair.at(0).get_ref<const std::string&>());
  });
}

}  // namespace

bool identity_fits(const Entry& entry, const Fields& call, const Captures& known, const Surroundings& around,
                   MatchReport& report) {
  return std::ranges::all_of(entry.identity, [&](const FieldPattern& field) {
    if (!field.pattern || field.pattern->is_any()) return true;
    const Value* actual = field_of(call, field.name);
    return field.pattern->match(actual ? *actual : kNothing, field.name, known, around, &report);
  });
}

void match_field(const FieldPattern& field, const Fields& call, const Captures& known, const Surroundings& around, EntryMatch& out) {
  const Value* found = field_of(call, field.name);
  const Value& actual = found ? *found : kNothing;
  if (!field.pattern) {
    if (!carries_nothing(field.name, actual, around)) out.unmentioned.push_back(&field);
  } else if (!field.pattern->match(actual, field.name, known, around, &out.report)) {
    out.differing.push_back(&field);
  }
}

void match_asserted(const Entry& entry, const Fields& call, const Captures& known, const Surroundings& around,
                    bool thorough, EntryMatch& out, std::string_view later) {
  for (const FieldPattern& field : entry.asserted) {
    if (field.name == later) continue;
    match_field(field, call, known, around, out);
    if (!thorough && !out.fits()) return;
  }
}

std::string differing_part(std::string_view expected, std::string_view actual) {
  constexpr std::size_t kShown = 24;
  const std::string_view whole = expected, whole_actual = actual;
  while (!expected.empty() && !actual.empty() && expected.front() == actual.front()) {
    expected.remove_prefix(1);
    actual.remove_prefix(1);
  }
  while (!expected.empty() && !actual.empty() && expected.back() == actual.back()) {
    expected.remove_suffix(1);
    actual.remove_suffix(1);
  }
  std::string_view part = expected.empty() ? actual : expected;
  const std::string_view text = expected.empty() ? whole_actual : whole;
  const auto continues = [](char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; };
  const char* begin = part.data();
  const char* end = begin + part.size();
  while (begin > text.data() && begin < text.data() + text.size() && continues(*begin)) --begin;  // a letter is shown whole
  while (end < text.data() + text.size() && continues(*end)) ++end;
  return shortened({begin, end}, kShown);
}

}  // namespace bigfoot
