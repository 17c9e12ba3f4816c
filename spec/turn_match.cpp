// spec/turn_match.cpp - see turn_match.h.
#include "spec/turn_match.h"

#include <algorithm>

namespace bigfoot {

TurnFit fit_of(const Turn& turn, const Call& call, const LedgerBook& book, EntryMatch& match) {
  if (turn.push || turn.verb != call.op) return TurnFit::none;
  const auto is_withheld = [&](const FieldPattern& field) { return std::ranges::find(call.withheld, field.name) != call.withheld.end(); };
  if (turn.view) match.seen = turn.view(call.fields, book.known, book.around);
  const Fields& fields = match.seen ? *match.seen : call.fields;
  for (const FieldPattern& field : turn.identity) {
    if (!is_withheld(field)) match_field(field, fields, book.known, book.around, match);
  }
  if (!match.fits()) return TurnFit::none;
  for (const FieldPattern& field : turn.asserted) {
    if (!is_withheld(field)) match_field(field, fields, book.known, book.around, match);
  }
  return match.fits() ? TurnFit::whole : TurnFit::different;
}

}  // namespace bigfoot
