// runner/violation_fold.h - Keeps what a report needs of any number of violations: equal ones once, with a count.
// A program that makes one unexpected call a million times is one block of the report, not a million.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <unordered_map>
#include <vector>

#include "runner/record.h"

namespace bigfoot {

class ViolationFold {
 public:
  /// Of each kind at most `limit` different ones are kept; of the rest only the caller's counts tell.
  explicit ViolationFold(std::size_t limit) : limit_(limit) {}
  void add(Violation violation);
  /// In the order in which each was first seen; `times` says how many equal ones it stands for.
  const std::vector<Violation>& kept() const { return kept_; }

 private:
  std::size_t limit_;
  std::array<std::size_t, 11> kept_of_kind_{};
  std::vector<Violation> kept_;
  std::unordered_map<std::string, std::size_t> by_text_;  // what a reader would see -> index in kept_
};

}  // namespace bigfoot
