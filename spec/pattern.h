// spec/pattern.h - What a spec says of one value: literals, "*", {{holes}}, operators; compiled once, matched often.
// Source: spec-format.md, rules 5 to 7 and section 10 ("Values").
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/value.h"
#include "spec/diagnostics.h"
#include "spec/node.h"

namespace bigfoot {

/// What patterns and templates may ask of the world. spec/ has no clock, environment or randomness of its own.
struct Surroundings {
  std::function<std::optional<std::string>(std::string_view)> env;
  std::function<std::string()> now;   ///< RFC 3339, UTC, milliseconds
  std::function<std::uint64_t()> random;
  std::function<bool(std::string_view)> is_noise_header;  ///< lower-case name; empty: no header is noise
};

/// Values bound by `{{name:type}}`, for the whole run.
using Captures = std::map<std::string, Value, std::less<>>;

/// One place where an actual value is not what the spec says. Absent = there is no such key.
struct Difference {
  std::string path;               ///< "body.amount", "headers.content-type", "query"
  std::optional<Value> expected;  ///< a literal, or the pattern's own text ("{{int}}")
  std::optional<Value> actual;
  std::string note;               ///< "differs at byte 12", "not JSON: ..."; may be empty
};

/// What reports say in place of a value that is not there: "(no key)" inside a field, "(none)" of a whole one.
std::string_view absent_word(std::string_view path);

/// More differences than a person reads of one call are counted only.
inline constexpr std::size_t kMaxDifferences = 100;

/// Collects what a match finds. Differences stop being stored, not counted, past kMaxDifferences.
struct MatchReport {
  std::vector<Difference> differences;
  std::size_t differing = 0;  ///< all of them, stored or not
  std::size_t equal = 0;  ///< leaves that agreed
  Captures bound;         ///< captures of this match; the ledger keeps them only if the call is served
};

/// One `{{name}}` or `{{name:type}}` of a pattern or template: what a check of all captures needs.
struct NameUse {
  std::string name;
  Place at;
  unsigned length = 1;
  bool binds = false;
};

/// How a raw byte stream starts, judged against one `send` step.
struct PrefixMatch {
  enum class State { no, need_more, maybe_more, yes } state = State::no;
  std::size_t used = 0;  ///< bytes of the stream that the step covers; maybe_more: fits as it is, more could fit too
};

class Pattern;
using PatternPtr = std::shared_ptr<const Pattern>;

class Pattern {
 public:
  virtual ~Pattern() = default;
  /// True where `actual` fits; appends what differs below `path`. `report` may be null (only the answer counts).
  virtual bool match(const Value& actual, std::string_view path, const Captures& known, const Surroundings& around,
                     MatchReport* report) const = 0;
  /// As the spec says it, for reports: `5000`, `{{int}}`, `{"json": {...}}`.
  virtual Value shown() const = 0;
  virtual bool is_any() const { return false; }  ///< "*"
  /// The literal value, if this pattern is one (no hole, no operator): for indexing and for finding hosts.
  virtual const Value* literal() const { return nullptr; }
  virtual bool is_absent() const { return false; }  ///< "{{absent}}": fits only where there is no such key
  /// The nearest pattern that `actual` would fit, in the spec's own language (strings escaped as pattern text): parts
  /// that fit keep their words, the others take the actual value.
  virtual Value accepting(const Value& actual, const Captures& known, const Surroundings& around) const;
  /// Whether a byte stream that starts with `stream` fits, and how much of it. match_prefix() is the way in.
  virtual PrefixMatch match_start(std::string_view stream, const Captures& known, const Surroundings& around,
                                  MatchReport* report) const;
  virtual void collect_names(std::vector<NameUse>& uses) const { (void)uses; }
};

/// One operator, for help: { name = ... }.
struct OperatorRow {
  std::string_view name;
  std::string_view example;  ///< TOML
  std::string_view help;
};
std::vector<OperatorRow> operator_rows();

/// Compiles the value of a text-like field (URL part, header, SQL...): holes allowed, operators allowed.
/// Adds to `problems` and returns nullptr where the node is no pattern.
PatternPtr compile_pattern(const Node& node, Diagnostics& problems);
/// A body: bytes on the wire, read as the operator asks ({json}, {form}, {text}...). A bare string is text with holes.
/// Matches a Value string (bytes).
PatternPtr compile_body_pattern(const Node& node, Diagnostics& problems);
/// A body of which text of several lines is told apart line by line: `content:3` is its third.
PatternPtr compile_content_pattern(const Node& node, Diagnostics& problems);
/// `at`: where the first byte of `text` stands.
PatternPtr compile_text_pattern(std::string_view text, const Place& at, Diagnostics& problems);
/// Headers as calls carry them: an array of [lower-case name, value] pairs. A table of names (any case) to patterns, an
/// array for a repeated header, `"*" = "*"` for others, or "*". Noise headers count only where the table names them.
PatternPtr compile_headers_pattern(const Node& node, Diagnostics& problems);
/// The same with `cookies = { ... }` beside it, which say what the header `cookie` holds. `headers` may be null: nothing else is sent.
PatternPtr compile_headers_with_cookies(const Node* headers, const Node& cookies, Diagnostics& problems);
/// The query of a URL, normalised text: a table over the decoded names, any order, or text compared as it stands.
PatternPtr compile_query_pattern(const Node& node, Diagnostics& problems);
/// `tls` of a call: a table of which the named members count, or "*".
PatternPtr compile_tls_pattern(const Node& node, Diagnostics& problems);
/// `client_cert` of a call: "required", a table of which the named members count, or "*".
PatternPtr compile_client_cert_pattern(const Node& node, Diagnostics& problems);

/// A program's name, in a call that gives all the names by which it may be meant as an array: one that fits is enough.
PatternPtr program_pattern(PatternPtr name);
/// An array of words, of which the first is a program: argv of a call, told apart word by word. The node is an array.
PatternPtr compile_argv_pattern(const Node& node, Diagnostics& problems);
/// `env` of a call: a table of which the named variables count, or "*".
PatternPtr compile_env_pattern(const Node& node, Diagnostics& problems);

/// A table of JSON members of which the named ones count, or "*".
PatternPtr compile_members_pattern(const Node& node, Diagnostics& problems);

/// What `*` means in a text that has wildcards; holes may stand beside them.
enum class Wildcards {
  host,      ///< `*` stands for one or more labels, or a part of one: *.example.com
  url_path,  ///< a segment `*` is any one segment, a last `/**` is everything below
  file_path  ///< `*` is anything within a name, `**` across names: /run/dbus/*, /etc/myapp/**
};
/// A text without wildcards and holes becomes a literal. Hosts are compared in lower case.
PatternPtr compile_wildcard_pattern(std::string_view text, Wildcards kind, const Place& at, Diagnostics& problems);
PatternPtr any_pattern();
PatternPtr literal_pattern(Value value);

/// Judges the start of a byte stream against a body pattern of a raw `send` step. `ended`: no more bytes will come.
PrefixMatch match_prefix(const Pattern& step, std::string_view stream, bool ended, const Captures& known,
                         const Surroundings& around, MatchReport* report);

/// A reply value with holes to fill: {{name}}, {{env.X}}, {{now}}, {{uuid}}, {{req.json.a.b}}, {{req.header.x}}.
class Template {
 public:
  virtual ~Template() = default;
  /// The value with all holes filled. A hole that has no value (an unbound name) becomes "" and is named in `missing`.
  virtual Value render(Captures& known, const Fields& call, const Surroundings& around,
                       std::vector<std::string>* missing) const = 0;
  virtual const Value* constant() const { return nullptr; }  ///< the value where there is no hole at all
  virtual void collect_names(std::vector<NameUse>& uses) const { (void)uses; }
};
using TemplatePtr = std::shared_ptr<const Template>;
TemplatePtr compile_template(const Node& node, Diagnostics& problems);
/// The same for JSON that came as text; holes stand in its strings. `at`: of the text.
TemplatePtr compile_template(const Value& json, const Place& at, Diagnostics& problems);
/// What a raw step gives to the program, as a string of bytes: text with holes, { json }, { text }, { hex }, { base64 }, { file }.
TemplatePtr compile_bytes_template(const Node& node, Diagnostics& problems);

struct Entry;
struct Spec;
/// All names in the holes of an entry: its fields, steps and replies.
std::vector<NameUse> names_of(const Entry& entry);
/// Names that are used and bound nowhere in the spec: errors, with the hole or the name that was probably meant.
void check_hole_names(const Spec& spec, Diagnostics& problems);

}  // namespace bigfoot
