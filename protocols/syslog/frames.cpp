// protocols/syslog/frames.cpp - Where one message of a stream ends. Source: RFC 6587, section 3.4; syslog(3) of glibc, which ends
// a message on a stream with NUL.
#include <algorithm>

#include "protocols/syslog/syslog.h"

namespace bigfoot {
namespace {

constexpr std::string_view kEnds("\n\0", 2);
constexpr std::size_t kDigits = 9;  // of a count; RFC 6587 gives no limit, a frame of a gigabyte is none

enum class Counted { no, yes, need_more };
/// "83 <34>1 ...": a number and a blank, then a message, which begins with '<'.
Counted read_count(std::string_view in, std::size_t& header, std::size_t& size) {
  if (in.empty()) return Counted::need_more;
  if (in.front() < '1' || in.front() > '9') return Counted::no;
  std::size_t digits = 0;
  size = 0;
  while (digits < in.size() && digits < kDigits && in[digits] >= '0' && in[digits] <= '9') size = size * 10 + static_cast<std::size_t>(in[digits++] - '0');
  if (digits == in.size()) return Counted::need_more;
  if (in[digits] != ' ') return Counted::no;
  if (digits + 1 == in.size()) return Counted::need_more;
  header = digits + 1;
  return in[header] == '<' ? Counted::yes : Counted::no;
}

}  // namespace

void SyslogFrames::skip() {
  const std::size_t known = std::min(skipping_, held_.size());
  held_.erase(0, known);
  skipping_ -= known;
  if (!to_end_ || skipping_ > 0) return;
  const std::size_t end = held_.find_first_of(kEnds);
  to_end_ = end == held_.npos;
  held_.erase(0, to_end_ ? held_.size() : end + 1);
}

std::optional<std::string> SyslogFrames::next() {
  skip();
  if (skipping_ > 0 || to_end_) return std::nullopt;
  held_.erase(0, std::min(held_.find_first_not_of(kEnds), held_.size()));
  std::size_t header = 0, size = 0;
  const Counted counted = read_count(held_, header, size);
  if (counted == Counted::need_more) return std::nullopt;
  if (counted == Counted::yes) {
    const std::size_t kept = std::min(size, kMaxFrame);
    if (held_.size() < header + kept) return std::nullopt;
    std::string out = held_.substr(header, kept);
    held_.erase(0, header + kept);
    skipping_ = size - kept;
    return out;
  }
  const std::size_t end = held_.find_first_of(kEnds);
  if (end == held_.npos && held_.size() < kMaxFrame) return std::nullopt;
  const std::size_t kept = std::min({end, held_.size(), kMaxFrame});
  std::string out = held_.substr(0, kept);
  held_.erase(0, kept);
  to_end_ = true;
  return out;
}

std::optional<std::string> SyslogFrames::flush() {
  if (auto whole = next()) return whole;
  if (skipping_ > 0 || to_end_ || held_.empty()) {
    held_.clear();
    return std::nullopt;
  }
  std::size_t header = 0, size = 0;
  const bool counted = read_count(held_, header, size) == Counted::yes;
  std::string out = held_.substr(counted ? header : 0);
  held_.clear();
  return out;
}

}  // namespace bigfoot
