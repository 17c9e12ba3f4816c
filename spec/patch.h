// spec/patch.h - What would have to change in the spec so that it says what the program did: the structured side of a
// finding's suggestion, for --update. Kept in memory only.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "protocols/value.h"
#include "spec/diagnostics.h"

namespace bigfoot {

/// A key of an entry or of a step that should say something else.
struct FieldPatch {
  std::string key;              ///< "body"; of a headline its protocol's name
  std::optional<Value> before;  ///< what the pattern says now, in Pattern::shown()'s words; none: nothing, or not known
  Value after;                  ///< what it should say; parts that equal `before` stay as they are written
};

struct Patch {
  enum class Kind {
    none,
    fields,  ///< `fields` of the entry or step at `at`
    entry,   ///< the suggestion is a new entry, to stand behind the one at `at` (line 0: before all)
    step,    ///< the suggestion is a new step of the entry at `at`, to stand before its step `index`
  };
  Kind kind = Kind::none;
  Place at;
  Place entry_at;  ///< fields: the entry, which `at` may be a step of
  std::vector<FieldPatch> fields;
  std::size_t index = 0;
};

}  // namespace bigfoot
