// spec/diagnostics.cpp - Collecting problems, and their text: place, source line, caret, cure.
#include "spec/diagnostics.h"

#include <algorithm>
#include <cctype>
#include <tuple>

#include <fmt/format.h>

namespace bigfoot {
namespace {

std::string_view word_of(Severity severity) {
  switch (severity) {
    case Severity::error: return "error";
    case Severity::not_here: return "note";
    case Severity::warning: return "warning";
  }
  return "error";
}

bool starts_character(char byte) { return (static_cast<unsigned char>(byte) & 0xC0) != 0x80; }

/// What stands before the caret: blanks as wide as the text above, tabs kept.
std::string padding(std::string_view line, unsigned characters) {
  std::string pad;
  for (char byte : line) {
    if (!starts_character(byte)) continue;
    if (pad.size() == characters) break;
    pad += byte == '\t' ? '\t' : ' ';
  }
  pad.append(characters - pad.size(), ' ');
  return pad;
}

/// Edit distance with neighbours swapped counted once ("optimal string alignment"), upper and lower case alike.
std::size_t distance(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return std::tolower(static_cast<unsigned char>(c)); };
  std::vector<std::size_t> before(b.size() + 1), last(b.size() + 1), now(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    now[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const bool same = lower(a[i - 1]) == lower(b[j - 1]);
      now[j] = std::min({last[j] + 1, now[j - 1] + 1, last[j - 1] + (same ? 0 : 1)});
      if (i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) && lower(a[i - 2]) == lower(b[j - 1]))
        now[j] = std::min(now[j], before[j - 2] + 1);
    }
    before.swap(last);
    last.swap(now);
  }
  return last[b.size()];
}

}  // namespace

void Diagnostics::remember(const std::string& file, std::string text) {
  if (texts_.contains(file)) return;
  Text& kept = texts_[file];
  kept.number = texts_.size() - 1;
  for (std::size_t from = 0; from <= text.size();) {
    const std::size_t end = std::min(text.find('\n', from), text.size());
    kept.lines.push_back(text.substr(from, end - from));
    if (kept.lines.back().ends_with('\r')) kept.lines.back().pop_back();
    from = end + 1;
  }
}

void Diagnostics::add(Diagnostic d) {
  const auto found = texts_.find(d.at.file);
  if (d.source_line.empty() && found != texts_.end() && d.at.line > 0 && d.at.line <= found->second.lines.size())
    d.source_line = found->second.lines[d.at.line - 1];
  all_.push_back(std::move(d));
}

void Diagnostics::sort() {
  const auto place = [this](const Diagnostic& d) {
    const auto found = texts_.find(d.at.file);
    return std::tuple(found == texts_.end() ? texts_.size() : found->second.number, d.at.line, d.at.column);
  };
  std::stable_sort(all_.begin(), all_.end(),
                   [&](const Diagnostic& a, const Diagnostic& b) { return place(a) < place(b); });
  // What [defaults] say is read for every entry that they serve: one problem, told once.
  const auto same = [](const Diagnostic& a, const Diagnostic& b) {
    return a.what == b.what && a.at.file == b.at.file && a.at.line == b.at.line && a.at.column == b.at.column;
  };
  all_.erase(std::unique(all_.begin(), all_.end(), same), all_.end());
}

bool Diagnostics::has(Severity at_least) const {
  return std::any_of(all_.begin(), all_.end(), [&](const Diagnostic& d) { return d.severity <= at_least; });
}

std::string to_text(const Diagnostic& d) {
  std::string out = d.at.file;
  if (d.at.line > 0) out += fmt::format(":{}:{}", d.at.line, std::max(d.at.column, 1u));
  out += fmt::format(": {}: {}\n", word_of(d.severity), d.what);
  if (d.at.line > 0 && !d.source_line.empty()) {
    const auto width = static_cast<unsigned>(std::count_if(d.source_line.begin(), d.source_line.end(), starts_character));
    const unsigned before = std::min(std::max(d.at.column, 1u) - 1, width);
    const unsigned marked = std::max(1u, std::min(d.length, width - before));
    out += fmt::format("  {}\n  {}^{}\n", d.source_line, padding(d.source_line, before), std::string(marked - 1, '~'));
  }
  for (std::size_t from = 0; from < d.hint.size();) {
    const std::size_t end = std::min(d.hint.find('\n', from), d.hint.size());
    out += fmt::format("  {}\n", std::string_view(d.hint).substr(from, end - from));
    from = end + 1;
  }
  return out;
}

std::string_view nearest_word(std::string_view word, const std::vector<std::string_view>& candidates) {
  constexpr std::size_t kLongest = 64;  // longer words are no slips of a key, and the table below grows with them
  if (word.size() > kLongest) return {};
  std::string_view best;
  std::size_t nearest = (word.size() + 2) / 3 + 1;  // a third of its letters may be wrong
  for (std::string_view candidate : candidates) {
    if (candidate.size() > kLongest) continue;
    const std::size_t away = distance(word, candidate);
    if (away < nearest && away < candidate.size()) {
      best = candidate;
      nearest = away;
    }
  }
  return best;
}

}  // namespace bigfoot
