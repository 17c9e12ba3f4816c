// protocols/smtp/command.cpp - See command.h.
#include "protocols/smtp/command.h"

#include <algorithm>

namespace bigfoot {
namespace {

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

/// Where the path that starts with '<' ends; npos where it does not. A quoted local part may hold anything.
std::size_t end_of_path(std::string_view text) {
  bool quoted = false;
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (quoted && text[i] == '\\') ++i;
    else if (text[i] == '"') quoted = !quoted;
    else if (text[i] == '>' && !quoted) return i;
  }
  return text.npos;
}

}  // namespace

std::string upper_case(std::string_view word) {
  std::string out(word);
  std::ranges::transform(out, out.begin(), [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
  return out;
}

SmtpCommand read_smtp_command(std::string_view line) {
  const std::size_t blank = std::min(line.find_first_of(" \t"), line.size());
  return {upper_case(line.substr(0, blank)), std::string(trimmed(line.substr(blank)))};
}

std::optional<MailPath> read_mail_path(std::string_view argument, std::string_view keyword) {
  if (upper_case(argument.substr(0, keyword.size())) != keyword) return std::nullopt;
  argument = trimmed(argument.substr(keyword.size()));
  if (!argument.starts_with(':')) return std::nullopt;
  argument = trimmed(argument.substr(1));
  MailPath out;
  if (argument.starts_with('<')) {
    const std::size_t end = end_of_path(argument);
    if (end == argument.npos) return std::nullopt;
    out.address = argument.substr(1, end - 1);
    argument.remove_prefix(end + 1);
  } else {
    const std::size_t blank = std::min(argument.find_first_of(" \t"), argument.size());
    if (blank == 0) return std::nullopt;
    out.address = argument.substr(0, blank);
    argument.remove_prefix(blank);
  }
  for (argument = trimmed(argument); !argument.empty(); argument = trimmed(argument)) {
    const std::string_view one = argument.substr(0, std::min(argument.find_first_of(" \t"), argument.size()));
    argument.remove_prefix(one.size());
    const std::size_t equals = std::min(one.find('='), one.size());
    out.parameters.emplace_back(upper_case(one.substr(0, equals)), one.substr(std::min(equals + 1, one.size())));
  }
  return out;
}

}  // namespace bigfoot
