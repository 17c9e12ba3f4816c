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

}  // namespace bigfoot
