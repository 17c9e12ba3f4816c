// spec/log_text.h - How reports name a record of a log channel.
#pragma once

#include <string>
#include <string_view>

namespace bigfoot {

/// "WARNING myapp.auth: Rate limit approaching", cut where it is long.
std::string record_text(std::string_view level, std::string_view logger, std::string_view message);
/// The same behind the name of its channel.
std::string record_title(std::string_view channel, std::string_view level, std::string_view logger, std::string_view message);

}  // namespace bigfoot
