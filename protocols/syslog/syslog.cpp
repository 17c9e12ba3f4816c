// protocols/syslog/syslog.cpp - Syslog messages of both RFCs, as they are really sent.
// Sources: RFC 3164 section 4, RFC 5424 section 6; what glibc, musl, Python, Go, logger(1) and rsyslog send differs from the
// first: no host name over /dev/log, no time stamp at all, RFC 3339 time stamps, a NUL at the end.
#include "protocols/syslog/syslog.h"

#include <algorithm>
#include <array>
#include <iterator>

namespace bigfoot {
namespace {

constexpr std::string_view kSeverities[] = {"emerg", "alert", "crit", "err", "warning", "notice", "info", "debug"};
constexpr std::string_view kFacilities[] = {"kern", "user", "mail",   "daemon", "auth",   "syslog", "lpr",    "news",   "uucp",   "cron",   "authpriv", "ftp",
                                            "ntp",  "audit", "alert", "clock",  "local0", "local1", "local2", "local3", "local4", "local5", "local6",   "local7"};
constexpr std::string_view kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Whether `text` starts as `form` says: 0 is a digit, _ a digit or a blank, anything else itself.
bool has_form(std::string_view text, std::string_view form) {
  if (text.size() < form.size()) return false;
  for (std::size_t i = 0; i < form.size(); ++i) {
    const bool fits = form[i] == '0' ? is_digit(text[i]) : form[i] == '_' ? is_digit(text[i]) || text[i] == ' ' : text[i] == form[i];
    if (!fits) return false;
  }
  return true;
}

/// "<13>"; no message has a priority above 191 (RFC 3164, 4.1.1).
std::size_t priority_size(std::string_view text, int& priority) {
  const std::size_t end = text.substr(0, 5).find('>');
  if (text.empty() || text.front() != '<' || end == text.npos || end < 2) return 0;
  int number = 0;
  for (const char c : text.substr(1, end - 1)) {
    if (!is_digit(c)) return 0;
    number = number * 10 + (c - '0');
  }
  if (number > 191) return 0;
  priority = number;
  return end + 1;
}

/// Up to the next blank, which is taken too.
std::string_view take_word(std::string_view& text) {
  const std::size_t blank = std::min(text.find(' '), text.size());
  const std::string_view word = text.substr(0, blank);
  text.remove_prefix(std::min(blank + 1, text.size()));
  return word;
}

std::string_view without_end(std::string_view text) {
  while (!text.empty() && (text.back() == '\0' || text.back() == '\n' || text.back() == '\r')) text.remove_suffix(1);
  return text;
}

/// "Nov 22 10:00:00", of some programs with a year; or RFC 3339.
std::size_t timestamp_size(std::string_view text) {
  if (std::ranges::find(kMonths, text.substr(0, 3)) != std::end(kMonths)) {
    if (has_form(text.substr(3), " _0 00:00:00")) {
      const std::string_view rest = text.substr(15);
      return has_form(rest, " 0000 ") ? 20 : 15;  // Cisco and some BSDs put the year behind
    }
    return has_form(text.substr(3), " _0 0000 00:00:00") ? 20 : 0;
  }
  if (!has_form(text, "0000-00-00T00:00:00")) return 0;
  return std::min(text.find(' '), text.size());
}

struct Tag {
  std::string_view app, pid;
  std::size_t size = 0;  ///< with the colon and one blank; 0: there is none
};

/// "sshd[42]: ", "my-app: "; a path is a tag too (busybox).
Tag read_tag(std::string_view text) {
  constexpr std::size_t kMaxTag = 128;  // RFC 3164, 4.1.3 says 32, systemd and containers use more
  const std::size_t end = text.substr(0, kMaxTag).find_first_of(" :[");
  if (end == text.npos || end == 0 || text[end] == ' ') return {};
  Tag tag{text.substr(0, end), {}, 0};
  std::size_t colon = end;
  if (text[end] == '[') {
    const std::size_t close = text.substr(0, kMaxTag).find(']', end);
    if (close == text.npos || close + 1 >= text.size() || text[close + 1] != ':') return {};
    tag.pid = text.substr(end + 1, close - end - 1);
    colon = close + 1;
  }
  if (colon + 1 < text.size() && text[colon + 1] != ' ') return {};
  tag.size = std::min(colon + 2, text.size());
  return tag;
}

void take_tag(const Tag& tag, std::string_view text, SyslogMessage& out) {
  out.tagged = text;
  out.app = tag.app;
  out.pid = tag.pid;
  out.text = text.substr(tag.size);
}

/// Behind a time stamp may stand a host name: it does where a tag follows the first word, and where that word is none.
void read_rfc3164(std::string_view rest, SyslogMessage& out) {
  const std::size_t stamp = timestamp_size(rest);
  out.timestamp = rest.substr(0, stamp);
  rest.remove_prefix(stamp);
  if (stamp > 0 && rest.starts_with(' ')) rest.remove_prefix(1);
  const Tag tag = read_tag(rest);
  if (tag.size == 0 && stamp > 0) {
    std::string_view behind = rest;
    const std::string_view word = take_word(behind);
    if (const Tag second = read_tag(behind); second.size > 0) {
      out.host = word;
      return take_tag(second, behind, out);
    }
  }
  take_tag(tag, rest, out);
}

std::string not_nil(std::string_view word) { return word == "-" ? "" : std::string(word); }

/// [id name="value" ...]: false where it is malformed.
bool read_element(std::string_view& text, Fields& fields) {
  text.remove_prefix(1);
  const std::size_t end = text.find_first_of(" ]=\"");
  if (end == text.npos || end == 0 || text[end] == '=' || text[end] == '"') return false;
  Value& element = fields[std::string(text.substr(0, end))];
  element = Value::object();
  text.remove_prefix(end);
  while (text.starts_with(' ')) {
    while (text.starts_with(' ')) text.remove_prefix(1);
    if (text.starts_with(']')) break;
    const std::size_t equals = text.find_first_of("=\"] ");
    if (equals == text.npos || equals == 0 || text.substr(equals, 2) != "=\"") return false;
    const std::string name(text.substr(0, equals));
    text.remove_prefix(equals + 2);
    std::string value;
    for (; !text.empty() && text.front() != '"'; text.remove_prefix(1)) {
      const bool escaped = text.front() == '\\' && text.size() > 1 && std::string_view("\"\\]").find(text[1]) != std::string_view::npos;
      if (escaped) text.remove_prefix(1);
      value += text.front();
    }
    if (text.empty()) return false;
    text.remove_prefix(1);
    element[name] = std::move(value);
  }
  if (!text.starts_with(']')) return false;
  text.remove_prefix(1);
  return true;
}

/// Behind "<13>1 ".
bool read_rfc5424(std::string_view rest, SyslogMessage& out) {
  if (std::ranges::count(rest, ' ') < 5) return false;  // a message of RFC 3164 may start with "1 " too
  SyslogMessage read = out;
  read.timestamp = not_nil(take_word(rest));
  if (!read.timestamp.empty() && !has_form(read.timestamp, "0000-00-00T")) return false;
  read.host = not_nil(take_word(rest));
  read.app = not_nil(take_word(rest));
  read.pid = not_nil(take_word(rest));
  read.id = not_nil(take_word(rest));
  if (rest.starts_with('-')) {
    rest.remove_prefix(1);
  } else {
    std::string_view elements = rest;
    Fields fields = Fields::object();
    bool good = elements.starts_with('[');
    while (good && elements.starts_with('[')) good = read_element(elements, fields);
    if (good) {
      read.fields = std::move(fields);
      rest = elements;
    }
  }
  if (rest.starts_with(' ')) rest.remove_prefix(1);
  if (rest.starts_with("\xEF\xBB\xBF")) rest.remove_prefix(3);  // 6.4: MSG-UTF8 starts with a BOM
  read.text = read.tagged = rest;
  out = std::move(read);
  return true;
}

}  // namespace

std::string_view severity_name(int severity) { return severity >= 0 && severity < 8 ? kSeverities[severity] : ""; }
std::string_view facility_name(int facility) { return facility >= 0 && facility < 24 ? kFacilities[facility] : ""; }

SyslogMessage read_syslog(std::string_view message) {
  std::string_view rest = without_end(message);
  SyslogMessage out;
  int priority = 0;
  const std::size_t size = priority_size(rest, priority);
  if (size == 0) {  // RFC 3164, 4.3.3: the whole is the message
    out.text = out.tagged = rest;
    return out;
  }
  out.severity = priority % 8;
  out.facility = priority / 8;
  rest.remove_prefix(size);
  if (rest.starts_with("1 ") && read_rfc5424(rest.substr(2), out)) return out;
  read_rfc3164(rest, out);
  return out;
}

}  // namespace bigfoot
