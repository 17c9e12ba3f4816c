// protocols/syslog/journal_stream.h - What systemd-cat and services send to /run/systemd/journal/stdout: a head, then lines.
// Source: systemd-cat(1), sd_journal_stream_fd(3); systemd's src/libsystemd/sd-journal/journal-send.c for the head.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "protocols/syslog/syslog.h"

namespace bigfoot {

class JournalStream {
 public:
  void add(std::string_view bytes) { held_ += bytes; }
  std::optional<SyslogMessage> next();   ///< of the next whole line that is not empty
  std::optional<SyslogMessage> flush();  ///< the stream has ended: what is left of it

 private:
  static constexpr int kHeadLines = 7;  // identifier, unit, priority, whether lines have one, three places to forward to
  /// A longer line is cut: journald.conf(5), LineMax.
  static constexpr std::size_t kMaxLine = 48 * 1024;

  std::optional<std::string> line();
  void head(const std::string& line);
  std::optional<SyslogMessage> message(std::string line) const;

  std::string held_;
  int heads_ = 0;
  std::string identifier_;
  int priority_ = 6;
  bool has_prefixes_ = false;  // "<4>text": a line says its own priority
};

}  // namespace bigfoot
