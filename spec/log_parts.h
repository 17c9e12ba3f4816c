// spec/log_parts.h - What the files of the log formats share.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "spec/log_format.h"
#include "spec/node.h"

namespace bigfoot {

/// "json", a template or a regex, as `format` of a channel says it. Null where it is none (reported).
LogFormatPtr compile_log_format(const Node& format, Diagnostics& problems);
LogFormatPtr compile_log_template(const Node& format, Diagnostics& problems);
LogFormatPtr compile_log_regex(const Node& format, Diagnostics& problems);
LogFormatPtr json_log_format();

std::vector<std::string_view> level_names();  ///< DEBUG to CRITICAL
std::vector<std::string_view> level_words();  ///< all that log_level() knows, lower case, long ones first
/// The normalised level; a word that is none of the known ones in upper case.
std::string level_text(std::string_view given);

/// A record: level, logger and message, and the other parts of the line as a table `fields`.
Fields log_record(std::string level, std::string logger, std::string message, Fields others = Fields::object());

}  // namespace bigfoot
