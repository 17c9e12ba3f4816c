// protocols/syslog/syslog.h - One syslog message, one datagram of journald's native protocol, and the frames of a stream.
// Sources: RFC 3164, RFC 5424, RFC 6587; https://systemd.io/JOURNAL_NATIVE_PROTOCOL/; syslog(3).
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "protocols/value.h"

namespace bigfoot {

/// What can be read of a message. Malformed ones have their whole text as `text`.
struct SyslogMessage {
  std::optional<int> severity;  ///< 0 (emergency) to 7 (debug); none where there is no priority
  std::optional<int> facility;  ///< 0 to 23
  std::string timestamp, host;
  std::string app;              ///< tag, app-name, SYSLOG_IDENTIFIER
  std::string pid;              ///< procid
  std::string id;               ///< msgid
  std::string text;             ///< without the end of line
  std::string tagged;           ///< text with what was taken for a tag in front: some programs write no tag
  Fields fields = Fields::object();  ///< structured data by its ids; other fields of the journal
};

/// A datagram, or one frame of a stream.
SyslogMessage read_syslog(std::string_view message);
/// A datagram to journald's native socket.
SyslogMessage read_journal_datagram(std::string_view datagram);

/// "emerg" to "debug", "" outside 0 to 7.
std::string_view severity_name(int severity);
/// "kern" to "local7", "" outside 0 to 23.
std::string_view facility_name(int facility);

/// Cuts a stream into messages: counted frames (RFC 6587, 3.4.1), else up to LF or NUL, as glibc ends them.
class SyslogFrames {
 public:
  void add(std::string_view bytes) { held_ += bytes; }
  std::optional<std::string> next();   ///< the next whole frame that is not empty
  std::optional<std::string> flush();  ///< the stream has ended: what is left of it

 private:
  /// A longer message is cut: RFC 5424, 6.1 asks for 2048 octets, rsyslog's default is 8096.
  static constexpr std::size_t kMaxFrame = 64 * 1024;
  void skip();

  std::string held_;
  std::size_t skipping_ = 0;   ///< bytes left of a counted frame that was cut
  bool to_end_ = false;        ///< the rest of an uncounted frame that was cut
};

}  // namespace bigfoot
