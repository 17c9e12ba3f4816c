// spec/pattern_lines.cpp - Text of several lines: fits as a whole, and what differs is told line by line.
#include <fmt/format.h>

#include <algorithm>

#include "protocols/body.h"
#include "spec/alignment.h"
#include "spec/pattern_parts.h"
#include "spec/url_pattern.h"
#include "spec/values.h"

namespace bigfoot {
namespace {

std::vector<std::string_view> lines_of(std::string_view text, std::string_view masked) {
  std::vector<std::string_view> lines;
  for (std::size_t from = 0; from < text.size();) {
    const std::size_t end = std::min(masked.find('\n', from), text.size());
    lines.push_back(text.substr(from, end - from));
    from = end + 1;
  }
  return lines;
}

class LinesPattern final : public Pattern {
 public:
  LinesPattern(PatternPtr whole, std::vector<PatternPtr> lines, bool ends_with_break) : whole_(std::move(whole)), lines_(std::move(lines)), ends_with_break_(ends_with_break) {}

  bool match(const Value& actual, std::string_view path, const Captures& known, const Surroundings& around, MatchReport* report) const override {
    MatchReport own;
    if (report) own.bound = report->bound;
    if (whole_->match(actual, path, known, around, &own)) {
      if (report) report->bound = std::move(own.bound);
      return agrees(report);
    }
    if (report) tell(actual, path, known, around, own, *report);
    return false;
  }
  Value shown() const override { return whole_->shown(); }
  const Value* literal() const override { return whole_->literal(); }
  Value accepting(const Value& actual, const Captures& known, const Surroundings& around) const override { return whole_->accepting(actual, known, around); }
  void collect_names(std::vector<NameUse>& uses) const override { whole_->collect_names(uses); }

 private:
  /// The lines that differ; the whole where that says nothing.
  void tell(const Value& actual, std::string_view path, const Captures& known, const Surroundings& around, const MatchReport& whole, MatchReport& report) const {
    const std::string* text = actual.get_ptr<const std::string*>();
    const std::size_t before = report.differing;
    if (text && is_text(*text)) {
      const std::vector<std::string_view> got = lines_of(*text, *text);
      MatchReport bound;  // a name that one line binds stands in another
      for (std::size_t i = 0; i < std::min(lines_.size(), got.size()); ++i) lines_[i]->match(std::string(got[i]), "", known, around, &bound);
      report.bound.merge(bound.bound);
      const std::vector<AlignedPair> pairs = aligned(lines_.size(), got.size(), [&](std::size_t i, std::size_t j) {
        MatchReport own;
        own.bound = report.bound;
        return !lines_[i]->match(std::string(got[j]), "", known, around, &own);
      });
      for (const AlignedPair& pair : pairs) {
        const std::string line = fmt::format("{}:{}", path, pair.actual.value_or(pair.expected.value_or(0)) + 1);
        if (!pair.expected) differs(&report, line, std::nullopt, std::string(got[*pair.actual]));
        else if (!pair.actual) differs(&report, line, lines_[*pair.expected]->shown(), std::nullopt);
        else if (pair.differs) lines_[*pair.expected]->match(std::string(got[*pair.actual]), line, known, around, &report);
      }
      const bool breaks = text->ends_with('\n');
      if (report.differing == before && breaks != ends_with_break_)
        differs(&report, path, whole_->shown(), actual, breaks ? "a line break at the end is too much" : "the line break at the end is missing");
    }
    if (report.differing > before) return;
    report.differing += whole.differing;
    report.differences.insert(report.differences.end(), whole.differences.begin(), whole.differences.end());
  }

  PatternPtr whole_;
  std::vector<PatternPtr> lines_;
  bool ends_with_break_;
};

/// The bytes of { text } and { file }: without holes, and worth telling apart by lines.
std::optional<std::string> plain_text(const Node& node) {
  if (!node.table() || node.table()->size() != 1) return std::nullopt;
  const auto& [name, argument] = node.table()->front();
  Diagnostics told;  // by the pattern itself
  auto bytes = name == "text" || name == "file" ? compile_bytes(name, argument, told).bytes : std::nullopt;
  return bytes && is_text(*bytes) ? std::move(bytes) : std::nullopt;
}

}  // namespace

PatternPtr compile_content_pattern(const Node& node, Diagnostics& problems) {
  if (!node.text() && !node.is_table()) return nullptr;  // of the wrong kind: check_keys has said so
  PatternPtr whole = compile_body_pattern(node, problems);
  const std::optional<std::string> plain = plain_text(node);
  const std::string* text = plain ? &*plain : node.text();
  if (!whole || !text || text->find('\n') == text->npos) return whole;
  Diagnostics told;  // by the whole text
  std::vector<PatternPtr> lines;
  for (const std::string_view line : lines_of(*text, plain ? *plain : masked_holes(*text))) {
    // In a text, a lone star means itself; as a pattern of its own it would mean anything.
    const bool literal = plain || line == "*";
    lines.push_back(literal ? literal_pattern(std::string(line)) : compile_text_pattern(line, node.at, told));
    if (!lines.back()) return whole;
  }
  return std::make_shared<LinesPattern>(std::move(whole), std::move(lines), text->ends_with('\n'));
}

}  // namespace bigfoot
