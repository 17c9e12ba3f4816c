// spec/pattern_parts.h - What the files of the pattern compiler share; nobody else includes it.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "spec/holes.h"
#include "spec/pattern.h"

namespace bigfoot {

/// Stores one difference, or only counts it. Always false, so that a match can end with it.
bool differs(MatchReport* report, std::string_view path, std::optional<Value> expected, std::optional<Value> actual,
             std::string note = "");
bool agrees(MatchReport* report, std::size_t count = 1);  ///< always true

/// The value of a capture: this match's own first, then what earlier calls bound.
const Value* find_capture(std::string_view name, const Captures& known, const MatchReport* report);

/// What a typed capture keeps: 42 for "42" read as an int, where nothing of the text is lost.
Value captured_value(const HoleType* type, std::string_view text);

std::string member_path(std::string_view path, std::string_view key);
std::string item_path(std::string_view path, std::size_t index);

/// "differs at byte 12" for two texts that are long or no plain text; "" where the eye finds it.
std::string text_note(std::string_view expected, std::string_view actual);

/// A bool, number or string; in text reading 5 also fits "5".
PatternPtr scalar_pattern(Value value, Reading reading);
/// `given`: how the spec wrote it, where that is not `text`.
PatternPtr text_pattern(std::string_view text, const TextAt& at, Reading reading, Diagnostics& problems,
                        std::string_view given = "");
/// Literal text between two runs of anything: `contains`.
PatternPtr contains_pattern(std::string_view text, const TextAt& at, Diagnostics& problems);

using PatternMembers = std::vector<std::pair<std::string, PatternPtr>>;
/// `open`: other keys may be there.
PatternPtr object_pattern(PatternMembers members, bool open);
/// `open`: more items may follow.
PatternPtr array_pattern(std::vector<PatternPtr> items, bool open);
/// Text items, or arrays of them, told apart item by item. Null where one of them is. `open`: more words may follow.
PatternPtr words_pattern(std::vector<PatternPtr> words, bool open);
/// As a spec says a literal word, or an array of words.
Value spoken_word(const Value& word);
inline constexpr const char* kFurtherWords = "**";  ///< how a spec says that more may follow

/// Inside { json = ... }: every table is an object, operators have no meaning. `subset`: other keys may be anywhere.
PatternPtr json_pattern(const Node& node, bool subset, Diagnostics& problems);
PatternPtr json_pattern(const Value& json, const TextAt& at, bool subset, Diagnostics& problems);
/// JSON that a spec gives as text, '''...''': parsed, or an error that says where it is wrong.
std::optional<Value> json_of_text(std::string_view text, const TextAt& at, Diagnostics& problems);

/// Values of names that may repeat: one is a string, several are an array.
Value grouped(const std::vector<std::pair<std::string, std::string>>& pairs);
/// A table of names to text patterns over grouped() pairs; `"*" = "*"` for others.
PatternPtr compile_pairs_pattern(const Node& table, Diagnostics& problems);
/// True for `"*" = "*"`: other keys may be there.
bool opens_table(const std::string& key, const Node& value);

/// The operator of a one-key table, or nullptr where `node` is none; errors inside still count as an operator.
struct OperatorResult {
  bool is_operator = false;
  PatternPtr pattern;
};
OperatorResult compile_operator(const Node& node, Diagnostics& problems, PatternPtr (*inner)(const Node&, Diagnostics&));
std::vector<std::string_view> operator_names();

/// The bytes of `{ file = "..." }`, relative to the spec that names it; nothing where it cannot be read (not_here).
std::optional<std::string> bytes_of_file(const Node& name, Diagnostics& problems);
/// The bytes of { hex }, { base64 }, { text } or { file }; `is_bytes` false where the table is something else.
struct BytesResult {
  bool is_bytes = false;
  std::optional<std::string> bytes;
};
BytesResult compile_bytes(std::string_view name, const Node& argument, Diagnostics& problems);

}  // namespace bigfoot
