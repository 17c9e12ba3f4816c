// spec/log_text.cpp - How reports name a record of a log channel.
#include "spec/log_text.h"

#include <fmt/format.h>

#include "spec/command_text.h"

namespace bigfoot {

std::string record_text(std::string_view level, std::string_view logger, std::string_view message) {
  constexpr std::size_t kShown = 100;  // a report line with its place and its kind stays readable
  const std::string text = shortened(message, kShown);
  const std::string who = logger.empty() ? "" : text.empty() ? std::string(logger) : fmt::format("{}: ", logger);
  return fmt::format("{}{}{}{}", level, level.empty() || (who.empty() && text.empty()) ? "" : " ", who, text);
}

std::string record_title(std::string_view channel, std::string_view level, std::string_view logger, std::string_view message) {
  const std::string text = record_text(level, logger, message);
  return fmt::format("{}{}{}", channel, text.empty() ? "" : " ", text);
}

}  // namespace bigfoot
