// spec/near_miss.h - Which entry an unexpected call was probably meant for, and why it did not fit.
#pragma once

#include <string>

#include "spec/ledger_book.h"

namespace bigfoot {

struct NearMiss {
  const Entry* entry = nullptr;  ///< null: nothing comes near
  std::string reason;            ///< `path differs at "s"`
};

/// Cheapest explanation first: an edit of the path, then method, port, scheme, host, then an entry that is used up.
NearMiss nearest_entry(const ProtocolInfo& protocol, const Fields& call, const LedgerBook& book);
/// The same for a raw connection.
NearMiss nearest_socket(const Destination& to, const LedgerBook& book);

/// Edit distance, at most kTextsFarApart; linear for long texts: only their middle part counts.
unsigned text_distance(std::string_view one, std::string_view other);
inline constexpr unsigned kTextsFarApart = 8;  // two texts further apart than this have nothing to do with each other
/// What the pattern says, with the names that earlier calls bound replaced by what they stand for.
std::string wanted_text(const Pattern& expected, const Captures& known);
/// "already used at #4, #7", or of which test it is.
std::string why_spent(const Entry& entry, const LedgerBook& book);

}  // namespace bigfoot
