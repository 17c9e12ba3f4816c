// runner/violation_fold.cpp - See violation_fold.h.
#include "runner/violation_fold.h"

#include "runner/record_json.h"

namespace bigfoot {
namespace {

/// Equal texts are equal calls: all but when, by whom and as which number.
std::string identity(Violation violation) {
  violation.interaction.reset();
  violation.pid = 0;
  violation.t_ms = 0;
  violation.notes.clear();  // they count: "1 earlier entry for this call was used at #4"
  std::string text;
  append_members(text, violation);
  return text;
}

}  // namespace

void ViolationFold::add(Violation violation) {
  std::string text = identity(violation);
  if (const auto known = by_text_.find(text); known != by_text_.end()) {
    kept_[known->second].times += violation.times;
    return;
  }
  std::size_t& count = kept_of_kind_[static_cast<std::size_t>(violation.kind)];
  if (count == limit_) return;
  ++count;
  by_text_.emplace(std::move(text), kept_.size());
  kept_.push_back(std::move(violation));
}

}  // namespace bigfoot
