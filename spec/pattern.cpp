// spec/pattern.cpp - The plain patterns: "*", literals, objects and arrays, and what all patterns share.
#include "spec/pattern.h"

#include <fmt/format.h>

#include <algorithm>

#include "protocols/body.h"
#include "protocols/raw/difference.h"
#include "spec/alignment.h"
#include "spec/pattern_parts.h"
#include "spec/values.h"

namespace bigfoot {
namespace {

class AnyPattern : public Pattern {
 public:
  bool match(const Value&, std::string_view, const Captures&, const Surroundings&, MatchReport* report) const override {
    return agrees(report);
  }
  Value shown() const override { return "*"; }
  bool is_any() const override { return true; }
  PrefixMatch match_start(std::string_view stream, const Captures&, const Surroundings&, MatchReport*) const override {
    return {PrefixMatch::State::maybe_more, stream.size()};
  }
};

class LiteralPattern : public Pattern {
 public:
  LiteralPattern(Value value, Reading reading) : value_(std::move(value)), reading_(reading) {}

  bool match(const Value& actual, std::string_view path, const Captures&, const Surroundings&,
             MatchReport* report) const override {
    if (same_value(value_, actual)) return agrees(report);
    if (reading_ == Reading::text && actual.is_string() && value_.is_primitive() && !value_.is_string() &&
        actual.get_ref<const std::string&>() == text_of(value_)) {
      return agrees(report);  // headers = { retry-after = 5 }: on the wire every number is text
    }
    if (!report) return false;
    std::string note;
    if (value_.is_string() && actual.is_string()) {
      note = text_note(value_.get_ref<const std::string&>(), actual.get_ref<const std::string&>());
    } else if (value_.is_string() != actual.is_string() && text_of(value_) == text_of(actual)) {
      note = actual.is_string() ? "the program sent a string" : "the spec says a string";
    }
    return differs(report, path, value_, actual, std::move(note));
  }
  Value shown() const override { return value_; }
  const Value* literal() const override { return &value_; }
  PrefixMatch match_start(std::string_view stream, const Captures&, const Surroundings&,
                          MatchReport* report) const override {
    const std::string whole = text_of(value_);
    const auto common = std::min(whole.size(), stream.size());
    if (std::string_view(whole).substr(0, common) != stream.substr(0, common)) {
      differs(report, "send", value_, std::string(stream), first_difference(whole, stream.substr(0, whole.size())));
      return {};
    }
    return {common == whole.size() ? PrefixMatch::State::yes : PrefixMatch::State::need_more, common};
  }
  Value accepting(const Value& actual, const Captures&, const Surroundings&) const override {
    if (reading_ == Reading::text && actual.is_string() && actual.get_ref<const std::string&>() == text_of(value_)) {
      return spoken(value_);
    }
    return spoken(actual);
  }

 private:
  Value value_;
  Reading reading_;
};

class ObjectPattern : public Pattern {
 public:
  ObjectPattern(PatternMembers members, bool open) : members_(std::move(members)), open_(open) {}

  bool match(const Value& actual, std::string_view path, const Captures& known, const Surroundings& around,
             MatchReport* report) const override {
    if (!actual.is_object()) return differs(report, path, shown(), actual);
    bool good = true;
    std::size_t present = 0;
    for (const auto& [key, pattern] : members_) {
      const auto found = actual.find(key);
      if (found != actual.end()) ++present;
      if (found == actual.end() && pattern->is_absent()) {
        agrees(report);
        continue;
      }
      const bool fits = found == actual.end() || pattern->is_absent()
                            ? differs(report, report ? member_path(path, key) : "", pattern->shown(),
                                      found == actual.end() ? std::nullopt : std::optional<Value>(*found))
                            : pattern->match(*found, report ? member_path(path, key) : "", known, around, report);
      if (!fits && !report) return false;
      good = good && fits;
    }
    if (open_ || present == actual.size()) return good && (!members_.empty() || agrees(report));
    if (!report) return false;
    for (const auto& [key, value] : actual.items()) {
      if (std::ranges::find(members_, key, &PatternMembers::value_type::first) == members_.end()) {
        differs(report, member_path(path, key), std::nullopt, value);
      }
    }
    return false;
  }

  Value shown() const override {
    Value out = Value::object();
    for (const auto& [key, pattern] : members_) out[key] = pattern->shown();
    if (open_) out["*"] = "*";
    return out;
  }

  Value accepting(const Value& actual, const Captures& known, const Surroundings& around) const override {
    if (!actual.is_object()) return spoken(actual);
    Value out = Value::object();
    for (const auto& [key, pattern] : members_) {
      const auto found = actual.find(key);
      if (found == actual.end() && !pattern->is_absent()) continue;
      out[key] = found == actual.end() ? Value("{{absent}}") : pattern->accepting(*found, known, around);
    }
    for (const auto& [key, value] : actual.items()) {
      if (!open_ && !out.contains(key)) out[key] = spoken(value);
    }
    if (open_) out["*"] = "*";
    return out;
  }

  void collect_names(std::vector<NameUse>& uses) const override {
    for (const auto& [key, pattern] : members_) pattern->collect_names(uses);
  }

 private:
  PatternMembers members_;
  bool open_;
};

class ArrayPattern : public Pattern {
 public:
  ArrayPattern(std::vector<PatternPtr> items, bool open) : items_(std::move(items)), open_(open) {}

  bool match(const Value& actual, std::string_view path, const Captures& known, const Surroundings& around,
             MatchReport* report) const override {
    if (!actual.is_array()) return differs(report, path, shown(), actual);
    MatchReport own;
    if (report) own.bound = report->bound;
    bool fits = open_ ? actual.size() >= items_.size() : actual.size() == items_.size();
    for (std::size_t i = 0; i < items_.size() && fits; ++i) {
      fits = items_[i]->match(actual[i], path, known, around, report ? &own : nullptr);
    }
    if (!fits) return report && tell(actual, path, known, around, *report);
    if (report) report->bound = std::move(own.bound);
    return agrees(report, items_.empty() ? 1 : own.equal);
  }

  Value shown() const override {
    Value out = Value::array();
    for (const auto& item : items_) out.push_back(item->shown());
    return out;
  }

  Value accepting(const Value& actual, const Captures& known, const Surroundings& around) const override {
    if (!actual.is_array()) return spoken(actual);
    Value out = Value::array();
    for (std::size_t i = 0; i < actual.size() && !(open_ && i >= items_.size()); ++i) {
      out.push_back(i < items_.size() ? items_[i]->accepting(actual[i], known, around) : spoken(actual[i]));
    }
    return out;
  }

  void collect_names(std::vector<NameUse>& uses) const override {
    for (const auto& item : items_) item->collect_names(uses);
  }

 private:
  /// Item beside item, so that one that was put in or left out is one difference. Always false.
  bool tell(const Value& actual, std::string_view path, const Captures& known, const Surroundings& around, MatchReport& report) const {
    Captures names = report.bound;
    names.insert(known.begin(), known.end());
    std::vector<AlignedPair> pairs = aligned(items_.size(), actual.size(), [&](std::size_t i, std::size_t j) {
      return !items_[i]->match(actual[j], "", names, around, nullptr);
    });
    while (open_ && !pairs.empty() && !pairs.back().expected) pairs.pop_back();  // further items
    for (const AlignedPair& pair : pairs) {
      const std::string at = item_path(path, pair.actual.value_or(pair.expected.value_or(0)));
      if (!pair.expected) differs(&report, at, std::nullopt, actual[*pair.actual]);
      else if (!pair.actual) differs(&report, at, items_[*pair.expected]->shown(), std::nullopt);
      else items_[*pair.expected]->match(actual[*pair.actual], at, known, around, &report);
    }
    return false;
  }

  std::vector<PatternPtr> items_;
  bool open_;
};

}  // namespace

bool differs(MatchReport* report, std::string_view path, std::optional<Value> expected, std::optional<Value> actual,
             std::string note) {
  if (!report) return false;
  ++report->differing;
  if (report->differences.size() < kMaxDifferences) {
    report->differences.push_back({std::string(path), std::move(expected), std::move(actual), std::move(note)});
  }
  return false;
}

bool agrees(MatchReport* report, std::size_t count) {
  if (report) report->equal += count;
  return true;
}

std::string_view absent_word(std::string_view path) {
  if (path.starts_with("argv[")) return "(none)";  // a word that is not there, in an array without keys
  if (path.starts_with("content:")) return "(no line)";
  if (path.ends_with(']')) return "(no item)";
  return path.find_first_of(".[") == path.npos ? "(none)" : "(no key)";
}

const Value* find_capture(std::string_view name, const Captures& known, const MatchReport* report) {
  if (report) {
    if (const auto found = report->bound.find(name); found != report->bound.end()) return &found->second;
  }
  const auto found = known.find(name);
  return found == known.end() ? nullptr : &found->second;
}

std::string member_path(std::string_view path, std::string_view key) {
  return path.empty() ? std::string(key) : fmt::format("{}.{}", path, key);
}

std::string item_path(std::string_view path, std::size_t index) { return fmt::format("{}[{}]", path, index); }

std::string text_note(std::string_view expected, std::string_view actual) {
  constexpr std::size_t kSeenAtOnce = 24;  // two short words need no pointer to the place
  const bool plain = is_text(expected) && is_text(actual);
  if (plain && std::max(expected.size(), actual.size()) <= kSeenAtOnce) return "";
  return first_difference(expected, actual);
}

Value Pattern::accepting(const Value& actual, const Captures& known, const Surroundings& around) const {
  MatchReport report;
  return match(actual, "", known, around, &report) ? shown() : spoken(actual);
}

PrefixMatch Pattern::match_start(std::string_view stream, const Captures& known, const Surroundings& around,
                                 MatchReport* report) const {
  MatchReport own;
  if (!match(std::string(stream), "send", known, around, report ? report : &own)) {
    return {PrefixMatch::State::need_more, stream.size()};
  }
  return {PrefixMatch::State::maybe_more, stream.size()};
}

PatternPtr any_pattern() {
  static const PatternPtr any = std::make_shared<AnyPattern>();
  return any;
}

PatternPtr object_pattern(PatternMembers members, bool open) {
  return std::make_shared<ObjectPattern>(std::move(members), open);
}

PatternPtr array_pattern(std::vector<PatternPtr> items, bool open) {
  return std::make_shared<ArrayPattern>(std::move(items), open);
}

PatternPtr literal_pattern(Value value) {
  if (value.is_object()) {
    PatternMembers members;
    for (const auto& [key, item] : value.items()) members.emplace_back(key, literal_pattern(item));
    return object_pattern(std::move(members), false);
  }
  if (value.is_array()) {
    std::vector<PatternPtr> items;
    for (const Value& item : value) items.push_back(literal_pattern(item));
    return array_pattern(std::move(items), false);
  }
  return std::make_shared<LiteralPattern>(std::move(value), Reading::json);
}

PatternPtr scalar_pattern(Value value, Reading reading) {
  return std::make_shared<LiteralPattern>(std::move(value), reading);
}

}  // namespace bigfoot
