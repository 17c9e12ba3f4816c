// spec/log_reader.h - Bytes of a log channel in, records out: lines, what stands on them, and which belong together.
// Source: spec-format.md, 4.10.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "protocols/syslog/syslog.h"
#include "spec/spec.h"

namespace bigfoot {

/// One line of a channel.
struct LogLine {
  enum class Kind {
    record,        ///< to be offered to the ledger
    continuation,  ///< of the record above it: a traceback, a stack, the rest of a line that was cut
    other          ///< no record: the format does not fit and the channel is not strict
  } kind = Kind::other;
  std::string bytes;  ///< as they came, with the end of line: what `swallow` keeps back of a record and its continuations
  Fields record = Fields::object();  ///< what Ledger::offer_log takes, where it is a record
};

/// The lines of one stream. The channel must outlive it.
class LogReader {
 public:
  explicit LogReader(const Channel& channel) : channel_(channel) {}
  /// More bytes: the lines that they complete.
  std::vector<LogLine> take(std::string_view bytes);
  /// The stream has ended, or nothing more is to be waited for: what is held of a last line, if there is any.
  std::vector<LogLine> flush();

 private:
  /// What a line is judged by: longer ones are cut. journald cuts at 48 KiB (LineMax), Docker at 16 KiB.
  static constexpr std::size_t kMaxLine = 64 * 1024;
  enum class After { nothing, record, traceback };

  LogLine judge(std::string bytes);
  bool continues(std::string_view text);

  const Channel& channel_;
  std::string held_;
  bool cut_ = false;  ///< the line that goes on was told already
  LogLine::Kind cut_kind_ = LogLine::Kind::other;
  After after_ = After::nothing;
};

/// The record of a message to a channel whose source is syslog, a syslog server or journald: `format`, where there is one, reads its text.
Fields syslog_record(const Channel& channel, const SyslogMessage& message);

/// `line` without colours and other escape sequences of terminals (ECMA-48).
std::string without_escapes(std::string_view line);

}  // namespace bigfoot
