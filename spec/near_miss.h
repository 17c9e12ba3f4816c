// spec/near_miss.h - Which entry an unexpected call was probably meant for, and why it did not fit.
#pragma once

#include <string>

#include "spec/ledger_book.h"

namespace bigfoot {

struct NearMiss {
  const Entry* entry = nullptr;  ///< null: nothing comes near
  std::string reason;            ///< `path differs at "s"`
  bool only_spent = false;       ///< the call is as the entry says: it has been used up, that is all
};

/// Cheapest explanation first: an edit of the path, then method, port, scheme, host, then an entry that is used up. Of entries that
/// are used up, one that says what was sent goes before one that does not.
NearMiss nearest_entry(const ProtocolInfo& protocol, const Fields& call, const LedgerBook& book);
/// The same for a raw connection.
NearMiss nearest_socket(const Destination& to, const LedgerBook& book);

/// Edit distance, at most kTextsFarApart; linear for long texts: only their middle part counts.
unsigned text_distance(std::string_view one, std::string_view other);
inline constexpr unsigned kTextsFarApart = 8;  // two texts further apart than this have nothing to do with each other
/// What the pattern says, with the names that earlier calls bound replaced by what they stand for.
std::string wanted_text(const Pattern& expected, const Captures& known);
/// Whether the one reads as a slip of the other, so that only what differs need be named.
bool is_small_edit(std::string_view wanted, std::string_view got);
/// `path differs at "s"`, or, where many places of a long text do, from where on.
std::string slip_text(std::string_view field, std::string_view wanted, std::string_view got);
/// A value of a difference in a line of text.
std::string short_text(const std::optional<Value>& value, std::string_view path);
/// "already used at #4, #7", or of which test it is.
std::string why_spent(const Entry& entry, const LedgerBook& book);

}  // namespace bigfoot
