// runner/difference_text.cpp - See difference_text.h.
#include "runner/difference_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "protocols/body.h"
#include "runner/report_values.h"
#include "spec/alignment.h"

namespace bigfoot {
namespace {

using Lines = std::vector<std::string_view>;

constexpr std::size_t kContext = 2;    // lines around a change
constexpr std::size_t kMostLines = 20;  // past these the timeline is the better place to read
constexpr std::size_t kDumped = 16;    // bytes a line, as every hex dump has them

Lines lines_of(std::string_view text) {
  Lines lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    lines.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

/// Whether the parts between the holes stand in the line, in order.
bool fits_line(std::string_view expected, std::string_view actual) {
  bool first = true;
  for (;;) {
    const std::size_t open = expected.find("{{"), close = open == expected.npos ? open : expected.find("}}", open);
    if (close == expected.npos) return first ? expected == actual : actual.ends_with(expected);
    const std::size_t at = actual.find(expected.substr(0, open));
    if (at == actual.npos || (first && at != 0)) return false;
    actual.remove_prefix(at + open);
    expected.remove_prefix(close + 2);
    first = false;
  }
}

bool is_same_line(std::string_view expected, std::string_view actual) { return expected == actual; }

/// Lines side by side as they follow each other in a diff; runs of changes with what was expected first.
class Diff {
 public:
  using Fits = bool (*)(std::string_view, std::string_view);

  Diff(const Lines& expected, const Lines& actual, Fits fits) {
    std::size_t start = 0, end = 0;
    const std::size_t shorter = std::min(expected.size(), actual.size());
    while (start < shorter && fits(expected[start], actual[start])) ++start;
    while (end < shorter - start && fits(expected[expected.size() - 1 - end], actual[actual.size() - 1 - end])) ++end;
    for (std::size_t i = 0; i < start; ++i) same(actual[i]);
    const auto pairs = aligned(expected.size() - start - end, actual.size() - start - end,
                               [&](std::size_t i, std::size_t j) { return !fits(expected[start + i], actual[start + j]); });
    for (const AlignedPair& pair : pairs) {
      const std::string_view wanted = pair.expected ? expected[start + *pair.expected] : std::string_view();
      const std::string_view got = pair.actual ? actual[start + *pair.actual] : std::string_view();
      if (pair.expected && pair.actual && !pair.differs) {
        same(got);
        continue;
      }
      const std::size_t from = static_cast<std::size_t>(std::ranges::mismatch(wanted, got).in1 - wanted.begin());
      if (pair.expected) run_expected_.push_back({'-', shown(wanted, pair.actual ? from : 0)});
      if (pair.actual) run_actual_.push_back({'+', shown(got, pair.expected ? from : 0)});
    }
    for (std::size_t i = actual.size() - end; i < actual.size(); ++i) same(actual[i]);
    end_run();
  }

  bool differs() const { return std::ranges::any_of(lines_, [](const DifferenceLine& line) { return line.mark != ' '; }); }

  /// The changes with a few lines around them, and before each group where it stands.
  std::vector<DifferenceLine> hunks() const {
    std::vector<DifferenceLine> out;
    std::size_t wanted = 0, got = 0;  // lines that have gone by
    for (std::size_t i = 0; i < lines_.size();) {
      if (!is_near_change(i)) {
        ++wanted, ++got, ++i;
        continue;
      }
      const std::size_t at = out.size(), wanted_before = wanted, got_before = got;
      out.push_back({'@', ""});
      for (; i < lines_.size() && is_near_change(i); ++i) {
        wanted += lines_[i].mark != '+';
        got += lines_[i].mark != '-';
        out.push_back(lines_[i]);
      }
      out[at].text = fmt::format("@@ -{} +{} @@", range(wanted_before, wanted - wanted_before), range(got_before, got - got_before));
    }
    return out;
  }

 private:
  static std::string shown(std::string_view line, std::size_t from) { return part_around(one_line(line), from); }
  static std::string range(std::size_t before, std::size_t count) {
    return fmt::format("{},{}", count == 0 ? before : before + 1, count);
  }
  bool is_near_change(std::size_t i) const {
    const std::size_t from = i > kContext ? i - kContext : 0, to = std::min(lines_.size(), i + kContext + 1);
    return std::any_of(lines_.begin() + static_cast<std::ptrdiff_t>(from), lines_.begin() + static_cast<std::ptrdiff_t>(to),
                       [](const DifferenceLine& line) { return line.mark != ' '; });
  }
  void end_run() {
    for (auto* run : {&run_expected_, &run_actual_}) {
      std::ranges::move(*run, std::back_inserter(lines_));
      run->clear();
    }
  }
  void same(std::string_view line) {
    end_run();
    lines_.push_back({' ', shown(line, 0)});
  }

  std::vector<DifferenceLine> lines_, run_expected_, run_actual_;
};

std::vector<DifferenceLine> text_lines(std::string_view expected, std::string_view actual) {
  const Lines wanted = lines_of(expected), got = lines_of(actual);
  if (wanted.size() < 2 && got.size() < 2) return {};
  const bool breaks = expected.ends_with('\n'), broke = actual.ends_with('\n');
  Diff diff(wanted, got, fits_line);
  if (!diff.differs() && breaks == broke) diff = Diff(wanted, got, is_same_line);  // a hole that its text does not fit
  std::vector<DifferenceLine> out = diff.hunks();
  if (out.size() > kMostLines) {
    const std::size_t more = out.size() - kMostLines;
    out.resize(kMostLines);
    out.push_back({'.', fmt::format("… {} more {}", grouped(more), more == 1 ? "line" : "lines")});
  }
  if (breaks != broke && !expected.empty() && !actual.empty())
    out.push_back({'\\', breaks ? "no line break at the end of what came" : "a line break too much at the end of what came"});
  return out;
}

/// "00000010  63 61 66 65 00                                    |cafe.|"
std::string dumped(std::string_view bytes, std::size_t at) {
  const std::string_view line = bytes.substr(std::min(at, bytes.size()), kDumped);
  if (line.empty()) return fmt::format("{:08x}  (the end)", bytes.size());
  std::string letters;
  for (const char c : line) letters += c >= 0x20 && c < 0x7F ? c : '.';
  return fmt::format("{:08x}  {:<{}}  |{}|", at, to_hex(line), kDumped * 3 - 1, letters);
}

/// The line before the first byte that differs, and from it on two lines of each.
std::vector<DifferenceLine> byte_lines(std::string_view expected, std::string_view actual) {
  if (std::max(expected.size(), actual.size()) <= kDumped) return {};
  const auto first = static_cast<std::size_t>(std::ranges::mismatch(expected, actual).in1 - expected.begin());
  const std::size_t at = first / kDumped * kDumped;
  std::vector<DifferenceLine> out;
  if (at > 0) out.push_back({' ', dumped(expected, at - kDumped)});
  for (const char mark : {'-', '+'}) {
    const std::string_view bytes = mark == '-' ? expected : actual;
    out.push_back({mark, dumped(bytes, at)});
    if (bytes.size() > at + kDumped) out.push_back({mark, dumped(bytes, at + kDumped)});
  }
  const std::size_t told = at + 2 * kDumped, longer = std::max(expected.size(), actual.size());
  if (longer > told)
    out.push_back({'.', fmt::format("… {} expected and {} came in all", expected.size(), actual.size())});
  return out;
}

}  // namespace

std::vector<DifferenceLine> difference_lines(const Difference& difference) {
  if (!difference.expected || !difference.actual) return {};
  const auto expected = stored_bytes(*difference.expected), actual = stored_bytes(*difference.actual);
  if (!expected || !actual || *expected == *actual) return {};
  return is_text(*expected) && is_text(*actual) ? text_lines(*expected, *actual) : byte_lines(*expected, *actual);
}

}  // namespace bigfoot
