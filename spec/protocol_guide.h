// spec/protocol_guide.h - What there is to know of a protocol beside its keys, a row each: for `explain`.
// Source: spec-format.md, section 3 (table, "Ambient traffic") and section 9.
#pragma once

#include <span>
#include <string_view>
#include <vector>

namespace bigfoot {

struct ProtocolGuide {
  std::string_view name;
  std::string_view unexpected;  ///< what the program sees of a call that no entry fits
  std::string_view ambient;     ///< what needs no entry, a line each; "" for nothing
  std::string_view example;     ///< an entry, as a spec has it; with the other tables that it needs
};

/// Of every protocol, in the order of all_protocols().
std::span<const ProtocolGuide> protocol_guides();
const ProtocolGuide& protocol_guide(std::string_view protocol);

struct ViolationGuide {
  std::string_view kind;
  std::string_view meaning;
  std::string_view cure;
};
/// Of every ViolationKind, in its order.
std::span<const ViolationGuide> violation_guides();

}  // namespace bigfoot
