// spec/pattern_words.cpp - Words in order, and lists of such lists: argv of a child, a Redis command, a transaction.
#include <algorithm>

#include "spec/alignment.h"
#include "spec/pattern_parts.h"
#include "spec/suggest.h"
#include "spec/values.h"

namespace bigfoot {
namespace {

/// Word by word. What differs is told as few words as explain it: one that was put in does not make all behind it wrong.
class WordsPattern : public Pattern {
 public:
  WordsPattern(std::vector<PatternPtr> words, bool open) : words_(std::move(words)), open_(open) {}

  bool match(const Value& actual, std::string_view path, const Captures& known, const Surroundings& around,
             MatchReport* report) const override {
    if (!actual.is_array()) return differs(report, path, shown(), actual);
    MatchReport own;
    if (report) own.bound = report->bound;
    bool fits = open_ ? actual.size() >= words_.size() : actual.size() == words_.size();
    for (std::size_t i = 0; i < words_.size() && fits; ++i) fits = words_[i]->match(actual[i], path, known, around, &own);
    if (fits && report) report->bound = std::move(own.bound);
    if (fits) return agrees(report, own.equal);
    if (!report) return false;
    for (const Pair& pair : aligned_words(actual, known, around, report->bound)) {
      if (!pair.word) {
        differs(report, item_path(path, pair.index), std::nullopt, actual[pair.index]);
      } else if (!pair.actual) {
        differs(report, item_path(path, pair.index), pair.word->shown(), std::nullopt);
      } else {
        pair.word->match(*pair.actual, item_path(path, pair.index), known, around, report);
      }
    }
    return false;
  }

  Value shown() const override {
    Value out = Value::array();
    for (const PatternPtr& word : words_) out.push_back(word->shown());
    if (open_) out.push_back(kFurtherWords);
    return out;
  }

  Value accepting(const Value& actual, const Captures& known, const Surroundings& around) const override {
    if (!actual.is_array()) return spoken(actual);
    Value out = Value::array();
    for (const Pair& pair : aligned_words(actual, known, around, {})) {
      if (!pair.actual) continue;
      Value said = pair.word ? pair.word->accepting(*pair.actual, known, around) : spoken_word(*pair.actual);
      if (said.is_string() && said == spoken(*pair.actual)) said = spoken_word(*pair.actual);  // maybe no UTF-8
      out.push_back(std::move(said));
    }
    if (open_) out.push_back(kFurtherWords);
    return out;
  }

  void collect_names(std::vector<NameUse>& uses) const override {
    for (const PatternPtr& word : words_) word->collect_names(uses);
  }

 private:
  /// A word of the spec beside the word of the call that is meant by it; null: there is none.
  struct Pair {
    const Pattern* word;
    const Value* actual;
    std::size_t index;  ///< in the call where it has the word, else in the spec
  };

  std::vector<Pair> aligned_words(const Value& actual, const Captures& known, const Surroundings& around, const Captures& bound) const {
    const std::vector<AlignedPair> pairs = aligned(words_.size(), actual.size(), [&](std::size_t i, std::size_t j) {
      MatchReport own;
      own.bound = bound;
      return !words_[i]->match(actual[j], "", known, around, &own);
    });
    std::vector<Pair> out;
    for (const AlignedPair& pair : pairs) {
      out.push_back({pair.expected ? words_[*pair.expected].get() : nullptr, pair.actual ? &actual[*pair.actual] : nullptr,
                     pair.actual.value_or(pair.expected.value_or(0))});
    }
    while (open_ && !out.empty() && !out.back().word) out.pop_back();  // further words
    return out;
  }

  std::vector<PatternPtr> words_;
  bool open_;
};

}  // namespace

PatternPtr words_pattern(std::vector<PatternPtr> words, bool open) {
  if (std::ranges::find(words, nullptr) != words.end()) return nullptr;
  return std::make_shared<WordsPattern>(std::move(words), open);
}

Value spoken_word(const Value& word) {
  if (word.is_string()) return word == kFurtherWords ? Value("{{lit:**}}") : spoken_bytes(word.get_ref<const std::string&>());
  if (!word.is_array()) return spoken(word);
  Value out = Value::array();
  for (const Value& item : word) out.push_back(spoken_word(item));
  return out;
}

}  // namespace bigfoot
