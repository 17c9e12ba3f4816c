// spec/recipients_pattern.cpp - The recipients of a mail, all or as far as the client named them. Source: RFC 5321, 3.3.
#include "spec/mail_pattern.h"
#include "spec/pattern_parts.h"

namespace bigfoot {
namespace {

class RecipientsPattern : public Pattern {
 public:
  RecipientsPattern(PatternPtr all, std::vector<PatternPtr> each) : all_(std::move(all)), each_(std::move(each)) {}

  bool match(const Value& actual, std::string_view path, const Captures& known, const Surroundings& around, MatchReport* report) const override {
    if (!is_cut(actual)) return all_->match(actual, path, known, around, report);
    const Value named = without_cut(actual);
    if (named.size() > each_.size()) return all_->match(named, path, known, around, report);
    bool fits = true;
    for (std::size_t i = 0; i < named.size(); ++i)
      fits = each_[i]->match(named[i], std::string(path) + "[" + std::to_string(i) + "]", known, around, report) && fits;
    return fits;
  }
  Value shown() const override { return all_->shown(); }
  bool is_any() const override { return all_->is_any(); }
  Value accepting(const Value& actual, const Captures& known, const Surroundings& around) const override {
    Value said = all_->accepting(without_cut(actual), known, around);
    for (std::size_t i = said.is_array() && is_cut(actual) ? said.size() : each_.size(); i < each_.size(); ++i) said.push_back(each_[i]->shown());
    return said;
  }
  void collect_names(std::vector<NameUse>& uses) const override { all_->collect_names(uses); }

 private:
  static bool is_cut(const Value& actual) { return actual.is_array() && !actual.empty() && actual.back().is_null(); }
  static Value without_cut(Value actual) {
    if (is_cut(actual)) actual.erase(actual.size() - 1);
    return actual;
  }

  PatternPtr all_;
  std::vector<PatternPtr> each_;
};

}  // namespace

PatternPtr compile_recipients_pattern(const Node& node, Diagnostics& problems) {
  PatternPtr all = compile_pattern(node, problems);
  if (!all || !node.array()) return all;
  std::vector<PatternPtr> each;
  Diagnostics told;  // with the array, already
  for (const Node& item : *node.array()) each.push_back(compile_pattern(item, told));
  return std::make_shared<RecipientsPattern>(std::move(all), std::move(each));
}

}  // namespace bigfoot
