// spec/mail_pattern.h - What a spec says of a mail and of a login. Source: spec-format.md, 4.3.
#pragma once

#include "spec/pattern.h"

namespace bigfoot {

/// `message` of sendmail: a table of its parts, or "*". Parts that are not named must be empty, but where "*" = "*" stands.
PatternPtr compile_mail_pattern(const Node& node, Diagnostics& problems);

/// `password` of login. CRAM-MD5 does not show it: one whose text is known is checked by what it proves.
PatternPtr compile_password_pattern(const Node& node, Diagnostics& problems);
/// Whether what CRAM-MD5 proves can be told to be this password: a known text, or "*".
bool can_check_proof(const Node& password);

/// The recipients of a mail, in order. A client that stopped at one that was refused has named the first ones only: its array ends
/// with a null then, and what it did not name is not compared.
PatternPtr compile_recipients_pattern(const Node& node, Diagnostics& problems);

}  // namespace bigfoot
