// protocols/smtp/mail.h - A message as people see it: its headers decoded and unfolded, its texts in UTF-8, its attachments.
// Source: RFC 5322, RFC 2045 to 2047, RFC 2183, RFC 2231; read with GMime, https://developer.gnome.org/gmime/.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "protocols/value.h"

namespace bigfoot {

/// { subject, from, to, cc, text, html, attachments = [ { name, type, content } ], headers }: what there is of it. Lines of
/// texts end with LF. `from`, `to` and `cc` are there where they name others than the envelope; where they repeat it they stand
/// among the `headers`, with all others, in lower case; one that repeats is an array. Where GMime cannot be loaded: { unreadable }.
Value read_mail(std::string_view data, std::string_view envelope_from, const std::vector<std::string>& envelope_to);

/// Whether a header (lower-case name) says nothing that the program decides: Date, Message-ID, the MIME frame, the mailer's name.
bool is_mail_noise(std::string_view name);

}  // namespace bigfoot
