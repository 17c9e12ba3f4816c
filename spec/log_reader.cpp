// spec/log_reader.cpp - Lines of a log channel, and the records that stand on them.
#include "spec/log_reader.h"

#include <algorithm>

#include "spec/log_parts.h"
#include "spec/regex.h"

namespace bigfoot {
namespace {

bool is_blank(std::string_view text) { return text.find_first_not_of(" \t\r") == text.npos; }

/// What follows a record on lines of its own, as the languages print it; lines that are indented follow too.
/// Python (traceback.py), Java and Kotlin (Throwable.printStackTrace), Node ("at" is indented there), .NET, Ruby.
const RE2& continuation_start() {
  static const RE2 regex(R"(Traceback \(most recent call last\):|Caused by:|\.\.\.|--- End of |During handling of the above|The above exception was|[\w.$]+(?:Exception|Error|Throwable)(?::|$))",
                         regex_options());
  return regex;
}

}  // namespace

std::string without_escapes(std::string_view line) {
  if (line.find('\x1b') == line.npos) return std::string(line);
  std::string out;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] != '\x1b') {
      out += line[i];
      continue;
    }
    const char kind = i + 1 < line.size() ? line[i + 1] : '\0';
    if (kind == '[') {  // CSI: parameters, then one final byte
      i += 2;
      while (i < line.size() && line[i] >= 0x20 && line[i] < 0x40) ++i;
    } else if (kind == ']') {  // OSC: up to BEL or ST
      const std::size_t bell = line.find('\a', i), st = line.find("\x1b\\", i + 1);
      i = std::min({bell, st == line.npos ? st : st + 1, line.size()});
    } else {
      ++i;
    }
  }
  return out;
}

bool LogReader::continues(std::string_view text) {
  if (after_ == After::nothing) return false;
  if (is_blank(text)) return true;
  if (text.front() == ' ' || text.front() == '\t') return true;
  if (text.starts_with("Traceback ")) {
    after_ = After::traceback;
    return true;
  }
  if (after_ == After::traceback) {  // the line behind the frames names the exception
    after_ = After::record;
    return true;
  }
  const re2::StringPiece piece(text.data(), text.size());
  return continuation_start().Match(piece, 0, piece.size(), RE2::ANCHOR_START, nullptr, 0);
}

LogLine LogReader::judge(std::string bytes) {
  LogLine out;
  std::string_view line = bytes;
  if (line.ends_with('\n')) line.remove_suffix(1);
  while (line.ends_with('\r')) line.remove_suffix(1);
  const std::string text = without_escapes(line);
  std::optional<Fields> record;
  if (channel_.format) record = channel_.format->read(text);
  else if (!is_blank(text)) record = log_record("", "", text);
  if (record) {
    after_ = After::record;
  } else if (continues(text)) {
    out.kind = LogLine::Kind::continuation;
  } else {
    after_ = !channel_.strict ? After::nothing : text.starts_with("Traceback ") ? After::traceback : After::record;
    if (channel_.strict && !is_blank(text)) record = log_record("", "", text);
  }
  if (record) {
    out.kind = LogLine::Kind::record;
    out.record["channel"] = channel_.name;
    for (auto& [name, value] : record->items()) out.record[name] = std::move(value);
  }
  out.bytes = std::move(bytes);
  return out;
}

std::vector<LogLine> LogReader::take(std::string_view bytes) {
  std::vector<LogLine> out;
  while (!bytes.empty()) {
    const std::size_t end = bytes.find('\n');
    const bool whole = end != bytes.npos;
    const std::string_view piece = bytes.substr(0, whole ? end + 1 : bytes.size());
    if (cut_) {
      out.push_back({cut_kind_, std::string(piece), {}});
      cut_ = !whole;
      bytes.remove_prefix(piece.size());
      continue;
    }
    const std::size_t room = kMaxLine - held_.size();
    const std::string_view taken = piece.substr(0, room);
    held_ += taken;
    bytes.remove_prefix(taken.size());
    if (whole && taken.size() == piece.size()) {
      out.push_back(judge(std::exchange(held_, {})));
    } else if (held_.size() == kMaxLine) {
      out.push_back(judge(std::exchange(held_, {})));
      cut_ = true;
      cut_kind_ = out.back().kind == LogLine::Kind::other ? LogLine::Kind::other : LogLine::Kind::continuation;
    }
  }
  return out;
}

std::vector<LogLine> LogReader::flush() {
  std::vector<LogLine> out;
  if (!held_.empty()) out.push_back(judge(std::exchange(held_, {})));
  cut_ = false;
  return out;
}

Fields syslog_record(const Channel& channel, const SyslogMessage& message) {
  const auto first_line = [](std::string_view text) { return without_escapes(text.substr(0, text.find_first_of("\r\n"))); };
  Fields others = Fields::object();
  const auto keep = [&](std::string_view name, std::string_view value) {
    if (!value.empty()) others[std::string(name)] = std::string(value);
  };
  if (message.facility) keep("facility", facility_name(*message.facility));
  keep("pid", message.pid);
  keep("host", message.host);
  keep("id", message.id);
  for (const auto& [name, value] : message.fields.items()) others[name] = value;
  std::string level = message.severity ? level_text(severity_name(*message.severity)) : "";
  std::string logger = message.app, text = first_line(message.text);
  if (channel.format) {
    std::optional<Fields> read = channel.format->read(text);
    const bool untagged = !read && message.tagged != message.text;
    if (untagged) read = channel.format->read(first_line(message.tagged));  // what was taken for a tag is part of the text
    if (read) {
      const auto given = [&](std::string_view name) { return (*read)[std::string(name)].get<std::string>(); };
      if (untagged) logger.clear();
      if (!given("level").empty()) level = given("level");
      if (!given("logger").empty()) logger = given("logger");
      text = given("message");
      for (const auto& [name, value] : (*read)["fields"].items()) others[name] = value;
    }
  }
  Fields out = Fields::object({{"channel", channel.name}});
  Fields record = log_record(std::move(level), std::move(logger), std::move(text), std::move(others));
  for (auto& [name, value] : record.items()) out[name] = std::move(value);
  return out;
}

}  // namespace bigfoot
