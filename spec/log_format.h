// spec/log_format.h - How a line of a log channel is read: JSON, a template, a regex; and the names of levels.
// Source: spec-format.md, 4.10.
#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include "protocols/value.h"

namespace bigfoot {

/// In the order of importance; the names of the five are those of Python's logging.
enum class LogLevel { none, debug, info, warning, error, critical };
std::string_view to_text(LogLevel level);  ///< "WARNING"; "" for none
/// "warn", "WARNING", "W", "notice", "err", "fatal", "crit", "panic", "trace", "30" (bunyan, pino), "<4>" (journald's prefix)...
/// in any case; none where it is no level.
LogLevel log_level(std::string_view text);

class LogFormat {
 public:
  virtual ~LogFormat() = default;
  /// level (normalised text), logger, message, and the other named parts as a table `fields`; nothing where the line has another form.
  virtual std::optional<Fields> read(std::string_view line) const = 0;
};
using LogFormatPtr = std::shared_ptr<const LogFormat>;

}  // namespace bigfoot
