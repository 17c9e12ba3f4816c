// protocols/smtp/command.h - One command line of a mail client.
// Source: RFC 5321, 4.1.1 and 4.1.2. Verbs are compared in any case (2.4).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bigfoot {

struct SmtpCommand {
  std::string verb;      ///< upper case
  std::string argument;  ///< the rest of the line, blanks around it removed
};

/// `line` without its end.
SmtpCommand read_smtp_command(std::string_view line);

/// What follows MAIL FROM: or RCPT TO:.
struct MailPath {
  std::string address;  ///< "" for <>
  std::vector<std::pair<std::string, std::string>> parameters;  ///< names in upper case; "" where there is no value
};

/// `keyword`: FROM or TO. Blanks behind the colon and a path without brackets are accepted, as Postfix does.
std::optional<MailPath> read_mail_path(std::string_view argument, std::string_view keyword);

std::string upper_case(std::string_view word);

}  // namespace bigfoot
