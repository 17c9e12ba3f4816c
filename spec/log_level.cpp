// spec/log_level.cpp - The names that levels have in the world, and the five that a spec uses.
// Sources: Python logging (50..10), RFC 5424 6.2.1 (0..7), sd-daemon(3) (<0>..<7>), bunyan and pino (10..60), Monolog
// (100..600), log/slog ("INFO+2"), glog (one letter), java.util.logging.
#include <algorithm>
#include <iterator>

#include "spec/log_format.h"
#include "spec/log_parts.h"
#include "spec/values.h"

namespace bigfoot {
namespace {

struct Row {
  std::string_view word;  ///< lower case
  LogLevel level;
};
constexpr Row kWords[] = {
    // clang-format off
    {"debug", LogLevel::debug},      {"dbg", LogLevel::debug},        {"debu", LogLevel::debug},     {"trace", LogLevel::debug},
    {"trc", LogLevel::debug},        {"trac", LogLevel::debug},       {"verbose", LogLevel::debug},  {"verb", LogLevel::debug},
    {"silly", LogLevel::debug},      {"fine", LogLevel::debug},       {"finer", LogLevel::debug},    {"finest", LogLevel::debug},
    {"d", LogLevel::debug},          {"t", LogLevel::debug},          {"v", LogLevel::debug},
    {"info", LogLevel::info},        {"inf", LogLevel::info},         {"information", LogLevel::info}, {"informational", LogLevel::info},
    {"notice", LogLevel::info},      {"note", LogLevel::info},        {"log", LogLevel::info},       {"success", LogLevel::info},
    {"config", LogLevel::info},      {"default", LogLevel::info},     {"http", LogLevel::info},      {"i", LogLevel::info},
    {"n", LogLevel::info},
    {"warning", LogLevel::warning},  {"warn", LogLevel::warning},     {"wrn", LogLevel::warning},    {"w", LogLevel::warning},
    {"error", LogLevel::error},      {"err", LogLevel::error},        {"erro", LogLevel::error},     {"eror", LogLevel::error},
    {"severe", LogLevel::error},     {"e", LogLevel::error},
    {"critical", LogLevel::critical}, {"crit", LogLevel::critical},   {"fatal", LogLevel::critical}, {"ftl", LogLevel::critical},
    {"fata", LogLevel::critical},    {"panic", LogLevel::critical},   {"dpanic", LogLevel::critical}, {"pnc", LogLevel::critical},
    {"alert", LogLevel::critical},   {"emerg", LogLevel::critical},   {"emergency", LogLevel::critical}, {"c", LogLevel::critical},
    {"f", LogLevel::critical},
    {"0", LogLevel::critical},       {"1", LogLevel::critical},       {"2", LogLevel::critical},     {"3", LogLevel::error},
    {"4", LogLevel::warning},        {"5", LogLevel::info},           {"6", LogLevel::info},         {"7", LogLevel::debug},
    {"10", LogLevel::debug},         {"20", LogLevel::debug},         {"30", LogLevel::info},        {"40", LogLevel::warning},
    {"50", LogLevel::error},         {"60", LogLevel::critical},
    {"100", LogLevel::debug},        {"200", LogLevel::info},         {"250", LogLevel::info},       {"300", LogLevel::warning},
    {"400", LogLevel::error},        {"500", LogLevel::critical},     {"550", LogLevel::critical},   {"600", LogLevel::critical},
    // clang-format on
};
constexpr std::string_view kNames[] = {"", "DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// "INFO+2", "DEBUG-4": a level of log/slog between two that have a name.
std::string_view without_offset(std::string_view word) {
  const std::size_t sign = word.find_first_of("+-");
  if (sign == word.npos || sign == 0 || sign + 1 == word.size()) return word;
  return std::ranges::all_of(word.substr(sign + 1), is_digit) ? word.substr(0, sign) : word;
}

}  // namespace

std::string_view to_text(LogLevel level) { return kNames[static_cast<std::size_t>(level)]; }

LogLevel log_level(std::string_view text) {
  std::string word = lower_case(text);
  if (word.size() == 3 && word.front() == '<' && word.back() == '>') word = word.substr(1, 1);
  const auto row = std::ranges::find(kWords, without_offset(word), &Row::word);
  return row == std::end(kWords) ? LogLevel::none : row->level;
}

std::vector<std::string_view> level_names() { return {std::begin(kNames) + 1, std::end(kNames)}; }

std::vector<std::string_view> level_words() {
  std::vector<std::string_view> out;
  for (const Row& row : kWords) out.push_back(row.word);
  std::ranges::sort(out, [](std::string_view one, std::string_view other) { return one.size() > other.size(); });
  return out;
}

std::string level_text(std::string_view given) {
  if (const LogLevel known = log_level(given); known != LogLevel::none) return std::string(to_text(known));
  std::string out(given);
  std::ranges::transform(out, out.begin(), [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
  return out;
}

}  // namespace bigfoot
