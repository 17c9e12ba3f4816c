// spec/json_path.cpp - See json_path.h.
#include "spec/json_path.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

namespace bigfoot {
namespace {

constexpr std::size_t kMostSelected = 100'000;  // "$..*..*..*" of a large body selects more than memory holds, and than anyone compares

}  // namespace

class JsonPath::Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  std::expected<JsonPath, JsonPathError> parse() {
    JsonPath out;
    if (!skip("$")) return fail("a JSONPath begins with '$'");
    while (at_ < text_.size()) {
      Segment segment;
      segment.descends = skip("..");
      const bool dotted = segment.descends || skip(".");
      if (peek() == '[') {
        if (dotted && !segment.descends) return fail("a name or '*' comes after '.'");
        if (!brackets(segment)) return fail(std::move(what_));
      } else if (dotted && skip("*")) {
        segment.selectors.push_back({.kind = Selector::Kind::wildcard});
      } else if (dotted) {
        std::string name = shorthand();
        if (name.empty()) return fail("a name, '*' or '[' comes here");
        segment.selectors.push_back({.kind = Selector::Kind::name, .name = std::move(name)});
      } else {
        return fail("'.' or '[' comes here");
      }
      out.segments_.push_back(std::move(segment));
    }
    return out;
  }

 private:
  std::unexpected<JsonPathError> fail(std::string what) const { return std::unexpected(JsonPathError{std::move(what), at_}); }
  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  bool skip(std::string_view word) {
    if (!text_.substr(at_).starts_with(word)) return false;
    at_ += word.size();
    return true;
  }
  void blanks() {
    while (peek() == ' ' || peek() == '\t') ++at_;
  }

  /// RFC 9535, 2.5.1.1: member-name-shorthand. A hyphen is taken too, since header-like keys are common.
  std::string shorthand() {
    const std::size_t from = at_;
    while (at_ < text_.size()) {
      const auto c = static_cast<unsigned char>(text_[at_]);
      const bool digit = c >= '0' && c <= '9';
      const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c >= 0x80 || c == '-';
      if (!letter && !(digit && at_ > from)) break;
      ++at_;
    }
    return std::string(text_.substr(from, at_ - from));
  }

  bool wrong(std::string what) {
    what_ = std::move(what);
    return false;
  }

  bool brackets(Segment& segment) {
    ++at_;
    for (;;) {
      blanks();
      Selector selector;
      if (peek() == '\'' || peek() == '"') {
        if (!quoted(selector.name)) return false;
      } else if (skip("*")) {
        selector.kind = Selector::Kind::wildcard;
      } else if (peek() == '?') {
        return wrong("filters are not supported: select with '*' and compare with a pattern");
      } else if (!numbers(selector)) {
        return false;
      }
      segment.selectors.push_back(std::move(selector));
      blanks();
      if (skip("]")) return true;
      if (!skip(",")) return wrong("',' or ']' comes here");
    }
  }

  bool quoted(std::string& out) {
    const char quote = text_[at_++];
    while (at_ < text_.size() && text_[at_] != quote) {
      if (text_[at_] != '\\') out += text_[at_++];
      else if (!escaped(quote, out)) return wrong("unknown escape: they are those of JSON, and a quote");
    }
    if (at_ >= text_.size()) return wrong("the quote is not closed");
    ++at_;
    return true;
  }

  /// RFC 9535, 2.3.1.1: the escapes of JSON, which its parser reads, and the quote.
  bool escaped(char quote, std::string& out) {
    const std::string_view rest = text_.substr(at_);
    if (rest.size() > 1 && rest[1] == quote) {
      out += quote;
      at_ += 2;
      return true;
    }
    std::size_t length = rest.starts_with("\\u") ? 6 : 2;
    const bool high = length == 6 && rest.size() >= 12 && rest.substr(2, 1).find_first_of("dD") == 0 && rest.substr(3, 1).find_first_of("89abAB") == 0;
    if (high) length = 12;  // the low half of a character follows
    const Value one = Value::parse(fmt::format("\"{}\"", rest.substr(0, length)), nullptr, false);
    if (!one.is_string()) return false;
    out += one.get_ref<const std::string&>();
    at_ += length;
    return true;
  }

  bool number(std::optional<std::int64_t>& out) {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text_.data() + at_, text_.data() + text_.size(), value);
    if (error != std::errc()) return false;
    at_ = static_cast<std::size_t>(end - text_.data());
    out = value;
    return true;
  }

  bool numbers(Selector& selector) {
    selector.kind = Selector::Kind::index;
    const bool has_start = number(selector.start);
    blanks();
    if (!skip(":")) return has_start || wrong("an index, a slice, a quoted name or '*' comes here");
    selector.kind = Selector::Kind::slice;
    blanks();
    number(selector.end);
    blanks();
    std::optional<std::int64_t> step;
    if (skip(":")) {
      blanks();
      number(step);
    }
    selector.step = step.value_or(1);
    return selector.step > 0 || wrong("a slice's step is 1 or more here");
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::string what_;
};

std::expected<JsonPath, JsonPathError> JsonPath::parse(std::string_view text) { return Parser(text).parse(); }

bool JsonPath::is_singular() const {
  return std::ranges::all_of(segments_, [](const Segment& segment) {
    return !segment.descends && segment.selectors.size() == 1 &&
           (segment.selectors.front().kind == Selector::Kind::name || segment.selectors.front().kind == Selector::Kind::index);
  });
}

void JsonPath::apply(const Selector& selector, const Value& value, std::vector<const Value*>& out) {
  if (selector.kind == Selector::Kind::name) {
    if (!value.is_object()) return;
    if (const auto found = value.find(selector.name); found != value.end()) out.push_back(&*found);
    return;
  }
  if (selector.kind == Selector::Kind::wildcard) {
    if (!value.is_structured()) return;
    for (const Value& one : value) out.push_back(&one);
    return;
  }
  if (!value.is_array()) return;
  const auto size = static_cast<std::int64_t>(value.size());
  const auto counted = [size](std::int64_t index) { return index < 0 ? index + size : index; };  // from the end
  if (selector.kind == Selector::Kind::index) {
    const std::int64_t index = counted(*selector.start);
    if (index >= 0 && index < size) out.push_back(&value[static_cast<std::size_t>(index)]);
    return;
  }
  const std::int64_t start = std::clamp<std::int64_t>(counted(selector.start.value_or(0)), 0, size);
  const std::int64_t end = std::clamp<std::int64_t>(selector.end ? counted(*selector.end) : size, 0, size);
  for (std::int64_t i = start; i < end; i += selector.step) {
    out.push_back(&value[static_cast<std::size_t>(i)]);
    if (selector.step > end - i) break;
  }
}

void JsonPath::apply(const Segment& segment, const Value& value, std::vector<const Value*>& out) {
  for (const Selector& selector : segment.selectors) apply(selector, value, out);
  if (!segment.descends || !value.is_structured()) return;
  for (const Value& one : value) {
    if (out.size() < kMostSelected) apply(segment, one, out);
  }
}

std::vector<const Value*> JsonPath::select(const Value& json) const {
  std::vector<const Value*> now{&json};
  for (const Segment& segment : segments_) {
    std::vector<const Value*> next;
    for (const Value* value : now) {
      if (next.size() < kMostSelected) apply(segment, *value, next);
    }
    now = std::move(next);
  }
  return now;
}

}  // namespace bigfoot
