// spec/pattern_text.cpp - Text with holes: one hole that is the whole text, or several with text between them.
// Source: spec-format.md, rule 6.
#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <memory>

#include "spec/moment.h"
#include "spec/pattern_parts.h"
#include "spec/regex.h"
#include "spec/values.h"

namespace bigfoot {
namespace {

using Kind = HolePart::Kind;
using State = PrefixMatch::State;

/// What `{{name}}` and `{{env.NAME}}` stand for now; where nothing, `note` says why.
std::optional<Value> resolved(const HolePart& part, const Captures& known, const Surroundings& around,
                              const MatchReport* report, std::string& note) {
  if (part.kind == Kind::env) {
    const auto text = around.env ? around.env(part.text) : std::nullopt;
    if (text) return Value(*text);
    note = fmt::format("the environment has no {}", part.text);
  } else {
    if (const Value* value = find_capture(part.text, known, report)) return *value;
    note = fmt::format("no call has bound {{{{{}}}}} yet", part.text);
  }
  return std::nullopt;
}

void collect(const std::vector<HolePart>& parts, const TextAt& at, std::vector<NameUse>& uses) {
  for (const HolePart& part : parts) {
    if (part.kind != Kind::name && part.bind.empty()) continue;
    NameUse use{part.bind.empty() ? part.text : part.bind, at.at, at.length, !part.bind.empty()};
    if (at.exact) {
      use.at.column += static_cast<unsigned>(part.at);
      use.length = static_cast<unsigned>(part.length);
    }
    uses.push_back(std::move(use));
  }
}

/// {{now}} against what was sent. Where nobody knows the time, any time will do.
bool is_now(const HolePart& part, const Value& actual, const Surroundings& around, std::string& note) {
  const std::optional<Moment> now = around.now ? read_moment(around.now()) : std::nullopt;
  if (!now) return fits_type(*part.type, actual, Reading::text);
  if (is_moment(actual, *now, part.tolerance)) return true;
  const bool is_time = actual.is_number() || (actual.is_string() && read_moment(actual.get_ref<const std::string&>()));
  note = is_time ? fmt::format("it was {}", around.now()) : "no date and time";
  return false;
}

/// One hole that is the whole text: it may stand for any JSON type.
class HolePattern : public Pattern {
 public:
  HolePattern(HolePart part, TextAt at, Reading reading, std::string shown)
      : part_(std::move(part)), at_(std::move(at)), reading_(reading), shown_(std::move(shown)) {
    if (part_.kind == Kind::regex) regex_ = std::make_unique<RE2>(part_.text, regex_options());
  }

  bool match(const Value& actual, std::string_view path, const Captures& known, const Surroundings& around,
             MatchReport* report) const override {
    std::string note;
    if (!fits(actual, known, around, report, note)) {
      return report && differs(report, path, shown_, actual, std::move(note));
    }
    if (report && !part_.bind.empty()) {
      report->bound[part_.bind] =
          actual.is_string() && reading_ == Reading::text
              ? captured_value(part_.type, actual.get_ref<const std::string&>())
              : actual;
    }
    return agrees(report);
  }
  Value shown() const override { return shown_; }
  bool is_absent() const override { return part_.type && part_.type->kind == HoleKind::absent; }
  void collect_names(std::vector<NameUse>& uses) const override { collect({part_}, at_, uses); }

 private:
  bool fits(const Value& actual, const Captures& known, const Surroundings& around, const MatchReport* report,
            std::string& note) const {
    if (part_.kind == Kind::type && part_.type->is_now()) return is_now(part_, actual, around, note);
    if (part_.kind == Kind::type) {
      const bool fits = fits_type(*part_.type, actual, reading_);
      if (!fits && actual.is_string() && fits_type(*part_.type, actual, Reading::text)) note = "the program sent a string";
      return fits;
    }
    if (part_.kind == Kind::regex) {
      return actual.is_string() && RE2::PartialMatch(actual.get_ref<const std::string&>(), *regex_);
    }
    const auto value = resolved(part_, known, around, report, note);
    if (!value) return false;
    const bool same = same_value(*value, actual) ||
                      (reading_ == Reading::text && actual.is_string() && text_of(*value) == text_of(actual));
    if (!same && part_.kind == Kind::name) note = fmt::format("{} is {}", shown_, json_text(*value));
    return same;
  }

  HolePart part_;
  TextAt at_;
  Reading reading_;
  std::string shown_;
  std::unique_ptr<RE2> regex_;
};

/// A regex that is a part of a longer text fits that part whole: its outer anchors say nothing new.
std::string_view unanchored(std::string_view regex) {
  if (regex.starts_with('^')) regex.remove_prefix(1);
  if (regex.ends_with('$') && !regex.ends_with("\\$")) regex.remove_suffix(1);
  return regex;
}

std::string group_name(std::size_t part) { return fmt::format("bigfoot{}", part); }

/// Several parts: one regular expression over the whole text. `{{name}}` and `{{env.X}}` are put in as they are now.
class MixedPattern : public Pattern {
 public:
  MixedPattern(std::vector<HolePart> parts, TextAt at, std::string shown)
      : parts_(std::move(parts)), at_(std::move(at)), shown_(std::move(shown)) {
    for (const HolePart& part : parts_) moving_ = moving_ || part.kind == Kind::name || part.kind == Kind::env;
    if (!moving_) fixed_ = std::make_unique<RE2>(whole_regex(parts_), regex_options());
  }

  bool match(const Value& actual, std::string_view path, const Captures& known, const Surroundings& around,
             MatchReport* report) const override {
    const auto no = [&](std::string note) { return report && differs(report, path, shown_, actual, std::move(note)); };
    if (!actual.is_string()) return no("");
    const std::string& text = actual.get_ref<const std::string&>();
    const std::string& first = parts_.front().text;
    if (parts_.front().kind == Kind::literal && !text.starts_with(first)) return no(text_note(first, text.substr(0, first.size())));
    std::string note;
    const auto now = settled(known, around, report, note);
    if (!now) return no(std::move(note));
    std::unique_ptr<RE2> made;
    if (!fixed_) made = std::make_unique<RE2>(whole_regex(*now), regex_options());
    const RE2& regex = fixed_ ? *fixed_ : *made;
    if (!regex.ok()) return no("the pattern is too large");
    std::vector<re2::StringPiece> groups(static_cast<std::size_t>(regex.NumberOfCapturingGroups()) + 1);
    if (!regex.Match(text, 0, text.size(), RE2::ANCHOR_BOTH, groups.data(), static_cast<int>(groups.size()))) {
      return no("");
    }
    if (const std::string why = bind(*now, regex, groups, report); !why.empty()) return no(why);
    for (std::size_t i = 0; i < now->size(); ++i) {
      const HolePart& part = (*now)[i];
      if (part.kind != Kind::type || !part.type->is_now()) continue;
      const auto& piece = groups[static_cast<std::size_t>(regex.NamedCapturingGroups().at(group_name(i)))];
      std::string why;
      if (!is_now(part, std::string(piece.data(), piece.size()), around, why)) return no(why);
    }
    return agrees(report);
  }
  Value shown() const override { return shown_; }
  void collect_names(std::vector<NameUse>& uses) const override { collect(parts_, at_, uses); }

  PrefixMatch match_start(std::string_view stream, const Captures& known, const Surroundings& around,
                          MatchReport* report) const override {
    std::string note;
    const auto now = settled(known, around, report, note);
    const auto no = [&] {
      differs(report, "send", shown_, std::string(stream), std::move(note));
      return PrefixMatch{};
    };
    if (!now) return no();
    RE2::Options longest = regex_options();
    longest.set_longest_match(true);
    const RE2 whole(whole_regex(*now), longest);
    std::vector<re2::StringPiece> groups(static_cast<std::size_t>(std::max(whole.NumberOfCapturingGroups(), 0)) + 1);
    const re2::StringPiece bytes(stream.data(), stream.size());
    if (whole.ok() && whole.Match(bytes, 0, bytes.size(), RE2::ANCHOR_START, groups.data(), static_cast<int>(groups.size()))) {
      note = bind(*now, whole, groups, report);
      if (!note.empty()) return no();
      agrees(report);
      const bool open_end = now->back().kind != Kind::literal && groups[0].size() == stream.size();
      return {open_end ? State::maybe_more : State::yes, groups[0].size()};
    }
    const RE2 begins(start_regex(*now), regex_options());
    if (begins.ok() && !RE2::FullMatch(bytes, begins)) return no();
    return {State::need_more, stream.size()};
  }

 private:
  /// The parts with all names and variables replaced by what they stand for; nothing where one stands for nothing.
  /// A name that an earlier part of this very text binds becomes anything, which bind() then compares.
  std::optional<std::vector<HolePart>> settled(const Captures& known, const Surroundings& around,
                                               const MatchReport* report, std::string& note) const {
    std::vector<HolePart> now = parts_;
    for (HolePart& part : now) {
      if (part.kind != Kind::name && part.kind != Kind::env) continue;
      if (part.kind == Kind::name && std::ranges::any_of(parts_, [&](const HolePart& other) { return other.at < part.at && other.bind == part.text; })) {
        part.kind = Kind::type;
        part.type = find_hole_type("any");
        part.bind = part.text;
        continue;
      }
      const auto value = resolved(part, known, around, report, note);
      if (!value) return std::nullopt;
      part.kind = Kind::literal;
      part.text = text_of(*value);
    }
    return now;
  }

  static std::string part_regex(const HolePart& part, std::size_t index) {
    if (part.kind == Kind::literal) return RE2::QuoteMeta(part.text);
    const std::string_view regex = part.kind == Kind::regex ? unanchored(part.text) : part.type->regex;
    const bool is_named = !part.bind.empty() || (part.type && part.type->is_now());
    return !is_named ? fmt::format("(?:{})", regex) : fmt::format("(?P<{}>{})", group_name(index), regex);
  }
  static std::string whole_regex(const std::vector<HolePart>& parts) {
    std::string out;
    for (std::size_t i = 0; i < parts.size(); ++i) out += part_regex(parts[i], i);
    return out;
  }
  /// What every start of a fitting text fits. It may fit more: then only the decision comes later.
  static std::string start_regex(const std::vector<HolePart>& parts) {
    constexpr std::size_t kNested = 50;  // RE2 refuses expressions that nest deeper than 1000
    std::string out, close;
    for (std::size_t i = 0; i < parts.size(); ++i) {
      const HolePart& part = parts[i];
      if (close.size() > 10 * kNested) return out + R"(\C*)" + close;
      if (part.kind != Kind::literal) {
        const std::string begins = part.kind == Kind::regex ? R"(\C*)" : std::string(part.type->begins);
        out += fmt::format("(?:{}|(?:{})", begins, part_regex({part.kind, part.text, part.type}, i));
        close += ')';
        continue;
      }
      for (std::size_t at = 0; at < part.text.size() && at < kNested; ++at) {
        const bool ascii = static_cast<unsigned char>(part.text[at]) < 0x80;  // a part of a character is no UTF-8
        out += ascii ? fmt::format("(?:{}", RE2::QuoteMeta(part.text.substr(at, 1))) : R"((?:\C)";
        close += ")?";
      }
      if (part.text.size() > kNested) return out + R"(\C*)" + close;
    }
    return out + close;
  }

  /// Keeps what the holes hold. A name that stands twice must hold the same: else the words that say so.
  static std::string bind(const std::vector<HolePart>& parts, const RE2& regex, const std::vector<re2::StringPiece>& groups,
                          MatchReport* report) {
    const auto& names = regex.NamedCapturingGroups();
    Captures bound;
    for (std::size_t i = 0; i < parts.size(); ++i) {
      const HolePart& part = parts[i];
      const auto found = part.bind.empty() ? names.end() : names.find(group_name(i));
      if (found == names.end()) continue;
      const auto& piece = groups[static_cast<std::size_t>(found->second)];
      const std::string text(piece.data(), piece.size());
      const auto [known, fresh] = bound.try_emplace(part.bind, captured_value(part.type, text));
      if (!fresh && text_of(known->second) != text) return fmt::format("{{{{{}}}}} is {}", part.bind, json_text(known->second));
    }
    for (auto& [name, value] : bound) {
      if (report) report->bound[name] = std::move(value);
    }
    return "";
  }

  std::vector<HolePart> parts_;
  TextAt at_;
  std::string shown_;
  bool moving_ = false;
  std::unique_ptr<RE2> fixed_;
};

/// Holes that only a reply can fill, and one that only a whole text can be.
bool fit_for_matching(const std::vector<HolePart>& parts, const TextAt& at, Diagnostics& problems) {
  bool good = true;
  for (const HolePart& part : parts) {
    if (part.kind == Kind::request) {
      add_problem(problems, at, part.at, part.length, fmt::format("'{{{{req.{}}}}}' can stand in a reply only", part.text),
                  "what the program sends is matched by a type ({{int}}), a regex, or a name that an earlier call bound");
      good = false;
    }
    if (part.type && part.type->kind == HoleKind::absent && (parts.size() > 1 || !part.bind.empty())) {
      add_problem(problems, at, part.at, part.length, "'{{absent}}' says that there is no such key: nothing can stand beside it",
                  "write \"{{absent}}\" alone");
      good = false;
    }
  }
  return good;
}

std::string literal_of(const std::vector<HolePart>& parts) { return parts.empty() ? "" : parts.front().text; }
bool is_literal(const std::vector<HolePart>& parts) {
  return parts.empty() || (parts.size() == 1 && parts.front().kind == Kind::literal);
}

}  // namespace

Value captured_value(const HoleType* type, std::string_view text) {
  if (type && (type->kind == HoleKind::integer || type->kind == HoleKind::number || type->kind == HoleKind::boolean)) {
    const Value value = Value::parse(text, nullptr, false);
    if (!value.is_discarded() && json_text(value) == text) return value;
  }
  return std::string(text);
}

PatternPtr text_pattern(std::string_view text, const TextAt& at, Reading reading, Diagnostics& problems,
                        std::string_view given) {
  if (text == "*") return any_pattern();
  const std::string shown(given.empty() ? text : given);
  auto parts = parse_holes(text, at, problems);
  if (!parts || !fit_for_matching(*parts, at, problems)) return nullptr;
  if (is_literal(*parts)) return scalar_pattern(literal_of(*parts), reading);
  if (parts->size() == 1) return std::make_shared<HolePattern>(std::move(parts->front()), at, reading, shown);
  return std::make_shared<MixedPattern>(std::move(*parts), at, shown);
}

PatternPtr contains_pattern(std::string_view text, const TextAt& at, Diagnostics& problems) {
  auto parts = parse_holes(text, at, problems);
  if (!parts || !fit_for_matching(*parts, at, problems)) return nullptr;
  const HolePart anything{.kind = Kind::type, .type = find_hole_type("any")};
  parts->insert(parts->begin(), anything);
  parts->push_back(anything);
  return std::make_shared<MixedPattern>(std::move(*parts), at, std::string(text));
}

PatternPtr compile_text_pattern(std::string_view text, const Place& at, Diagnostics& problems) {
  return text_pattern(text, {at, static_cast<unsigned>(text.size()), true}, Reading::text, problems);
}

}  // namespace bigfoot
