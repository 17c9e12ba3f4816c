// protocols/syslog/journal_stream.cpp - see journal_stream.h.
#include "protocols/syslog/journal_stream.h"

#include <algorithm>
#include <utility>

namespace bigfoot {
namespace {

bool is_priority(char c) { return c >= '0' && c <= '7'; }

}  // namespace

std::optional<std::string> JournalStream::line() {
  const std::size_t end = held_.find('\n');
  if (end == held_.npos && held_.size() < kMaxLine) return std::nullopt;
  const std::size_t size = std::min({end, held_.size(), kMaxLine});
  std::string out = held_.substr(0, size);
  held_.erase(0, size + (size == end ? 1 : 0));
  return out;
}

void JournalStream::head(const std::string& line) {
  enum { identifier, unit, priority, prefixes };
  if (heads_ == identifier) identifier_ = line;
  if (heads_ == priority && line.size() == 1 && is_priority(line.front())) priority_ = line.front() - '0';
  if (heads_ == prefixes) has_prefixes_ = line == "1";
  ++heads_;
}

std::optional<SyslogMessage> JournalStream::message(std::string line) const {
  SyslogMessage out;
  out.severity = priority_;
  out.app = identifier_;
  const bool has_own = has_prefixes_ && line.size() >= 3 && line[0] == '<' && is_priority(line[1]) && line[2] == '>';
  if (has_own) {
    out.severity = line[1] - '0';
    line.erase(0, 3);
  }
  if (line.find_first_not_of(" \t\r") == line.npos) return std::nullopt;
  out.text = out.tagged = std::move(line);
  return out;
}

std::optional<SyslogMessage> JournalStream::next() {
  while (std::optional<std::string> one = line()) {
    if (heads_ < kHeadLines) head(*one);
    else if (std::optional<SyslogMessage> out = message(std::move(*one))) return out;
  }
  return std::nullopt;
}

std::optional<SyslogMessage> JournalStream::flush() {
  if (heads_ < kHeadLines || held_.empty()) return std::nullopt;
  return message(std::exchange(held_, {}));
}

}  // namespace bigfoot
