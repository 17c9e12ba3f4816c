// spec/holes.h - The {{holes}} of a text: what each one says, where it stands, and the types that holes know.
// Source: spec-format.md, rule 6.
#pragma once

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/value.h"
#include "spec/diagnostics.h"
#include "spec/node.h"

namespace bigfoot {

/// Which JSON values a typed hole takes where it is the whole string.
enum class HoleKind { integer, number, boolean, null, text, port, any, nonempty, absent };

struct HoleType {
  std::string_view name;
  HoleKind kind;
  std::string_view regex;   ///< RE2 over text, whole
  std::string_view begins;  ///< RE2 that every start of a fitting text fits: byte streams arrive in pieces
  std::string_view help;
  bool is_now() const { return name == "now"; }
};
std::span<const HoleType> hole_types();
const HoleType* find_hole_type(std::string_view name);

/// In text, "{{int}}" fits "5"; in JSON it fits 5 and no string.
enum class Reading { text, json };
bool fits_type(const HoleType& type, const Value& actual, Reading reading);

/// A minute: between making a time and sending it, a busy machine may take a while.
inline constexpr std::chrono::milliseconds kNowTolerance{5'000};

struct HolePart {
  enum class Kind { literal, type, regex, name, env, request } kind = Kind::literal;
  std::string text;                ///< the literal text, the regex, the name, the variable, "json.a.b"
  const HoleType* type = nullptr;  ///< Kind::type
  std::string bind;                ///< the name that a type or regex binds; may be empty
  std::chrono::milliseconds tolerance = kNowTolerance;  ///< of {{now}}: how far from the present it may be
  std::size_t at = 0;              ///< where its "{{" stands in the text, in bytes
  std::size_t length = 0;
};

/// A text of a spec with its place. Where `exact`, byte i of the text stands i columns after `at`; else (escapes, a
/// text of several lines) only the whole value can be pointed at.
struct TextAt {
  Place at;
  unsigned length = 1;
  bool exact = true;
};
TextAt text_at(const Node& node);
/// Adds an error that underlines `length` bytes of the text from byte `offset` on.
void add_problem(Diagnostics& problems, const TextAt& where, std::size_t offset, std::size_t length, std::string what,
                 std::string hint, Severity severity = Severity::error);
void add_problem(Diagnostics& problems, const Node& node, std::string what, std::string hint,
                 Severity severity = Severity::error);

/// The parts of a text, literals unescaped and joined; nothing where a hole is wrong (`problems` then says why).
std::optional<std::vector<HolePart>> parse_holes(std::string_view text, const TextAt& at, Diagnostics& problems);

}  // namespace bigfoot
