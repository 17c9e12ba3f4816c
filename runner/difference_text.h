// runner/difference_text.h - Two values that take lines to compare: texts as a unified diff, bytes as lines of a hex dump.
// Source: POSIX.1-2024, diff -U ("Diff Unified Output Format").
#pragma once

#include <string>
#include <vector>

#include "spec/pattern.h"

namespace bigfoot {

struct DifferenceLine {
  /// ' ' of both, '-' expected, '+' what came, '@' the place in both, '\\' what lines cannot show, '.' what is left out
  char mark = ' ';
  std::string text;  ///< one line, for a person: no control characters; without the mark
};

/// Of two texts, one of them of several lines, or of bytes that are no text; empty where a row with both values says it.
/// A line of the spec with holes fits a line with its literal parts.
std::vector<DifferenceLine> difference_lines(const Difference& difference);

}  // namespace bigfoot
