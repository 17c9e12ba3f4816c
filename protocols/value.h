// protocols/value.h - The one dynamic value of the project: what a call carries, what a spec says, what a
// timeline shows. JSON's data model; object keys keep the order in which they were written.
#pragma once

#include <nlohmann/json.hpp>

namespace bigfoot {

/// A JSON value. Strings hold bytes, usually UTF-8 (a body is kept as it came); writers turn what is not
/// UTF-8 into {"base64": ...}. Compare with the matcher, not with ==: here key order would count.
using Value = nlohmann::ordered_json;

/// The named fields of one call or reply: always an object. protocols/protocol.h lists each protocol's names.
using Fields = Value;

}  // namespace bigfoot
