// spec/protocol_keys.h - What entries, replies and steps of one protocol may say, beside what all may.
#pragma once

#include <string_view>

#include "spec/keys.h"

namespace bigfoot {

struct ProtocolKeys {
  std::string_view name;
  unsigned headline_kinds = kText;
  std::string_view headline_help;  ///< with the form of the headline
  Keys fields;                     ///< beside the headline
  unsigned reply_kinds = 0;        ///< 0: an entry has no reply
  Keys reply;                      ///< of a reply that is a table
  Keys verbs;                      ///< none: no sessions
  Keys step;                       ///< beside the verb of a step
};

/// The row of a protocol; an empty one for a name that is none.
const ProtocolKeys& protocol_keys(std::string_view protocol);

}  // namespace bigfoot
